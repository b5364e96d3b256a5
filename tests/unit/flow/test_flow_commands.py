"""`coach flow`: what a coach who writes flows sees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import pytest
from typer.testing import CliRunner

from assistant import paths
from assistant.cli.flow import app
from assistant.errors import CoachError


class SmallFlows(Protocol):
    folder: Path

    def change(self, old: str, new: str, *, file: str = "step-1.yaml") -> int: ...


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))


def test_the_shipped_flows_pass_their_check() -> None:
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].endswith(": 0 errors, 0 warnings.")


def test_a_file_that_does_not_load_ends_with_5_and_its_line(small: SmallFlows) -> None:
    line = small.change("    ask: Do you", "    aks: Do you")
    result = CliRunner().invoke(app, ["check", str(small.folder)])
    assert result.exit_code == 5
    assert f"step-1.yaml:{line}: `aks` is not known here; perhaps you mean `ask`." in result.stdout


def test_an_error_found_ends_with_5_and_a_warning_with_0(small: SmallFlows) -> None:
    small.change(", passage: step-1/overview}\n    counts", "}\n    ours: true\n    counts")
    small.change("    gap: {action: Name somebody.}\n", "")
    warned = CliRunner().invoke(app, ["check", str(small.folder)])
    assert warned.exit_code == 0
    assert "warning [no-gap]" in warned.stdout

    small.change("because: r-next", "because: r-nxt")
    failed = CliRunner().invoke(app, ["check", str(small.folder)])
    assert failed.exit_code == 5
    assert "error [unknown-id] there is no rule `r-nxt`; perhaps you mean `r-next`." in failed.stdout


def test_a_folder_of_own_files_is_checked_in_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    with pytest.raises(CoachError, match="no flow files here"):
        CliRunner().invoke(app, ["check", str(own)], catch_exceptions=False)

    text = (paths.shipped("flows") / "step-2.yaml").read_text(encoding="utf-8")
    (own / "step-2.yaml").write_text(text.replace("t-02-next", "t-02-nxt"), encoding="utf-8")
    line = text[: text.index("because: t-02-next")].count("\n") + 1
    result = CliRunner().invoke(app, ["check", str(own)])
    assert result.exit_code == 5
    assert f"{own / 'step-2.yaml'}:{line}: error [unknown-id]" in result.stdout


def test_the_list_names_every_question_with_step_audience_kind_and_whose_it_is() -> None:
    entries = json.loads(CliRunner().invoke(app, ["list", "--json"]).stdout)
    by_id = {entry["id"]: entry for entry in entries}

    assert entries[0]["step"] == "step-1"
    assert by_id["s02-both-3"]["kind"] == "statement"
    assert by_id["uf-pm-1"]["audience"] == ["policy_maker"]
    assert by_id["uf-pm-1"]["ours"] is False
    assert by_id["rco-skills"] == {
        "id": "rco-skills",
        "step": "step-2",
        "flow": "readiness-cluster-organisation",
        "audience": ["cluster_organisation"],
        "kind": "yes_no",
        "question": "Do your people have the skills and languages that work abroad takes?",
        "ours": True,
    }


def test_a_flow_is_shown_with_its_questions_and_where_the_answers_lead() -> None:
    shown = CliRunner().invoke(app, ["show", "step-1"]).stdout
    assert "s01-both-2 (yes_no)" in shown
    assert "s01-pull (text, ours)" in shown
    assert "go to step-2 (t-01-next)" in shown


def test_an_unknown_flow_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CoachError, match=r"there is no flow `step-12`; use one of: .*step-1"):
        CliRunner().invoke(app, ["show", "step-12"], catch_exceptions=False)
