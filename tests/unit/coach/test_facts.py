"""What an answer and its sources can be compared by: numbers in all their forms, names, months, denials."""

from __future__ import annotations

import pytest

from assistant.coach.answers import facts
from assistant.coach.answers.verify import Checker
from assistant.handbook.models import Passage
from tests.support import rig


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("EUR 30.000", {30_000}),
        ("30,000 euros", {30_000}),
        ("30 000 €", {30_000}),
        ("€30000", {30_000}),
        ("30 thousand", {30_000}),
        ("30k", {30_000}),
        ("15 k€", {15_000}),
        ("€15k", {15_000}),
        ("1.5 million", {1_500_000}),
        ("1,5 million", {1_500_000}),
        ("2 bn", {2_000_000_000}),
        ("12.5 %", {12.5}),
        ("1.234.567", {1_234_567}),
        ("nine months", {9}),
        ("twelve of 30", {12, 30}),
        ("2010-2012", {2010, 2012}),
        ("Step 10", {10}),
        ("no figures", set[int]()),
        ("B2B and CO2", set[int]()),
    ],
)
def test_a_number_is_its_value_however_it_is_written(text: str, values: set[int]) -> None:
    assert facts.numbers(text) == values


def test_small_words_are_often_just_words_and_digits_never() -> None:
    assert facts.hard_numbers("one of two ways, and three more") == set()
    assert facts.hard_numbers("1 of four ways") == {1, 4}


PASSAGE = Passage(
    id="case-9/money#0",
    section="case-9",
    title="The Harbour Fund",
    heading="What it paid",
    text=(
        "The Harbour Fund paid EUR 30.000 to each shipyard in March 2010. Only shipyards with fewer than 50 employees "
        "could apply. Large firms did not get any money. The fund was run by the Nordic Agency for nine months."
    ),
    sentences=(
        "The Harbour Fund paid EUR 30.000 to each shipyard in March 2010.",
        "Only shipyards with fewer than 50 employees could apply.",
        "Large firms did not get any money.",
        "The fund was run by the Nordic Agency for nine months.",
    ),
    kind="case",
    order=0,
)
CHECKER = Checker((PASSAGE,), "How much does the Harbour Fund pay a shipyard in Oslo?")


@pytest.mark.parametrize(
    "sentence",
    [
        "The Harbour Fund paid EUR 30,000 to each shipyard.",
        "Each shipyard was paid 30 thousand euros in March 2010.",
        "The Nordic Agency ran the fund for 9 months.",
        "Large firms did not get money.",
        "Only shipyards with fewer than 50 employees could apply.",
    ],
)
def test_a_sentence_that_its_sources_hold_is_supported_and_cited(sentence: str) -> None:
    support = CHECKER.check(sentence)
    assert support.supported, support
    assert support.rests_on[0][0] is PASSAGE


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("The Harbour Fund paid EUR 35,000 to each shipyard.", "a number"),
        ("The Harbour Fund paid EUR 300,000 to each shipyard.", "a number"),
        ("The Harbour Fund paid EUR 3.000 to each shipyard.", "a number"),
        ("Shipyards with fewer than sixty employees could apply.", "a number"),
        ("The Harbour Fund paid each shipyard in June 2010.", "a month"),
        ("The fund was run by the Baltic Agency for nine months.", "a name"),
        ("The fund paid each shipyard through Innovation Express.", "a name"),
        ("Large firms got money.", "the source denies this"),
        ("Shipyards should hire lawyers and consultants early.", ""),
    ],
)
def test_what_was_made_up_is_found(sentence: str, problem: str) -> None:
    support = CHECKER.check(sentence)
    assert not support.supported, support
    assert problem in support.problem


def test_a_denial_that_no_source_holds_is_found() -> None:
    only_positive = PASSAGE.model_copy(update={"text": PASSAGE.sentences[0], "sentences": PASSAGE.sentences[:1]})
    support = Checker((only_positive,), "how much?").check("The Harbour Fund did not pay EUR 30.000 to each shipyard.")
    assert support.problem == "a denial that the sources do not hold"


def test_a_denial_of_one_thing_does_not_rest_on_the_denial_of_another() -> None:
    assert not CHECKER.check("The Harbour Fund did not pay EUR 30.000 to each shipyard.").supported


def test_a_name_with_an_ampersand_is_known() -> None:
    text = "It bridges the time until business or R&D work can begin."
    passage = PASSAGE.model_copy(update={"text": text, "sentences": (text,)})
    assert Checker((passage,), "what?").check(text).supported


def test_words_of_the_question_may_be_repeated() -> None:
    assert CHECKER.check("A shipyard in Oslo was paid EUR 30.000 by the Harbour Fund.").supported


def test_a_number_is_known_wherever_a_word_is_cut() -> None:
    assert CHECKER.number_known("30.000 ")
    assert CHECKER.number_known("(30,000), ")
    assert not CHECKER.number_known("31.000. ")
    assert CHECKER.number_known("thirtyish")


def test_every_sentence_of_the_shipped_documents_is_supported_by_its_own_passage() -> None:
    """The check may be strict with the model; with the handbook's own words it has to agree."""
    wrong = [
        (support.problem or f"{support.coverage:.2f}", sentence)
        for passage in rig.corpus().passages
        if passage.kind != "directory"
        for sentence in passage.sentences
        if len(sentence.split()) > 5
        and "R&D" not in sentence
        and not (support := Checker((passage,), "what?").check(sentence)).supported
    ]
    assert wrong == []


def test_an_address_must_stand_in_the_sources() -> None:
    held = next(p for p in rig.corpus().passages if "http://www.oseo.fr/international" in p.text)
    checker = Checker((held,), "where?")
    assert not checker.check(held.sentences[0]).problem
    for said in ("http://www.oseo.fr/apply", "www.oseo.com", "info@oseo.fr"):
        assert (
            checker.check(f"{held.sentences[0][:-1]}, see {said}.").problem == "an address that the sources do not hold"
        )
    assert facts.addresses("See http://a.eu/x_y.pdf, www.b.eu/ and c@d.eu.") == {
        "http://a.eu/x_y.pdf",
        "www.b.eu",
        "c@d.eu",
    }
