"""Questions that lean on the one before are read with what they leave out; others are left alone."""

from __future__ import annotations

import pytest

from assistant.coach.answers.follow import standing_alone
from assistant.handbook.corpus import load_corpus
from assistant.handbook.named import Names

NAMES = Names(load_corpus())


@pytest.mark.parametrize(
    ("before", "question", "alone"),
    [
        ("which cases are from Denmark?", "and in Sweden?", "which cases are from Sweden?"),
        ("what should we check in step 5", "and step 6?", "what should we check in step 6?"),
        ("What does ECCP stand for?", "what about EEN?", "What does EEN stand for?"),
        ("which tools help us?", "and for policy makers?", "which tools help us for policy makers?"),
        ("what must a cluster organisation tick here?", "and a policy maker", "what must a policy maker tick here?"),
        ("How much did Innovation Express pay?", "who ran it?", "who ran Innovation Express?"),
        ("who paid in case 3?", "how much was that?", "who paid in case 3? how much was that?"),
        ("How does a cluster find a partner?", "why?", "How does a cluster find a partner? why?"),
        ("who paid in case 3?", "any other example?", "who paid in case 3? any other example?"),
        (
            "what should a cluster office tick here?",
            "what is a ministry asked instead?",
            "what should a ministry tick here?",
        ),
    ],
)
def test_what_is_left_out_is_taken_from_the_question_before(before: str, question: str, alone: str) -> None:
    assert standing_alone(question, before, NAMES) == alone


@pytest.mark.parametrize(
    "question",
    [
        "How does a cluster keep its members informed about what they do abroad?",
        "How much does Innovation Express pay?",
        "what is case 4 about?",
        "Which countries took part?",
        "is there a Danish case?",
        "which tools are there that help us?",
        "is it wise to go abroad alone?",
        "what is NACE and does it fit clusters",
        "innovation, where do they take the definition from?",
        "so what has to change before money for research can go through us?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert standing_alone(question, "who paid for the trip in case 3?", NAMES) == question
    assert standing_alone("and why?", None, NAMES) == "and why?"
