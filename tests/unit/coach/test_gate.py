"""What can be told before any model is asked: years of a question that the text does not hold."""

from __future__ import annotations

import pytest

from assistant.coach.answers.gate import before_model, strange_years
from assistant.coach.answers.question import understand
from assistant.coach.answers.tell import choose
from assistant.handbook.models import Hit
from tests.support import rig


@pytest.mark.parametrize(
    ("question", "strange"),
    [
        ("who applied in 2015?", {"2015"}),
        ("what begins after 2013?", set[str]()),
        ("what ran until 2015?", set[str]()),
        ("what begins after 2015?", {"2015"}),
        ("what was planned in 2012?", set[str]()),
        ("we began in 2003, what next?", set[str]()),
        ("we go in 2027, what next?", {"2027"}),
    ],
)
def test_a_year_that_the_text_does_not_hold_is_strange(question: str, strange: set[str]) -> None:
    assert strange_years(question, "The programme COSME follows in 2014, CIP ends.") == strange


def test_another_language_is_not_measured_by_the_words_of_the_corpus() -> None:
    asked = understand("Kto należy do TCI i do ilu krajów?")  # "do" is a word of English too
    chosen = choose(asked, [Hit(passage=rig.corpus().by_id["case-9/figures#0"], score=1.0)], ())
    assert not before_model(asked, chosen, {"tci"}).answer
    assert before_model(asked, chosen, {"tci"}, language="pl").answer
