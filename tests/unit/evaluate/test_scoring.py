"""How answers are scored, told with hand-made answers to questions of the project's own files."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.evaluate.figures import percentile
from assistant.evaluate.scoring import Score, score
from tests.support.hand_made import REFUSAL, by_id, told


def scored(question_id: str, text: str, **changes: Any) -> Score:
    """The score of an answer with this text."""
    return score(by_id(question_id), told(question_id, text, **changes))


@pytest.mark.parametrize(
    "text",
    ["About EUR 15.000 on average [1].", "**15 k€** per SME on average", "On average 15 000 euros", "average: 15k EUR"],
)
def test_an_amount_is_right_in_whatever_way_it_is_printed(text: str) -> None:
    assert scored("amount-01", text).outcome == "right"


@pytest.mark.parametrize(
    "text",
    [
        "EUR 15,000 for each SME.",
        "On average 150,000 euros.",
        "On average EUR 15.",
        "On average 15,000. Some got EUR 1.500.",
    ],
)
def test_an_amount_without_its_caveat_or_with_a_wrong_figure_is_wrong(text: str) -> None:
    assert scored("amount-01", text).outcome == "wrong"


def test_thirty_thousand_with_a_point_is_not_thirty() -> None:
    assert scored("amount-02", "About EUR 30.000.").outcome == "right"
    assert scored("amount-02", "About EUR 30. In full: thirty thousand.").outcome == "wrong"


def test_a_refusal_of_what_the_handbook_says_counts_as_wrongly_refused() -> None:
    assert scored("amount-01", REFUSAL, abstained=True).outcome == "wrongly refused"


@pytest.mark.parametrize(
    ("text", "abstained", "outcome"),
    [
        (REFUSAL, True, "refused rightly"),
        ("No success rate is given in the handbook.", False, "said in words only"),
        ("About half of them got it.", False, "answered though unanswerable"),
        ("It is not said, but the success rate is 40 %.", True, "answered though unanswerable"),
    ],
)
def test_an_unanswerable_question_wants_the_flag_and_no_invented_figure(
    text: str, abstained: bool, outcome: str
) -> None:
    assert scored("near-05", text, abstained=abstained).outcome == outcome


def test_a_question_without_an_answer_is_neither_right_nor_refused() -> None:
    assert score(by_id("amount-01"), None).outcome == "no answer"
    assert score(by_id("near-05"), None).outcome == "no answer"


def test_sections_count_when_found_first_and_cited() -> None:
    found = scored("amount-01", "15k on average")
    assert (found.in_first_five, found.first, found.cited) == (True, True, True)
    sections = ["step-1", "step-2", "case-4", "case-15", "glossary", "case-20"]
    late = scored("amount-01", "", sections=sections, citations=[])
    assert (late.in_first_five, late.first, late.cited) == (False, False, False)


def test_a_comparison_needs_both_places() -> None:
    one = ["case-20", "case-20", "step-1", "step-2", "glossary"]
    assert not scored("comparison-01", "", sections=one).in_first_five
    both = ["case-20", "case-20", "step-1", "case-15", "glossary"]
    assert scored("comparison-01", "", sections=both).in_first_five


def test_citations_are_held_against_the_corpus() -> None:
    citations = [
        {"n": 1, "section": "case-20", "passage": "case-20/amounts#0", "quote": "an average of\nEUR 15,000"},
        {"n": 2, "section": "case-20", "passage": "case-20/amounts#0", "quote": "EUR 16,000"},
        {"n": 3, "section": "case-20", "passage": "case-20/amounts#0", "quote": " "},
        {"n": 4, "section": "case-20", "passage": "nowhere#9", "quote": "x"},
    ]
    passages = {"case-20/amounts#0": "It gives an average of EUR 15,000 per SME."}
    found = score(by_id("amount-01"), told("amount-01", "", citations=citations), passages)
    assert (found.citations, found.empty_quotes, found.unknown_passages, found.strange_quotes) == (4, 1, 1, 1)


def test_a_mark_without_a_source_does_not_resolve() -> None:
    assert scored("amount-01", "15k on average [1] for each [2].").loose_marks == 1
    assert scored("amount-01", "15k on average [1] in 2012.").loose_marks == 0


def test_a_persons_own_documents_are_counted_apart_and_not_held_against_the_corpus() -> None:
    citations = [{"n": 1, "section": "own:plan", "passage": "own/plan#0", "quote": "We meet in May."}]
    found = score(by_id("amount-01"), told("amount-01", "", citations=citations), {})
    assert (found.citations, found.own_citations, found.unknown_passages) == (1, 1, 0)


def test_sentences_without_support_are_counted_and_those_left_in_the_answer_named_apart() -> None:
    sentences = [
        {"text": "On average 15 k€.", "cites": [1], "supported": True},
        {"text": "It is paid in May.", "cites": [], "supported": False},
        {"text": "Ask Mr Smith.", "cites": [], "supported": False},
    ]
    found = scored("amount-01", "On average 15 k€ [1]. Ask Mr Smith.", sentences=sentences)
    assert (found.sentences, found.unsupported, found.left_in) == (3, 2, 1)


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentile([5.0, 1.0, 3.0], 95) == 5.0
    assert percentile([float(n) for n in range(1, 101)], 95) == 95.0
