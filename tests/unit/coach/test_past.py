"""A resumed conversation can be seen again, from the record's events alone."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from assistant.coach.past import past
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat

REPLIES = (
    "step 1",
    "*New* markets",
    "later",
    "no",
    "what does EEN stand for?",
    "yes",
    "Anna",
    "no date",
    "hm well",
    "partly",
    "/no",
    "nothing yet",
    "no",
    "change 1",
    "Other markets",
)


def played(folder: Path) -> list[tuple[str, str, str]]:
    chat = ScriptedChat(rig.flows(), readings={"hm well": "unclear"})
    talk = rig.new_conversation(folder, chat)
    list(talk.begin())
    for reply in ("Alpine", "1", *REPLIES):
        list(talk.reply(reply, Event()))
    assert talk.record
    talk.close()
    again = rig.open_conversation(talk.record)
    found = [(entry.you, entry.kind, entry.coach) for entry in again.past(100)]
    again.close()
    return found


def test_every_reply_is_there_in_order_with_what_was_asked(tmp_path: Path) -> None:
    found = played(tmp_path)
    assert [you for you, _, _ in found] == [reply for reply in REPLIES if reply not in ("step 1", "change 1")]
    asked = {you: coach for you, _, coach in found}
    assert asked["*New* markets"].startswith("What draws you abroad?")
    assert "left for later" in asked["later"]
    assert asked["Anna"] == "Who takes care of it?"
    assert asked["no date"] == "By when?"
    assert asked["/no"] == "That answer counts as **no**."
    assert asked["Other markets"].startswith("What draws you abroad?")


def test_answers_of_the_handbook_keep_their_sources(tmp_path: Path) -> None:
    chat = ScriptedChat(rig.flows())
    talk = rig.new_conversation(tmp_path, chat)
    for reply in ("Alpine", "1", "what does EEN stand for?"):
        list(talk.reply(reply, Event()))
    digression = talk.past()[-1]
    assert digression.kind == "digression"
    assert "Enterprise Europe Network [1]" in digression.coach
    assert [(s.n, s.section) for s in digression.sources] == [(1, "glossary")]


def test_only_the_last_ones_are_given_and_a_new_conversation_has_none(tmp_path: Path) -> None:
    talk = rig.new_conversation(tmp_path)
    assert talk.past() == []
    for reply in ("Alpine", "1", "step 1", "a", "b"):
        list(talk.reply(reply, Event()))
    assert [entry.you for entry in talk.past(1)] == ["b"]
    assert past([], rig.flows(), 5) == []
