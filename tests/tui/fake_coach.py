"""A scripted coach behind the real Protocols: what it says is written down beforehand, nothing is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import sleep

from assistant.coach.turns import (
    AnswerDelta,
    AnswerDone,
    AnswerStarted,
    Choice,
    Ended,
    Item,
    ModelStatus,
    Past,
    Progress,
    RecordView,
    Said,
    Source,
    StopView,
)
from assistant.errors import CoachError

TITLES = (
    "Why go international?",
    "Are we ready?",
    "Look for opportunities",
    "Strategy and plan",
    "Training",
    "Find partners",
    "Build trust",
    "Run projects",
    "Measure results",
    "Review and renew",
)
SOURCE = Source(
    n=1,
    section="case-20",
    title="Innovation Express: a joint call for cross-border projects",
    passage="case-20/what",
    quote="On average an SME got 15,000 euros.",
    where="after the TACTICS handbook (2012), Case 20: Innovation Express",
)
SECOND = Source(
    n=2,
    section="utilise-funding",
    title="Utilise Funding",
    passage="utilise-funding/small",
    quote="Look for money that fits the stage you are in.",
    where="after the TACTICS handbook (2012), Utilise Funding",
)
YES_NO = (
    Choice(key="1", label="Yes", reply="yes"),
    Choice(key="2", label="No", reply="no"),
    Choice(key="3", label="I don't know", reply="don't know"),
    Choice(key="4", label="Later", reply="later"),
)
ANSWER = (
    "In the joint call an SME got **15,000 euros on average** [1]. "
    "That is an average, not a ceiling [1]. "
    "Money of this kind is for the first stages of working together [2]."
)
GREETING = Said(
    "Good day. I take you through ten steps towards working internationally, one question at a time. "
    "Everything stays on this machine.\n\nFirst: **what is your organisation called**, and who are you in it?",
    question="organisation",
)


def question(text: str, counts: str = "0 of 3 looked at") -> Said:
    """A question with yes, no, don't know, later."""
    return Said(text, tone="question", choices=YES_NO, question="q", counts=counts)


def progress(here: int = 2, looked_at: int = 2) -> Progress:
    """A journey with Step 1 done, one step begun and the rest ahead."""
    stops = [
        StopView(
            id=f"step-{n}",
            number=n,
            title=title,
            state="done_with_gaps" if n < here else "begun" if n == here else "not_looked_at",
            looked_at=3 if n < here else looked_at if n == here else 0,
            questions=3 if n < 3 else 4,
            here=n == here,
        )
        for n, title in enumerate(TITLES, 1)
    ]
    return Progress((*stops, StopView(id="utilise-funding", number=None, title="Utilise Funding", state="reference")))


def answer(text: str = ANSWER, gate: Event | None = None, after: int = 4, pause: float = 0.0) -> Turn:
    """An answer that streams word by word; with a gate it stops after some words until the gate opens."""

    def play(conversation: FakeConversation, said: str, cancel: Event) -> Iterator[Item]:
        yield AnswerStarted((SOURCE,))
        come = ""
        for index, word in enumerate(text.split(" ")):
            if gate is not None and index == after:
                while not gate.wait(0.01) and not cancel.is_set():
                    pass
            if cancel.is_set():
                yield AnswerDone(come, (SOURCE,), stopped=True)
                return
            sleep(pause)
            come += f"{word} "
            yield AnswerDelta(f"{word} ")
        yield AnswerDone(text, (SOURCE, SECOND))

    return play


def says(*items: Item | Exception) -> Turn:
    """Says these things; an exception in the list is raised."""

    def play(conversation: FakeConversation, said: str, cancel: Event) -> Iterator[Item]:
        for item in items:
            if isinstance(item, Exception):
                raise item
            yield item

    return play


Turn = Callable[["FakeConversation", str, Event], Iterator[Item]]


@dataclass
class FakeConversation:
    """Plays its turns one after the other, then repeats the last one."""

    title: str = "New record"
    record: Path | None = None
    greeting: Sequence[Item] = (GREETING,)
    turns: list[Turn] = field(default_factory=list)
    earlier: list[Past] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    closed: int = 0
    _played: int = 0

    def begin(self) -> Iterator[Item]:
        yield from self.greeting

    def reply(self, text: str, cancel: Event) -> Iterator[Item]:
        self.replies.append(text)
        turn = self.turns[min(self._played, len(self.turns) - 1)]
        self._played += 1
        yield from turn(self, text, cancel)

    def typing(self, text: str) -> None:
        self.typed.append(text)

    def past(self, last: int = 20) -> list[Past]:
        return self.earlier[-last:]

    def progress(self) -> Progress:
        return progress() if self.record else Progress()

    def document(self, passage: str) -> tuple[str, str]:
        if not passage.startswith("case-20"):
            raise CoachError("that passage is in no document", where=passage, do="build the index again")
        text = (
            "## What it was\n\nSeveral programmes opened **one** call on one day. " * 3
            + "\n\n"
            + "\n\n".join(f"Paragraph {n} tells of the partners and what they did." for n in range(12))
            + "\n\n## What a company got\n\nPartners had rules of their own. On average an SME\ngot 15,000 euros. "
            "It is not a ceiling.\n\n## What followed\n\nOther regions took it up."
        )
        return "Case 20: Innovation Express (2012)", text

    def summary(self) -> Path:
        return Path("records/baltic-wood.summary.md")

    def close(self) -> None:
        self.closed += 1


@dataclass
class FakeCoach:
    """Gives the conversations it was made with."""

    conversation: FakeConversation = field(default_factory=FakeConversation)
    views: list[RecordView] = field(default_factory=list)
    statuses: Sequence[ModelStatus] = (ModelStatus("none", ""),)
    refuse: CoachError | None = None
    closed: bool = False

    def records(self) -> list[RecordView]:
        return self.views

    def new(self) -> FakeConversation:
        return self.conversation

    def open(self, record: Path) -> FakeConversation:
        if self.refuse is not None:
            raise self.refuse
        self.conversation.record = record
        return self.conversation

    def load(self, listener: Callable[[ModelStatus], None]) -> None:
        for status in self.statuses:
            listener(status)

    def status(self) -> ModelStatus:
        return self.statuses[-1]

    def close(self) -> None:
        self.closed = True


def story() -> FakeConversation:
    """A first session: organisation, a question, its reading, a gap, a question to the handbook, the stop."""

    def settled(conversation: FakeConversation, said: str, cancel: Event) -> Iterator[Item]:
        conversation.title, conversation.record = "Baltic Wood Cluster", Path("records/baltic-wood.yaml")
        yield Said("Thank you. We begin with the reason: **why** should your members go abroad?")
        yield progress(1, 0)
        yield question("Do your members sell outside your country today?")

    return FakeConversation(
        turns=[
            settled,
            says(
                Said("I read this as **yes, in part**: “three of us export to Sweden”.", tone="reading"),
                Said("Nobody is named who answers for it. Shall I note an action?", tone="gap"),
                progress(1, 1),
                question("Is there a written reason for going abroad?", "1 of 3 looked at"),
            ),
            answer(pause=0.05),
            says(
                progress(1, 2),
                question("Has the board agreed to it?", "2 of 3 looked at"),
            ),
            says(Ended("records/baltic-wood.yaml", "records/baltic-wood.summary.md")),
        ]
    )
