"""What a conversation works with: the open record, the flows, the readers of replies and questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from assistant.coach.answers.answerer import Answerer
from assistant.coach.answers.models import Ask
from assistant.coach.replies.interpret import Interpreter
from assistant.coach.turns import Progress, Source, StopView
from assistant.errors import CoachError
from assistant.flow.engine import Engine
from assistant.flow.models import Flow, Question, Stop
from assistant.handbook.corpus import Corpus
from assistant.handbook.models import Passage
from assistant.record.events import Added, Answered, Asked, Entered, Event, Rated, Settled, Skipped
from assistant.record.state import State
from assistant.record.store import Clock, OpenRecord, system_clock


@dataclass
class Parts:
    """The parts of the coach that all conversations share."""

    engine: Engine
    corpus: Corpus
    answerer: Answerer
    interpreter: Interpreter
    clock: Clock = system_clock


@dataclass
class Session:
    """One record in use, with the shared parts."""

    parts: Parts
    record: OpenRecord
    review: list[str] = field(default_factory=list)  # question ids as numbered in the last review
    about: str | None = None  # section cited last, for follow-up questions
    before: str | None = None  # the question to the handbook asked last, as it was read

    @property
    def state(self) -> State:
        """Where the record stands."""
        return self.record.state

    @property
    def engine(self) -> Engine:
        """The order of questions."""
        return self.parts.engine

    @property
    def today(self) -> date:
        """The day by the conversation's clock."""
        return self.parts.clock().date()

    def keep(self, *events: Event) -> None:
        """Put events on disk; when this returns nothing of them can be lost."""
        if events:
            self.record.append(*events)
        if any(event.type != "digressed" for event in events):
            self.before = None  # "that" now speaks of what has been said since

    def ask(self, question: str) -> Ask:
        """A question to the handbook with what is known about its setting."""
        return Ask(question, self.state.subject.audience, self.step(), about=self.about, before=self.before)

    def unfinished(self) -> bool:
        """Whether the record ends with something said and nothing asked after it: the coach was cut off there."""
        said = (Answered, Added, Rated, Skipped)
        last = next((e for e in reversed(self.record.events) if isinstance(e, (*said, Asked, Entered, Settled))), None)
        return isinstance(last, said)

    def found(self, question_id: str) -> tuple[Flow, Question]:
        """A question and its flow; `CoachError` when the flows no longer hold it."""
        found = self.engine.flows.question(question_id)
        if found is None:
            raise CoachError(
                f"the record waits at the question `{question_id}`, which the flows no longer hold",
                where=self.record.path.name,
                do="say `menu` and choose a step",
            )
        return found

    def step(self) -> str | None:
        """The stop one is in, as a section label of the corpus."""
        pending = self.state.journey.pending
        stop = self.engine.stop(pending.flow) if pending else None
        return stop.id if stop else None

    def sources(self, parts: Iterable[str], start: int = 1) -> list[Source]:
        """Sources for part ids or section labels; those that are not in the corpus are left out."""
        found: list[Source] = []
        for part in parts:
            passages = self.parts.corpus.parts.get(part) or self.parts.corpus.sections.get(part) or ()
            if passages:
                found.append(source(start + len(found), passages[0]))
        return found

    def progress(self) -> Progress:
        """Every stop of the journey with its state and counts."""
        here = self.step()
        return Progress(tuple(self._view(stop, here) for stop in self.engine.flows.journey.stops))

    def _view(self, stop: Stop, here: str | None) -> StopView:
        return stop_view(self.engine, stop, self.state, here)


def stop_view(engine: Engine, stop: Stop, state: State, here: str | None) -> StopView:
    """One stop as a front end shows it."""
    flows = engine.stop_flows(stop, state.subject.audience)
    counts = [engine.counts(flow, state) for flow in flows]
    looked_at, questions = sum(c.looked_at for c in counts), sum(c.questions for c in counts)
    gaps = sum(c.partly + c.unmet for c in counts)
    done = flows and looked_at == questions and not any(f.never_done for f in flows)
    begun = looked_at > 0 or any(f.id in state.journey.flows for f in flows)
    return StopView(
        id=stop.id,
        number=stop.number,
        title=stop.title,
        state=(
            "reference"
            if not flows
            else ("done_with_gaps" if gaps else "done")
            if done
            else "begun"
            if begun
            else "not_looked_at"
        ),
        looked_at=looked_at,
        questions=questions,
        here=stop.id == here,
    )


def source(n: int, passage: Passage, quote: str | None = None) -> Source:
    """A passage as a numbered source."""
    return Source(
        n=n,
        section=passage.section,
        title=passage.title,
        passage=passage.id,
        quote=quote or (passage.sentences[0] if passage.sentences else passage.text),
        where=passage.source,
    )


Listener = Callable[[], None]
