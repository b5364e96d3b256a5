"""Questions in other languages: recognised, and met with a sentence in the same language."""

from __future__ import annotations

import pytest

from assistant.coach.answers.languages import asked_in, lead
from assistant.coach.answers.models import Ask, HandbookAnswer
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat

OFFICIAL = "bg cs da de el es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("wie viel Geld gibt es?", "de"),
        ("Quels sont les cas ?", "fr"),
        ("Jakie są wskaźniki?", "pl"),
        ("¿qué es EFQM?", "es"),
        ("Kik a partnerek?", "hu"),
        ("who pays?", "en"),
        ("KICOX", "en"),
        ("definition RIS3?", "en"),
        ("contact case 12", "en"),
        ("???", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_a_question(text: str, language: str) -> None:
    assert asked_in(text) == language


def test_every_official_language_has_its_sentences() -> None:
    for code in OFFICIAL:
        assert lead(code, refused=True) not in ("", lead(code, refused=False))
    assert lead("en", refused=True) == lead("en", refused=False) == ""


def test_an_answer_says_in_the_person_s_language_why_it_is_in_english() -> None:
    question = "Wie viel Geld bekommt ein kleines Unternehmen aus Innovation Express?"
    chat = ScriptedChat(rig.flows(), answers={question: ""})
    *_, answer = rig.answerer(chat).answer(Ask(question))
    assert isinstance(answer, HandbookAnswer)
    assert answer.answer.startswith("Das Handbuch ist auf Englisch; darin steht:\n\n")
    assert (answer.asked_in, answer.language) == ("de", "en")
    assert all("Handbuch" not in s.text for s in answer.sentences)
