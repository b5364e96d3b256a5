"""The events of a record and how each changes the state. Append-only: a record's state is the replay of its events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from assistant.errors import RecordError
from assistant.record.state import (
    Action,
    Answer,
    Citation,
    Consulted,
    Criterion,
    Evidence,
    JourneyState,
    Pending,
    Rating,
    SkipReason,
    Stage,
    State,
    Subject,
)


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    at: str = ""  # ISO 8601 with offset


class Opened(_Event):
    """The record begins."""

    type: Literal["opened"] = "opened"
    subject: Subject
    flows: str  # version and digest of the flows it was opened under
    knowledge: str = ""


class SubjectChanged(_Event):
    """Organisation, audience or country was corrected."""

    type: Literal["subject_changed"] = "subject_changed"
    subject: Subject


class Entered(_Event):
    """The person went into a flow (a step, a diagnostic, a theme)."""

    type: Literal["entered"] = "entered"
    flow: str


class Asked(_Event):
    """The coach put a question (or a follow-up to one) and waits."""

    type: Literal["asked"] = "asked"
    flow: str
    question: str
    stage: Stage = "question"
    criterion: str | None = None


class Answered(_Event):
    """The person answered; a second one for the same question is a correction and replaces the first."""

    type: Literal["answered"] = "answered"
    flow: str
    question: str
    said: str
    rating: Rating | None = None
    rated_by: Literal["coach", "person"] | None = None
    choice: str | None = None
    criteria: tuple[Criterion, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    asked_under: str = ""


class Rated(_Event):
    """The person set the rating themselves; what the coach had read stays beside it."""

    type: Literal["rated"] = "rated"
    question: str
    rating: Rating
    said: str = ""


class Added(_Event):
    """More was said about an answer already given: criteria and evidence join what is there.

    What was said about an action (whether, who, when) is kept here and shown with the action, not with the answer.
    """

    type: Literal["added"] = "added"
    question: str
    said: str
    about: Literal["evidence", "probe", "action"]
    criteria: tuple[Criterion, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Skipped(_Event):
    """The question was passed over, with the reason."""

    type: Literal["skipped"] = "skipped"
    flow: str
    question: str
    reason: SkipReason
    said: str


class SetAside(_Event):
    """A correction made an answer doubtful: it is asked again, the old value as default."""

    type: Literal["set_aside"] = "set_aside"
    question: str
    because: str


class ActionNoted(_Event):
    """A gap became an action; the same id again replaces it (owner or date came later)."""

    type: Literal["action"] = "action"
    action: Action


class Digressed(_Event):
    """A question to the handbook was answered; the pending question stays pending."""

    type: Literal["digressed"] = "digressed"
    asked: str
    answer: str
    abstained: bool = False
    citations: tuple[Citation, ...] = ()


class Settled(_Event):
    """Nothing is pending any more (the follow-ups of the last question are through)."""

    type: Literal["settled"] = "settled"


class Finished(_Event):
    """All questions of a flow have been looked at."""

    type: Literal["finished"] = "finished"
    flow: str


class Snapshot(_Event):
    """A named point to compare with later."""

    type: Literal["snapshot"] = "snapshot"
    name: str


class Stopped(_Event):
    """The person stopped for now."""

    type: Literal["stopped"] = "stopped"


class Resumed(_Event):
    """The person came back."""

    type: Literal["resumed"] = "resumed"


Event = Annotated[
    Opened
    | SubjectChanged
    | Entered
    | Asked
    | Answered
    | Rated
    | Added
    | Skipped
    | SetAside
    | ActionNoted
    | Digressed
    | Settled
    | Finished
    | Snapshot
    | Stopped
    | Resumed,
    Field(discriminator="type"),
]
EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])


def replay(events: Iterable[Event]) -> State:
    """The state that a record's events add up to. The first one must be `Opened`, else `RecordError`."""
    state: State | None = None
    for event in events:
        state = apply(state, event)
    if state is None:
        raise RecordError("the record holds no events", do="restore its .bak copy")
    return state


def apply(state: State | None, event: Event) -> State:
    """The state after one event. Unknown questions and second openings are `RecordError`."""
    if isinstance(event, Opened):
        if state is not None:
            raise RecordError("the record is opened twice", do="restore its .bak copy")
        return State(subject=event.subject)
    if state is None:
        raise RecordError("the record does not begin with its opening", do="restore its .bak copy")
    match event:
        case SubjectChanged():
            return state.model_copy(update={"subject": event.subject})
        case ActionNoted():
            others = {a.id: a for a in state.actions} | {event.action.id: event.action}
            return state.model_copy(update={"actions": tuple(others.values())})
        case Digressed():
            pending = state.journey.pending
            note = Consulted(
                asked=event.asked,
                answer=event.answer,
                abstained=event.abstained,
                citations=event.citations,
                during=pending.question if pending else None,
                at=event.at,
            )
            return state.model_copy(update={"consulted": (*state.consulted, note)})
        case Snapshot():
            return state.model_copy(update={"snapshots": (*state.snapshots, event.name)})
        case Stopped() | Resumed():
            return state.model_copy(update={"stopped": isinstance(event, Stopped)})
        case _:
            return state.model_copy(update={"journey": _journey_after(state.journey, event)})


def _journey_after(journey: JourneyState, event: Event) -> JourneyState:
    match event:
        case Entered():
            return journey.model_copy(update={"flows": {**journey.flows, event.flow: "begun"}, "pending": None})
        case Finished():
            return journey.model_copy(update={"flows": {**journey.flows, event.flow: "done"}, "pending": None})
        case Settled():
            return journey.model_copy(update={"pending": None})
        case Asked():
            before = journey.pending
            same = before is not None and before.question == event.question
            probes = (before.probes if same and before else 0) + (event.stage == "probe")
            pending = Pending(
                flow=event.flow, question=event.question, stage=event.stage, criterion=event.criterion, probes=probes
            )
            history = journey.history
            if event.stage == "question" and (not history or history[-1] != event.question):
                history = (*history, event.question)
            answers = dict(journey.answers)
            if event.stage == "evidence" and event.question in answers:
                answers[event.question] = answers[event.question].model_copy(update={"evidence_asked": True})
            return journey.model_copy(update={"pending": pending, "history": history, "answers": answers})
        case Answered():
            answer = Answer(
                flow=event.flow,
                question=event.question,
                said=event.said,
                rating=event.rating,
                rated_by=event.rated_by,
                read_as=event.rating if event.rated_by == "coach" else None,
                choice=event.choice,
                criteria=event.criteria,
                evidence=event.evidence,
                asked_under=event.asked_under,
                at=event.at,
            )
            return _with(journey, answer)
        case Skipped():
            return _with(
                journey,
                Answer(flow=event.flow, question=event.question, said=event.said, skipped=event.reason, at=event.at),
            )
        case Rated():
            answer = _answer(journey, event.question)
            more = (*answer.also_said, event.said) if event.said else answer.also_said
            return _with(
                journey,
                answer.model_copy(update={"rating": event.rating, "rated_by": "person", "also_said": more}),
            )
        case Added():
            answer = _answer(journey, event.question)
            merged = {c.id: c for c in answer.criteria} | {c.id: c for c in event.criteria if c.met is not None}
            return _with(
                journey,
                answer.model_copy(
                    update={
                        "also_said": answer.also_said if event.about == "action" else (*answer.also_said, event.said),
                        "criteria": tuple(merged.values()),
                        "evidence": (*answer.evidence, *event.evidence),
                    }
                ),
            )
        case SetAside():
            answer = _answer(journey, event.question)
            return _with(journey, answer.model_copy(update={"set_aside": event.because}))
        case _:
            raise RecordError(f"the record holds an event of the kind `{event.type}` that does not belong there")


def _answer(journey: JourneyState, question: str) -> Answer:
    if question not in journey.answers:
        raise RecordError(f"the record speaks of `{question}`, which was never answered", do="restore its .bak copy")
    return journey.answers[question]


def _with(journey: JourneyState, answer: Answer) -> JourneyState:
    return journey.model_copy(update={"answers": {**journey.answers, answer.question: answer}})
