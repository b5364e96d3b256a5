"""A person of a script who talks with the coach: answers what is asked, asks back, leaves once and returns."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import yaml
from pydantic import BaseModel

from assistant.coach.conversation import CoachConversation
from assistant.coach.service import CoachService
from assistant.coach.turns import Item
from assistant.record.state import Pending
from assistant.record.store import RecordStore

MOST_TURNS = 60


class Script(BaseModel):
    """What the person of conversation.yaml says."""

    opening: list[str]
    places: list[str]
    otherwise: dict[str, str]
    replies: dict[str, dict[str, str]]
    asks: dict[str, list[str]]
    leaves_at: tuple[str, str]


SCRIPT = Script.model_validate(yaml.safe_load(Path(__file__).with_name("conversation.yaml").read_text("utf-8")))


class Person:
    """Answers what is pending until every place of the script has been gone through, then stops."""

    def __init__(self, coach: CoachService) -> None:
        self.coach = coach
        self.conversation: CoachConversation = coach.new()
        self.given: dict[str, list[Item]] = {"": list(self.conversation.begin())}
        self.exchanges: list[tuple[str, list[Item]]] = [("", self.given[""])]
        self._asks = {question: list(asked) for question, asked in SCRIPT.asks.items()}
        self._left = False

    def say(self, text: str) -> None:
        """Say something and keep all that comes back."""
        self.given[text] = list(self.conversation.reply(text, Event()))
        self.exchanges.append((text, self.given[text]))

    def talk(self) -> None:
        """The whole conversation."""
        for text in SCRIPT.opening:
            self.say(text)
        for place in SCRIPT.places:
            self.say(place)
            for _ in range(MOST_TURNS):
                pending = self._pending()
                if pending is None:
                    break
                self._answer(pending)
        self.say("stop")

    def _answer(self, pending: Pending) -> None:
        if (pending.question, pending.stage) == SCRIPT.leaves_at and not self._left:
            self._come_back()
        asks = self._asks.get(pending.question)
        if asks and pending.stage == "question":
            self.say(asks.pop(0))
            return
        replies = SCRIPT.replies.get(pending.question, {})
        self.say(replies.get(pending.stage) or SCRIPT.otherwise[pending.stage])

    def _come_back(self) -> None:
        record = self.conversation.record
        assert record is not None
        before = self._pending()
        self.conversation.close()
        self.conversation = self.coach.open(record)
        self.exchanges.append(("(closes the coach and comes back)", list(self.conversation.begin())))
        self._left = True
        assert self._pending() == before, "a resumed conversation stands where it stopped"

    def _pending(self) -> Pending | None:
        record = self.conversation.record
        assert record is not None
        return RecordStore.read(record).state.journey.pending
