"""Owners and dates said in passing, on 23 November 2026."""

from __future__ import annotations

import datetime

import pytest

from assistant.coach.people import Told, action_told, due_date, owner_told, refuses

TODAY = datetime.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("by the end of March", "2027-03-31"),
        ("June 2027", "2027-06-30"),
        ("31.3.2027", "2027-03-31"),
        ("03/04/2027", "2027-04-03"),  # day first, as in Europe
        ("2027-04-03", "2027-04-03"),
        ("2027", "2027-12-31"),
        ("by 15 March.", "2027-03-15"),
        ("in two weeks", "2026-12-07"),
        ("within two weeks", "2026-12-07"),
        ("tomorrow", "2026-11-24"),
        ("by the end of the year", "2026-12-31"),
        ("next year", "2027-12-31"),
        ("bis Ende März", "2027-03-31"),
        ("avant fin juin", "2027-06-30"),
        ("entro marzo", "2027-03-31"),
    ],
)
def test_a_date_is_understood(text: str, date: str) -> None:
    assert due_date(text, TODAY) == date


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "when Anna is back",
        "the next board meeting",
        "12",
        "100",
        "",
        "?",
        "31 February 2027",
        "in 19 firms",
        "we",
        "x" * 500,
    ],
)
def test_what_names_no_clear_date_is_left_in_the_persons_words(text: str) -> None:
    assert due_date(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("yes", Told(True, None, None, None)),
        ("yes, Anna by the end of March", Told(True, None, "Anna", "the end of March")),
        ("Yes, Anna will do it by 15 March.", Told(True, None, "Anna", "15 March")),
        ("yes please, the board, by end of 2027", Told(True, None, "the board", "end of 2027")),
        ("Anna Berg, June 2027", Told(True, None, "Anna Berg", "June 2027")),
        ("anna by march", Told(True, None, "anna", "march")),
        ("Dr. Novak of the agency, Q2 2027", Told(True, None, "Dr. Novak of the agency", "Q2 2027")),
        ("note it for Tom and Maria, in spring", Told(True, None, "Tom and Maria", "in spring")),
        ("me, in two weeks", Told(True, None, "me", "in two weeks")),
        ("by June", Told(True, None, None, "June")),
        ("Ask the ten largest firms by June", Told(True, "Ask the ten largest firms", None, "June")),
        ("Write a plan with the board", Told(True, "Write a plan with the board", None, None)),
        ("Start a survey", Told(True, "Start a survey", None, None)),
        ("Have it confirmed by the board", Told(True, "Have it confirmed by the board", None, None)),
        ("yes, but with the university", Told(True, None, None, None)),
        ("maybe", Told(False, None, None, None)),
        ("hm", Told(False, None, None, None)),
        ("Ja, Anna bis Ende März", Told(True, None, "Anna", "bis Ende März")),
    ],
)
def test_an_action_is_told_with_owner_date_or_in_own_words(text: str, told: Told) -> None:
    assert action_told(text, TODAY) == told


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("Anna", "Anna", None),
        ("Anna takes care of it", "Anna", None),
        ("yes, the board does it by June", "the board", "June"),
        ("head of unit", "head of unit", None),
        ("Tom, by 1.3.2027", "Tom", "1.3.2027"),
    ],
)
def test_the_answer_to_who_may_hold_the_date_as_well(text: str, owner: str, due: str | None) -> None:
    assert owner_told(text, TODAY) == (owner, due)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("no", True),
        ("No, not for us", True),
        ("nein danke", True),
        ("not really no", True),
        ("well, not now", True),
        ("no problem", False),
        ("no doubt", False),
        ("note it", False),
    ],
)
def test_a_no_to_the_offer_is_a_no(text: str, refused: bool) -> None:
    assert refuses(text) is refused
