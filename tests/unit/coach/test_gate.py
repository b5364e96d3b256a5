"""What can be told before any model is asked: years of a question that the text does not hold."""

from __future__ import annotations

import pytest

from assistant.coach.answers.gate import strange_years


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
