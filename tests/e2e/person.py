"""A person of a script who talks with the coach: answers what is asked, asks back, leaves once and returns."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from time import perf_counter

import yaml
from pydantic import BaseModel, ConfigDict

from assistant.coach.conversation import CoachConversation
from assistant.coach.service import CoachService
from assistant.coach.turns import Item
from assistant.record.state import Pending, State
from assistant.record.store import RecordStore

MOST_TURNS = 100
SCRIPTS = Path(__file__).with_name("scripts")


class Script(BaseModel):
    """What a person says: see scripts/cluster-organisation.yaml."""

    model_config = ConfigDict(extra="forbid")
    opening: list[str]
    places: list[str]
    otherwise: dict[str, str]
    replies: dict[str, dict[str, str]]
    asks: dict[str, list[str]]
    leaves_at: tuple[str, str]
    reads: dict[str, str]

    @classmethod
    def load(cls, name: str) -> Script:
        """The script of that name."""
        return cls.model_validate(yaml.safe_load((SCRIPTS / f"{name}.yaml").read_text("utf-8")))


class Person:
    """Answers what is pending until every place of the script has been gone through, then stops."""

    def __init__(self, coach: CoachService, script: Script) -> None:
        self.coach, self.script = coach, script
        self.read_as: dict[str, str] = {}  # question -> the rating read from the first reply, "" when asked back
        self.seconds: dict[str, float] = {}  # question -> from that reply to what is said next
        self.conversation: CoachConversation = coach.new()
        self.given: dict[str, list[Item]] = {"": list(self.conversation.begin())}
        self.exchanges: list[tuple[str, list[Item]]] = [("", self.given[""])]
        self._asks = {question: list(asked) for question, asked in self.script.asks.items()}
        self._left = False

    def say(self, text: str) -> None:
        """Say something and keep all that comes back."""
        self.given[text] = list(self.conversation.reply(text, Event()))
        self.exchanges.append((text, self.given[text]))

    def talk(self) -> None:
        """The whole conversation."""
        for text in self.script.opening:
            self.say(text)
        for place in self.script.places:
            self.say(place)
            for _ in range(MOST_TURNS):
                pending = self._pending()
                if pending is None:
                    break
                self._answer(pending)
        self.say("stop")

    def _answer(self, pending: Pending) -> None:
        if (pending.question, pending.stage) == self.script.leaves_at and not self._left:
            self._come_back()
        asks = self._asks.get(pending.question)
        if asks and pending.stage == "question":
            self.say(asks.pop(0))
            return
        replies = self.script.replies.get(pending.question, {})
        start = perf_counter()
        self.say(replies.get(pending.stage) or self.script.otherwise[pending.stage])
        if pending.stage == "question" and pending.question in self.script.reads:
            answer = self._state().journey.answers[pending.question]
            self.read_as[pending.question] = answer.rating or ""
            self.seconds[pending.question] = perf_counter() - start

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
        return self._state().journey.pending

    def _state(self) -> State:
        record = self.conversation.record
        assert record is not None
        return RecordStore.read(record).state
