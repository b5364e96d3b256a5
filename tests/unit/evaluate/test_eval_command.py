"""`coach eval` as a person types it: with a scripted model, with none, and over kept answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app
from assistant.coach.answers.gate import LEAST
from assistant.errors import CoachError
from assistant.model.client import Status
from assistant.model.open import Models
from assistant.settings import Settings
from tests.support import rig
from tests.support.hand_made import DEV, REFUSAL, line
from tests.support.scripted_chat import ScriptedChat

POT, TREES, CIR = "how does the virtual pot work?", "how tall are the virtual pots?", "what does CIR stand for?"
QUESTIONS = f"""
figures:
  - &pot 'virtual pot'
questions:
  - {{id: pot, kind: guidance, question: "{POT}", sections: [case-20], must: [*pot]}}
  - {{id: cir, kind: definition, question: "{CIR}", audience: policy_maker, sections: [glossary], must: [cluster]}}
  - {{id: tall, kind: near_miss, question: "{TREES}", abstain: true}}
"""
Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COACH_MODELS", str(tmp_path / "no-models"))


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A file of three questions."""
    file = tmp_path / "q.yaml"
    file.write_text(QUESTIONS)
    return file


def run(*arguments: object) -> Result:
    """`coach eval` with these arguments; it measured."""
    result = CliRunner().invoke(app, ["eval", *map(str, arguments)])
    assert result.exit_code == 0, (result.output, result.exception)
    return result


def refused(*arguments: object) -> str:
    """The sentence with which `coach eval` turns these arguments down; a mistake in their use."""
    result = CliRunner().invoke(app, ["eval", *map(str, arguments)])
    assert isinstance(result.exception, CoachError), (result.output, result.exception)
    assert result.exception.exit_code == 2
    return result.exception.sentence()


def row(text: str, name: str) -> list[str]:
    """The cells of the table row of that name."""
    return next(cells for cells in map(str.split, text.splitlines()) if cells[:1] == [name])


def _always(models: Models) -> Callable[[Settings], Models]:
    return lambda _: models


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedChat:
    """A model that finds the detail of one question stated and that of the other not."""
    chat = ScriptedChat(rig.flows(), answers={POT: ""}, refused=[TREES])
    models = Models(chat, None, lambda: Status("ready", 100), lambda _: None, lambda: None, lambda: None)
    monkeypatch.setattr("assistant.model.open.open_models", _always(models))
    return chat


def test_the_coach_is_asked_in_this_process_and_the_figures_are_printed(
    questions: Path, scripted: ScriptedChat, tmp_path: Path
) -> None:
    result = run(questions, "--roc", "--save", tmp_path / "saved.jsonl")
    said = result.stdout
    assert scripted.asked == [POT, POT, TREES, TREES]  # heading and whole; the definition comes from data
    assert row(said, "guidance")[:6] == ["guidance", "1", "1", "(100", "%)", "0"]
    assert row(said, "near_miss")[:5] == ["near_miss", "1", "1", "(100", "%)"]
    assert "unknown passage 0, quotation not in its passage 0, [n] without a source 0" in said
    assert row(said, "data")[1:3] == ["1", "1"]
    assert "1 answerable and 1 unanswerable questions came as far as the check; area under the ROC 1.000" in said
    assert f"{LEAST['word']:.1f} (in use)" in said
    assert "all 3 are good" in said
    assert "model scripted, wording handbook" in said.splitlines()[0]
    assert f"corpus {rig.corpus().digest[:12]} | coach 0." in said.splitlines()[0]
    assert result.stderr == ""  # no progress where nobody watches


def test_kept_answers_are_scored_again_to_the_same_figures_without_a_model(
    questions: Path, scripted: ScriptedChat, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.jsonl"
    first = json.loads(run(questions, "--json", "--roc", "--save", saved).stdout)
    scripted.asked.clear()
    again = json.loads(run(questions, "--json", "--roc", "--answers", saved).stdout)
    assert scripted.asked == []
    assert again["run"] == {**first["run"], "kept": True}
    assert {**again, "run": None} == {**first, "run": None}
    lines = [json.loads(text) for text in saved.read_text().splitlines()]
    assert [entry.get("id") for entry in lines] == [None, "pot", "cir", "tall"]
    assert lines[1]["check"] > 0 > lines[3]["check"]


def test_the_whole_result_is_one_object(questions: Path, scripted: ScriptedChat) -> None:
    result = json.loads(run(questions, "--json", "--kind", "near_miss").stdout)
    assert result["run"]["model"] == "scripted"
    assert result["run"]["cores"] >= 1
    assert result["answerable"] == []
    assert result["unanswerable"][-1]["outcomes"]["refused rightly"] == 1
    assert [(s["id"], s["outcome"], s["how"]) for s in result["scores"]] == [("tall", "refused rightly", "refusal")]
    assert result["roc"] is None


def test_without_a_model_the_extracts_are_measured(questions: Path) -> None:
    result = run(questions, "--model", "none")
    assert "no model (extracts only) | searched by words only" in result.stdout
    assert row(result.stdout, "quotation")
    assert "answers quote the handbook" in result.stderr


def test_a_model_that_is_not_there_is_a_mistake_and_not_a_measurement(questions: Path) -> None:
    assert "there is no model called 'nobody'" in refused(questions, "--model", "nobody")
    assert "coach model pull" in refused(questions, "--model", "qwen2.5-coder-0.5b-instruct-q4_k_m")


def test_answers_of_a_file_are_scored_and_the_wrong_ones_listed(tmp_path: Path) -> None:
    lines = [
        line("amount-01", "On average 15 k€ per SME."),
        line("amount-02", "About EUR 30 per cluster.", timings={"first_token_s": 3.0, "total_s": 4.0}),
        line("near-01", REFUSAL, abstained=True),
    ]
    answers, wrong = tmp_path / "answers.jsonl", tmp_path / "wrong.md"
    answers.write_text("\n".join([*map(json.dumps, lines), "not json"]) + "\n")
    result = run(DEV, "--answers", answers, "--wrong", wrong)
    assert row(result.stdout, "amount")[:7] == ["amount", "9", "1", "(11", "%)", "1", "0"]
    assert row(result.stdout, "near_miss") == ["near_miss", "20", "1", "(5", "%)", "0", "0", "19"]
    assert row(result.stdout, "not")[1:3] == ["told", "3"]
    assert "1.00 s  3.00 s" in result.stdout
    assert f"{answers}:4: this line is no answer with an id" in result.stderr
    assert "model m" in result.stdout.splitlines()[0]
    assert "## amount-02: wrong" in wrong.read_text()
    assert "About EUR 30 per cluster." in wrong.read_text()


def test_answers_from_another_corpus_are_told(questions: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    kept: list[dict[str, Any]] = [{"run": {"date": "2026-11-23", "model": "m", "corpus": "other"}}, line("pot", "x")]
    answers.write_text("\n".join(map(json.dumps, kept)))
    result = run(questions, "--answers", answers)
    assert "the corpus has changed" in result.stderr
    assert "2026-11-23 | model m" in result.stdout


def test_several_files_are_told_one_by_one_too(questions: Path, scripted: ScriptedChat, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(f"questions:\n  - {{id: cir2, kind: definition, question: '{CIR}', abstain: true}}\n")
    said = run(questions, other).stdout
    assert row(said, "q.yaml")[1:4] == ["2", "100", "%"]
    assert row(said, "other.yaml")[-3:] == ["1", "0", "%"]


def test_what_cannot_be_used_is_a_sentence(questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no question file is given" in refused()
    assert "no question is of the kind" in refused(questions, "--kind", "nothing")
    assert "leave one of the two out" in refused(questions, "--answers", "a.jsonl", "--save", "b.jsonl")
    assert "leave one of the two out" in refused(questions, "--answers", "a.jsonl", "--model", "none")
    assert "a.jsonl: the file cannot be read" in refused(questions, "--answers", "a.jsonl")
    assert "cannot be written" in refused(questions, "--save", tmp_path / "nowhere" / "a.jsonl")
    (tmp_path / "a.jsonl").write_text(json.dumps(line("somebody-elses", "x")) + "\n")
    assert "no answer to any of the questions" in refused(questions, "--answers", "a.jsonl")
