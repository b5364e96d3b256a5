"""Evidence is found in the person's own words, word for word, and never in what they deny."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from assistant.coach import people
from assistant.coach.replies import words
from assistant.coach.replies.evidence import find_evidence, told_as_evidence
from tests.support import rig

REPLIES = [
    "In our survey of May 2026, 19 of 30 firms asked for contacts in Canada.",
    "Yes - the minutes of 12 May 2026 & a signed agreement with Medicon Valley Alliance, see www.example.org/a_b.",
    "EUR 8,000, 12 % and 15 k€; six members (since 2019) met the Enterprise Europe Network last summer!",
    "Our strategy.\nThe annual report.\tA label from 2023",
    "ÄÖÜ Förderkreis Österreich hat 2024 einen Plan, 30.000 € und zwölf Firmen",
    "“quoted plan” [the] *report* <b>2020</b> \\survey",
    "no report, no plan, never a survey",
    "",
    " ",
    "?!",
    "1,2,3.",
    "the the the plan",
    "A",
    "Q1 Q2",
    "a" * 5000,
    "plan " * 3000,
]
HOSTILE = [
    "plan ",
    "a",
    "A b ",
    "1,",
    "yes, by ",
    "? ",
    "\n",
    " ",
    "no report. ",
    "[/x]",
    "in may ",
    "by 2027, ",
    "what is ",
    "EUR ",
    "www.",
    "the a b ",
    "change ",
    "€1",
    "- ",
    "no no ",
]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda r: repr(r[:30]))
def test_every_piece_is_an_exact_stretch_of_the_reply(reply: str) -> None:
    for evidence in (*find_evidence(reply), *(told_as_evidence(reply) if reply.strip() else ())):
        assert evidence.quote
        assert evidence.quote in reply
        assert evidence.text == evidence.quote


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (REPLIES[0], ["figure:19 of 30 firms", "document:our survey", "date:May 2026"]),
        ("on 3 March and in May", ["date:on 3 March", "date:in May"]),
        ("2024, six members", ["date:2024", "figure:six members"]),
        ("it may take years", []),
        ("EUR 8,000, and 12 %.", ["figure:EUR 8,000", "figure:12 %"]),
        ("see www.example.org/a_b, please", ["link:www.example.org/a_b"]),
        ("The Enterprise Europe Network told us", ["organisation:Enterprise Europe Network"]),
        ("members in Poland and Canada asked", []),
        ("since last summer", ["date:last summer"]),
        ("we have no plan and no report", []),
        ("there is no survey, but a report of 2020", ["document:a report", "date:2020"]),
    ],
)
def test_what_is_found(reply: str, found: list[str]) -> None:
    assert sorted(f"{e.kind}:{e.text}" for e in find_evidence(reply)) == sorted(found)


@pytest.mark.parametrize(
    "reply",
    [
        "we have no written report",
        "nothing written",
        "there is none",
        "We don't have anything",
        "No document",
        "not a thing",
    ],
)
def test_to_say_that_there_is_nothing_is_no_evidence(reply: str) -> None:
    assert told_as_evidence(reply) == ()


@pytest.mark.parametrize(
    "reply", ["Notes", "Anna keeps the list", "Not only the report but the survey", "the board said so"]
)
def test_a_short_reply_to_what_shows_it_is_taken_whole(reply: str) -> None:
    assert [e.quote for e in told_as_evidence(f" {reply} ")] == [reply]


def test_of_a_long_reply_only_what_backs_it_is_kept() -> None:
    reply = (
        "We talked about it for a long time and everybody had something to say about it. " * 4
        + "The minutes of June tell."
    )
    assert [e.quote for e in told_as_evidence(reply)] == ["The minutes", "June"]


@pytest.mark.parametrize("block", HOSTILE, ids=repr)
def test_a_reply_as_long_as_can_be_is_read_in_reasonable_time(block: str) -> None:
    """Each reader meets 20,000 characters that would send a careless pattern round and round."""
    reply = (block * 20_000)[:20_000]
    readers: list[Callable[[str], object]] = [
        find_evidence,
        words.command,
        words.split_questions,
        words.rating_word,
        people.refuses,
        lambda text: people.action_told(text, rig.NOW.date()),
        lambda text: people.owner_told(text, rig.NOW.date()),
        lambda text: people.due_date(text, rig.NOW.date()),
    ]
    for read in readers:
        start = time.process_time()
        read(reply)
        assert time.process_time() - start < 1.5, read
