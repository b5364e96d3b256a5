"""Plays a story: what the person says, what the coach asks next, and what the record holds at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from assistant.coach.conversation import CoachConversation
from assistant.coach.turns import AnswerDone, Ended, Item, Said
from assistant.flow.models import Audience
from assistant.record.events import Event
from assistant.record.state import Subject
from assistant.record.store import RecordStore
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat
from tests.support.told import Told, differences, told, waiting


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Turn(_Strict):
    """One reply. `read`, `met`, `unmet`, `answer`, `refused` are what the model says when it is asked about it.

    `kept`: what must stand in the record word for word before the next question is put; the whole reply when left out.
    `command`: the reply only steers, nothing of it is kept. `reopen`: close the record and open it again instead.
    """

    say: str = ""
    reopen: bool = False
    read: Literal["yes", "partly", "no", "unclear"] | None = None
    met: tuple[str, ...] | None = None
    unmet: tuple[str, ...] | None = None
    answer: dict[str, str] = {}
    refused: tuple[str, ...] = ()
    about: str | None = None  # the part of the reply that the model reads, when it is not all of it
    asks: str
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    kept: tuple[str, ...] | None = None
    command: bool = False


class Story(_Strict):
    """A conversation. `audience`: begin with a record of "Alpine Robotics"; without it the setup is part of the story.

    `model: false`: there is no chat model.
    """

    story: str
    audience: Audience | None = None
    model: bool = True
    turns: tuple[Turn, ...]
    record: Told


def read_stories(folder: Path) -> list[tuple[str, Story]]:
    """The stories of a folder, named by file and number."""
    found: list[tuple[str, Story]] = []
    for file in sorted(folder.glob("*.yaml")):
        # BaseLoader: "yes" and "no" stay the words that were said
        rows = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        found += [(f"{file.stem}: {row['story']}", Story.model_validate(row)) for row in rows]
    return found


@dataclass
class Stage:
    """One story on its way: the conversation, the scripted model, what was found wrong."""

    story: Story
    folder: Path
    wrong: list[str] = field(default_factory=list)
    pending: str | None = None  # what the record on disk waits for

    def __post_init__(self) -> None:
        self.chat = _script(self.story) if self.story.model else None
        if self.story.audience:
            subject = Subject(organisation="Alpine Robotics", audience=self.story.audience)
            rig.create(self.folder, subject).close()
            self.talk: CoachConversation = rig.open_conversation(self.folder / "alpine-robotics.yaml", self.chat)
        else:
            self.talk = rig.new_conversation(self.folder, self.chat)

    def play(self) -> None:
        """Say everything; `wrong` then holds every difference from the story."""
        list(self.talk.begin())
        for turn in self.story.turns:
            if turn.reopen:
                path = self.talk.record
                assert path is not None
                self.talk.close()
                self.talk = rig.open_conversation(path, self.chat)
                items = list(self.talk.begin())
            else:
                items = self._said(turn)
            self._check(turn, items)
        self.talk.close()
        unread = {t.about or t.say for t in self.story.turns if t.read} - set(self.chat.asked if self.chat else ())
        self.wrong += [f"the model was never asked about {text!r}" for text in sorted(unread)]
        path = self.talk.record
        found = told(RecordStore.read(path).state) if path else {}
        difference = differences(self.story.record, found)
        if difference:
            self.wrong.append(difference)

    def _said(self, turn: Turn) -> list[Item]:
        items: list[Item] = []
        for item in self.talk.reply(turn.say, Flag()):
            items.append(item)
            if isinstance(item, Said) and item.tone == "question" and self.talk.record:
                self._on_disk(turn, item)
        return items

    def _on_disk(self, turn: Turn, item: Said) -> None:
        """At the moment a question is put: what was said can be read from the file by anybody."""
        assert self.talk.record is not None
        read = RecordStore.read(self.talk.record)
        self.pending = waiting(read.state.journey.pending)
        if turn.command or len(read.events) == 1:  # setup: the name is in the record's first event
            return
        kept = _texts(read.events)
        for text in turn.kept if turn.kept is not None else (turn.say.strip(),):
            if text not in kept:
                self.wrong.append(f"{item.question} was put before {text[:80]!r} was on disk")

    def _check(self, turn: Turn, items: list[Item]) -> None:
        name = turn.say[:60] or "(reopened)"
        shown = "\n".join(i.markdown for i in items if isinstance(i, Said | AnswerDone))
        choices = "\n".join(c.label for i in items if isinstance(i, Said) for c in i.choices)
        asks = self._asks(items)
        if asks != turn.asks:
            self.wrong.append(f"{name!r}: the coach asks {asks}, the story says {turn.asks}")
        self.wrong += [f"{name!r}: does not show {text!r} in\n{shown}" for text in turn.shows if text not in shown]
        self.wrong += [f"{name!r}: shows {text!r}" for text in turn.hides if text in shown + choices]

    def _asks(self, items: list[Item]) -> str:
        if any(isinstance(item, Ended) for item in items):
            return "ended"
        put = [item.question for item in items if isinstance(item, Said) and item.tone == "question"]
        if len(put) != 1:
            return f"{len(put)} questions at once: {put}"
        if self.talk.record is None or put[0] == "menu" or str(put[0]).startswith("setup"):
            return str(put[0])
        if not self.pending or self.pending.split()[0] != put[0]:
            return f"{put[0]} (but the record waits at {self.pending})"
        return self.pending


def _texts(events: tuple[Event, ...]) -> set[str]:
    return {str(text) for e in events for text in (getattr(e, "said", ""), getattr(e, "asked", "")) if text}


def _script(story: Story) -> ScriptedChat:
    chat = ScriptedChat(rig.flows())
    for turn in story.turns:
        text = turn.about or turn.say
        if turn.read:
            chat.readings[text] = turn.read
        if turn.met is not None:
            chat.met[text] = list(turn.met)
        if turn.unmet is not None:
            chat.unmet[text] = list(turn.unmet)
        chat.answers |= turn.answer
        chat.refused += turn.refused
    return chat
