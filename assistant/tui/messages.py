"""What the workers tell the screens. Workers post these and touch nothing else; the handlers own the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from textual.message import Message

from assistant.coach.turns import Conversation, Item, ModelStatus, Past, Progress, RecordView


@dataclass
class Turn:
    """One piece of work of the coach: what starts it, what the person said, and the way to stop it."""

    start: Callable[[Event], Iterator[Item]]
    said: str = ""
    cancel: Event = field(default_factory=Event)
    items: int = 0  # how many came so far


@dataclass
class ItemCame(Message):
    """The coach said or did something."""

    turn: Turn
    item: Item


@dataclass
class TurnEnded(Message):
    """The coach is through with a turn, well or not."""

    turn: Turn
    error: Exception | None


@dataclass
class PastCame(Message):
    """Earlier exchanges, oldest first; `more` when there are still earlier ones."""

    past: list[Past]
    more: bool


@dataclass
class ProgressCame(Message):
    """Where the journey stands."""

    progress: Progress


@dataclass
class DocumentCame(Message):
    """A whole document, or why there is none."""

    title: str
    markdown: str
    error: Exception | None = None


@dataclass
class Done(Message):
    """A small piece of work is done; `sentence` says how it went."""

    sentence: str = ""
    error: Exception | None = None


@dataclass
class RecordsRead(Message):
    """The records for the home screen."""

    records: list[RecordView]
    error: Exception | None = None


@dataclass
class Opened(Message):
    """A conversation is open, or why not."""

    record: Path | None
    conversation: Conversation | None
    error: Exception | None = None


@dataclass
class ModelChanged(Message):
    """The model's state changed."""

    status: ModelStatus
