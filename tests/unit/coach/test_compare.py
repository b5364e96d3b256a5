"""Two things set side by side are looked up one by one, and both are told."""

from __future__ import annotations

from threading import Event

import pytest

from assistant.coach.answers import check, compare
from assistant.coach.answers.answerer import Answerer
from assistant.coach.answers.models import Ask, HandbookAnswer
from assistant.model.port import HiddenState, Prompt
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat

BOTH = "the Montreal incubator and the Greek liaison office, how far did each get?"


def sections(question: str) -> list[str]:
    retriever = rig.retriever()
    return [side.hits[0].passage.section for side in compare.sides(question, retriever.names, retriever)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (BOTH, ["case-13", "case-17"]),
        ("EACP and TCI compared by size", ["case-6", "case-9"]),
        ("what's paid per firm in Innovation Express and per project under CIR", ["case-20", "case-15"]),
        (
            "the sailing visits in Madrid or the Medicon Valley stays: which of them were longer?",
            ["case-16", "case-18"],
        ),
        ("which is dearer, a dozen life science ambassadors or one company in the incubator?", ["case-18", "case-13"]),
    ],
)
def test_each_of_the_things_compared_is_looked_up_by_itself(question: str, found: list[str]) -> None:
    assert sections(question) == found


def test_each_side_is_asked_without_the_other() -> None:
    retriever = rig.retriever()
    found = compare.sides(BOTH, retriever.names, retriever)
    assert found[0].text == "the Montreal incubator, how far did it get?"
    found = compare.sides("EACP and TCI compared by size", retriever.names, retriever)
    assert [side.text for side in found] == ["EACP by size", "TCI by size"]
    found = compare.sides("EACP and TCI, which of the two is bigger?", retriever.names, retriever)
    assert [side.text for side in found] == ["EACP, how big is it?", "TCI, how big is it?"]


@pytest.mark.parametrize(
    "question",
    [
        "how many members does EACP have?",
        "did EACP work with the TCI network?",
        "what did the same cluster do in Montreal?",
        "compare everything with everything",
        "is it cheaper for a cluster to plan alone or to plan with other people?",
    ],
)
def test_one_thing_or_no_comparison_is_none(question: str) -> None:
    assert sections(question) == []


class OnlyOf(ScriptedChat):
    """A model for which one title alone states what is asked."""

    def __init__(self, title: str) -> None:
        super().__init__(rig.flows())
        self.title = title

    def hidden_state(self, prompt: Prompt, layer: int, *, cancel: Event | None = None) -> HiddenState:  # pyright: ignore[reportIncompatibleMethodOverride]
        text = "".join(part.text for part in prompt.messages[-1].parts)
        return HiddenState((5.0 if self.title in text.splitlines()[1] else -5.0,))


@pytest.mark.parametrize(
    ("title", "told"), [("", {"case-13", "case-17"}), ("Montreal", {"case-13"}), ("Mars", set[str]())]
)
def test_the_sides_that_state_it_are_told(title: str, told: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "probe", lambda: rig.probe(-3.0, 4.0))
    answerer = Answerer(rig.corpus(), rig.retriever(), rig.prompts(), lambda: OnlyOf(title))
    *_, answer = answerer.answer(Ask(BOTH))
    assert isinstance(answer, HandbookAnswer)
    assert answer.abstained == (not told)
    if told:
        assert {cited.section for cited in answer.citations} == told
        assert ("Nothing was found on that for Case 17" in answer.answer) == ("case-17" not in told)
