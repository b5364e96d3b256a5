"""The closed list of commands a reply can turn into. Code decides which; the model only helps to read ratings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.record.state import Criterion, Evidence, Rating, SkipReason

Plain = Literal["why", "example", "back", "repeat", "summary", "stop", "help", "review", "menu", "steps"]


@dataclass(frozen=True)
class Rate:
    """An answer to a scored question: what was read, how sure the reading is (0 to 1), and the words it rests on."""

    said: str
    rating: Rating | None
    sure: float
    quote: str
    criteria: tuple[Criterion, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    by_person: bool = False


@dataclass(frozen=True)
class Tell:
    """Free words where nothing is rated: a text answer, evidence, an owner, a date."""

    said: str


@dataclass(frozen=True)
class Choose:
    """An option of a choice question by its id."""

    said: str
    option: str


@dataclass(frozen=True)
class Skip:
    """The question is passed over."""

    said: str
    reason: SkipReason


@dataclass(frozen=True)
class AskHandbook:
    """A question to the handbook."""

    text: str


@dataclass(frozen=True)
class Change:
    """A correction of an earlier answer: its number in the review, or words that describe it."""

    which: str


@dataclass(frozen=True)
class SetRating:
    """The person says how the last answer is to be read."""

    said: str
    rating: Rating


@dataclass(frozen=True)
class Go:
    """Go to a stop of the journey."""

    stop: str


@dataclass(frozen=True)
class Do:
    """One of the plain commands."""

    what: Plain


Command = Rate | Tell | Choose | Skip | AskHandbook | Change | SetRating | Go | Do
