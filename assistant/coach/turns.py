"""What the coach gives a front end (app, line mode, tests) while it works on a reply: a stream of typed items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

Tone = Literal["coach", "question", "reading", "gap", "answer", "notice", "error", "you"]


class Source(BaseModel):
    """One numbered source of an answer. `quote` are the corpus' words (our rendering) that the answer rests on."""

    model_config = ConfigDict(frozen=True)
    n: int
    section: str
    title: str
    passage: str
    quote: str
    where: str  # "after the TACTICS handbook (2012), Case 20: ..."


class Choice(BaseModel):
    """Something the person can choose with one key; `reply` is what choosing it says."""

    model_config = ConfigDict(frozen=True)
    key: str  # "1", "2", ...
    label: str
    reply: str
    note: str = ""  # told beside the label: "2 of 3 looked at"

    @property
    def line(self) -> str:
        """Label and note as one line."""
        return f"{self.label} ({self.note})" if self.note else self.label


@dataclass(frozen=True)
class Said:
    """The coach said something, whole. `markdown` is safe to render: it holds no person's or model's markup."""

    markdown: str
    tone: Tone = "coach"
    sources: tuple[Source, ...] = ()
    choices: tuple[Choice, ...] = ()
    question: str | None = None  # id of the question this puts
    counts: str = ""  # "2 of 3 looked at"


@dataclass(frozen=True)
class AnswerStarted:
    """An answer from the handbook begins; sources found so far can be shown."""

    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class AnswerFound:
    """The closest words of the handbook, shown while it is checked whether they hold what was asked for."""

    markdown: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class AnswerDelta:
    """More words of the answer as they come, unchecked until `AnswerDone`; the first replace the words found."""

    text: str


@dataclass(frozen=True)
class AnswerDone:
    """The answer as checked: it takes the place of what was streamed. `stopped`: the person stopped it."""

    markdown: str
    sources: tuple[Source, ...] = ()
    abstained: bool = False
    stopped: bool = False
    own: bool = False  # rests on the person's own documents alone


@dataclass(frozen=True)
class Progress:
    """Where the journey stands, for the sidebar: id, title, state, counts of each stop."""

    stops: tuple[StopView, ...] = ()


@dataclass(frozen=True)
class StopView:
    """One stop of the journey as a front end shows it."""

    id: str
    number: int | None
    title: str
    state: Literal["not_looked_at", "begun", "done_with_gaps", "done", "reference"]
    looked_at: int = 0
    questions: int = 0
    here: bool = False


@dataclass(frozen=True)
class Ended:
    """The conversation stops here; the record and (if written) the summary stand at these paths."""

    record: str
    summary: str | None = None


Item = Said | AnswerStarted | AnswerFound | AnswerDelta | AnswerDone | Progress | Ended


@dataclass
class Past:
    """One earlier exchange, for a resumed conversation."""

    you: str
    coach: str
    kind: Literal["answer", "digression"] = "answer"
    sources: tuple[Source, ...] = field(default=())


@dataclass(frozen=True)
class RecordView:
    """One record as the home screen lists it."""

    path: Path
    organisation: str
    audience: str
    changed: str  # ISO 8601
    looked_at: int
    open_actions: int
    problem: str = ""  # one sentence when it cannot be opened


@dataclass(frozen=True)
class ModelStatus:
    """What the model is doing, for the status line. `fraction` of the load is None when unknown."""

    state: Literal["none", "stopped", "loading", "indexing", "ready", "working", "failed"]
    sentence: str
    fraction: float | None = None


class Conversation(Protocol):
    """One coaching conversation over one record. Calls block and belong in a worker thread; one at a time."""

    @property
    def title(self) -> str: ...  # the organisation, or "New record"

    @property
    def record(self) -> Path | None: ...  # None until organisation and audience are known

    def begin(self) -> Iterator[Item]:
        """Greet, or pick up where the record stands, and put the pending question."""
        ...

    def reply(self, text: str, cancel: Event) -> Iterator[Item]:
        """Work on what the person said. It is on disk before the first question that follows.

        Setting `cancel` stops an answer of the model; what was said before stands.
        """
        ...

    def typing(self, text: str) -> None:
        """The person is typing this; the coach may use the time. Returns at once."""
        ...

    def past(self, last: int = 20) -> list[Past]:
        """The last exchanges, oldest first."""
        ...

    def progress(self) -> Progress: ...

    def document(self, passage: str) -> tuple[str, str]:
        """Title and Markdown of the document a passage stands in; `CoachError` when there is none."""
        ...

    def summary(self) -> Path:
        """Write the summary file now; its path."""
        ...

    def close(self) -> None: ...


class Coach(Protocol):
    """The coach as a front end sees it: records, conversations, the model's state."""

    def records(self) -> list[RecordView]: ...

    def new(self) -> Conversation: ...

    def open(self, record: Path) -> Conversation:
        """Open a record; `RecordError` when it is locked or damaged beyond its backup."""
        ...

    def load(self, listener: Callable[[ModelStatus], None]) -> None:
        """Start models and index in the background; `listener` is called from other threads."""
        ...

    def status(self) -> ModelStatus: ...

    def close(self) -> None: ...
