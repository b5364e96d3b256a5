"""Double questions: each half is asked by itself, and what answers it is told behind the passage that leads."""

from __future__ import annotations

from threading import Event

import pytest

from assistant.coach.answers import check
from assistant.coach.answers.answerer import Answerer
from assistant.coach.answers.halves import halves
from assistant.coach.answers.models import Ask, Found, HandbookAnswer, Piece
from assistant.coach.answers.question import understand
from assistant.model.port import HiddenState, Prompt
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat

DOUBLE = "how long did the LiSoG delegation stay in Finland, and what are the lessons for us?"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("who pays and when does it open?", ("who pays?", "when does it open?")),
        ("EACP: when was it founded & on what does it rest", ("EACP: when was it founded?", "on what does it rest?")),
        ("Is that realistic? how would we do it better?", ("Is that realistic?", "how would we do it better?")),
        ("We are a small cluster, who pays for visits?", ()),
        ("can you tell us who pays for visits?", ()),
        ("who and why?", ()),
        ("which cases are about Sweden and Denmark?", ()),
    ],
)
def test_the_halves_of_a_double_question(text: str, found: tuple[str, ...]) -> None:
    assert halves(text) == found


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("CIR call: grant size and project length please", ["amount", "duration"]),
        ("how long and how much?", ["duration", "amount"]),
        ("how much money can we get?", []),
        ("how long is the training?", []),
    ],
)
def test_two_details_are_seen_where_a_word_joins_them(text: str, details: list[str]) -> None:
    assert [detail.id for detail in understand(text).details] == details


def test_two_details_of_a_funding_source_come_from_the_directory() -> None:
    *_, answer = rig.answerer(None).answer(Ask("CIR call: grant size and project length please"))
    assert isinstance(answer, HandbookAnswer)
    assert answer.how == "data"
    assert "EUR 30,000" in answer.answer
    assert "9 months" in answer.answer


class Halves(ScriptedChat):
    """A model for which one passage states the whole, and another one what the second half asks."""

    def __init__(self) -> None:
        super().__init__(rig.flows())
        self.asked: list[str] = []

    def hidden_state(self, prompt: Prompt, layer: int, *, cancel: Event | None = None) -> HiddenState:  # pyright: ignore[reportIncompatibleMethodOverride]
        texts = [part.text for part in prompt.messages[-1].parts]
        question, passage = texts[-3], texts[0]
        self.asked.append(question)
        wanted = "lessons" if question.startswith("what are the lessons") else "two days"
        return HiddenState((5.0 if wanted in passage else -5.0,))


def test_each_half_is_told_behind_the_passage_that_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "probe", lambda: rig.probe(-3.0, 4.0))
    model = Halves()
    answerer = Answerer(rig.corpus(), rig.retriever(), rig.prompts(), lambda: model)
    pieces: list[Piece] = list(answerer.answer(Ask(DOUBLE)))
    answer = pieces[-1]
    assert isinstance(answer, HandbookAnswer)
    assert [c.passage for c in answer.citations][:2] == ["case-19/trip#0", "case-19/lessons#0"]
    assert "what are the lessons for us (Case 19: LiSoG and COSS)?" in model.asked
    assert sum(isinstance(piece, Found) for piece in pieces) == 2
