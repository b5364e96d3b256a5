"""`coach knowledge` as a person types it, without a model installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.knowledge import app
from assistant.errors import KnowledgeError


@pytest.fixture(autouse=True)
def _no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODELS", str(tmp_path / "no-models"))


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    if isinstance(result.exception, KnowledgeError):
        return result.exception.exit_code, result.exception.sentence()
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_shipped_corpus_is_in_order() -> None:
    code, said = _run("check")
    assert code == 0
    assert "no mistakes" in said


def test_a_persons_mistake_is_named_and_ends_with_six(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "case-15.md").write_text("no front matter\n")
    code, said = _run("check", str(own))
    assert code == 6
    assert f"{own / 'case-15.md'}:1: the document does not start with front matter" in said
    assert "1 mistake." in said


def test_search_without_a_model_goes_by_words_and_says_so() -> None:
    code, said = _run("search", "Who can apply for the Cluster Insight Report call?")
    assert code == 0
    assert "by words only" in said
    assert "[case-15/" in said or "[funding/fund-cir]" in said


def test_search_as_json_has_labels_and_passages() -> None:
    code, said = _run("search", "Pentagonal Helix", "--json", "--limit", "3")
    found = json.loads(said)
    assert code == 0
    assert found["sections"][0] == "pentagonal-helix"
    assert len(found["sections"]) >= 5
    assert found["passages"][0]["section"] == "pentagonal-helix"
    assert len(found["passages"]) == 3
    assert found["words_only"] is True


def test_building_without_a_model_says_what_to_do() -> None:
    code, said = _run("build")
    assert code == 6
    assert "coach model pull" in said


def test_measuring_over_a_question_file(tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(
        "questions:\n  - {q: What is the Pentagonal Helix?, right: [pentagonal-helix]}\n  - {q: zzz, right: [step-2]}\n"
    )
    code, said = _run("check", "--questions", str(file))
    assert code == 0
    assert "tuned on: 1 questions: right section first 100.0%" in said
    assert "kept apart: 1 questions: right section first 0.0%" in said


def test_a_mistake_in_a_question_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text("questions:\n  - {q: What?, rigth: [step-2]}\n")
    code, said = _run("check", "--questions", str(file))
    assert code == 6
    assert f"{file}:2: there is no `rigth` here; did you mean `right`" in said
