"""Whether question files can be trusted: mistakes have their line, the project's own files are in order."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.evaluate.questions import Question, default_files, of_kinds, read_questions, read_sets
from assistant.evaluate.scoring import score
from tests.support.hand_made import ALL, FILES, REFUSAL, ROOT, SETS, told

GOOD = "{id: a, kind: amount, question: q, must: [x], sections: [step-1]}"


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("{id: a, kind: amount}", "`questions.1.question` is missing"),
        ("{id: a, kind: amount, question: q}", "needs `must` and `sections`"),
        ("{id: a, kind: amount, question: q, abstain: true, must: [x]}", "`abstain` and `must` exclude each other"),
        ("{id: a, kind: amount, question: q, musst: [x]}", "there is no `musst` here; did you mean `must`"),
        ("{id: a, kind: amount, question: q, must: ['('], sections: [step-1]}", "the regex '(' cannot be read"),
        ("{id: a, kind: amount, question: ' ', abstain: true}", "at least 1 character"),
        ("{id: a, kind: amount, question: q, audience: mayor, abstain: true}", "`questions.1.audience`"),
        (GOOD.replace("a,", "first,", 1), "the id `first` stands in"),
    ],
)
def test_a_mistake_in_a_question_file_is_told_with_its_line(tmp_path: Path, entry: str, complaint: str) -> None:
    file = tmp_path / "q.yaml"
    file.write_text(f"questions:\n  - {GOOD.replace('a,', 'first,', 1)}\n  - {entry}\n")
    with pytest.raises(UsageError) as caught:
        read_questions(file)
    assert caught.value.where == f"{file}:3"
    assert complaint in caught.value.sentence()


def test_an_id_that_another_file_has_is_told_with_both_places(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(f"questions:\n  - {GOOD}\n")
    two.write_text("questions:\n  - kind: amount\n    question: q\n    id: 'a'  # again\n    abstain: true\n")
    with pytest.raises(UsageError, match=r"stands in .*one\.yaml:2 already") as caught:
        read_sets([one, two])
    assert caught.value.where == f"{two}:4"


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_questions(tmp_path / "nowhere.yaml")
    (tmp_path / "empty.yaml").write_text("questions: []\n")
    with pytest.raises(UsageError, match=r"empty\.yaml:1"):
        read_questions(tmp_path / "empty.yaml")


def test_a_kind_that_no_question_has_is_told_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "q.yaml").write_text(f"questions:\n  - {GOOD}\n")
    sets = [read_questions(tmp_path / "q.yaml")]
    assert of_kinds(sets, ["amount"]) == sets
    with pytest.raises(UsageError, match="the kinds are amount"):
        of_kinds(sets, ["amuont"])


def test_a_checkout_has_files_to_begin_with_and_any_other_folder_has_none(tmp_path: Path) -> None:
    assert default_files(ROOT) == FILES
    with pytest.raises(UsageError, match=r"name one: coach eval questions\.yaml"):
        default_files(tmp_path)


# -- the project's own files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [q for q in ALL if not q.abstain], ids=lambda q: q.id)
def test_a_concise_right_answer_is_right_and_a_refusal_is_not(question: Question) -> None:
    assert score(question, told(question.id, question.example)).why == ()
    assert score(question, told(question.id, REFUSAL)).outcome == "wrong"
    assert score(question, told(question.id, question.question)).outcome == "wrong"


@pytest.mark.parametrize("question", [q for q in ALL if q.abstain], ids=lambda q: q.id)
def test_a_plain_refusal_of_the_unanswerable_is_right(question: Question) -> None:
    assert score(question, told(question.id, REFUSAL, abstained=True)).outcome == "refused rightly"


def test_no_id_stands_there_twice() -> None:
    assert len({q.id for q in ALL}) == len(ALL)


def test_kept_questions_are_of_kinds_that_are_tuned_on() -> None:
    kinds = {some.file.name: {q.kind for q in some.questions} for some in SETS}
    pairs = {name: name.replace("-kept", "-dev") for name in kinds if "-kept" in name}
    assert pairs
    assert {name: kinds[name] - kinds[dev] for name, dev in pairs.items()} == {name: set() for name in pairs}


def test_the_files_hold_what_can_be_answered_and_what_cannot() -> None:
    assert {some.file.name: {q.abstain for q in some.questions} for some in SETS} == {
        some.file.name: {False, True} for some in SETS
    }


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_no_question_borrows_the_wording_of_the_corpus(file: Path) -> None:
    questions = next(some.questions for some in SETS if some.file == file)
    assert [q.id for q in questions if _runs(q.question) & _corpus()] == []


@cache
def _corpus() -> set[tuple[str, ...]]:
    files = [f for f in (ROOT / "knowledge").rglob("*") if f.is_file()]
    return _runs(" ".join(f.read_text(encoding="utf-8") for f in files))


def _runs(text: str) -> set[tuple[str, ...]]:
    """Every six words in a row."""
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + 6]) for i in range(len(words) - 5)}
