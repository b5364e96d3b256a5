"""A paragraph is cut where a reader would cut it."""

from __future__ import annotations

import pytest

from assistant.handbook.sentences import split_sentences


def test_short_forms_and_figures_do_not_end_a_sentence() -> None:
    text = "It paid EUR 30,000, i.e. for approx. nine months (see Fig. 2, p. 12). Dr. Meier said 3.5 per cent."
    assert split_sentences(text) == (
        "It paid EUR 30,000, i.e. for approx. nine months (see Fig. 2, p. 12).",
        "Dr. Meier said 3.5 per cent.",
    )


def test_quotes_questions_and_brackets_close_with_their_sentence() -> None:
    assert split_sentences('He asks "Why go?" Then he goes. (He came back.) Good!') == (
        'He asks "Why go?"',
        "Then he goes.",
        "(He came back.)",
        "Good!",
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("They said no. Nobody came.", 2),
        ("No. 4 is open.", 1),
        ("M. Porter wrote it. So it is.", 2),
        ("It ended in 2009. 13 milieus took part.", 2),
        ("See www.efqm.org/en for more.", 1),
        ("", 0),
    ],
)
def test_hard_places(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count


def test_nothing_is_lost() -> None:
    text = "One.  Two e.g. three?\nFour: five! six"
    assert " ".join(split_sentences(text)) == " ".join(text.split())
