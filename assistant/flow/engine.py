"""Decides what is asked next. Pure: from flows and a record's state to events; nothing is read, written or worded."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.flow.conditions import holds
from assistant.flow.models import Audience, Flow, FlowSet, Question, Route, Stop
from assistant.record.events import (
    Asked,
    Entered,
    Event,
    Finished,
    SetAside,
    Settled,
    apply,
)
from assistant.record.state import Answer, JourneyState, Stage, State

_STAGES: tuple[Stage, ...] = ("question", "confirm", "evidence", "probe", "gap", "owner", "due")
MOST_FOLLOW_UPS = 2  # to one question; then it is recorded as it stands


@dataclass(frozen=True)
class Counts:
    """How far a flow is: questions for this audience, looked at (answered or skipped), met, partly, no, skipped."""

    questions: int
    looked_at: int
    met: int
    partly: int
    unmet: int
    skipped: int


class Engine:
    """The order of questions, follow-ups, corrections and routes over one set of flows."""

    def __init__(self, flows: FlowSet) -> None:
        self.flows = flows

    # -- where things stand ---------------------------------------------------------------------------------------

    def stop_flows(self, stop: Stop, audience: str) -> list[Flow]:
        """The flows of a stop that are meant for the audience, in order."""
        found = [self.flows.flow(flow_id) for flow_id in stop.flows]
        return [flow for flow in found if audience in flow.audience and flow.asked_of(_audience(audience))]

    def stop(self, stop_id: str) -> Stop | None:
        """A stop of the journey by its id, or by the id of one of its flows."""
        return next((s for s in self.flows.journey.stops if s.id == stop_id or stop_id in s.flows), None)

    def questions(self, flow: Flow, state: State) -> list[Question]:
        """The questions of a flow that apply now: for the audience, with conditions that hold."""
        audience = _audience(state.subject.audience)
        return [q for q in flow.asked_of(audience) if q.when is None or holds(q.when, flow, state.journey, audience)]

    def counts(self, flow: Flow, state: State) -> Counts:
        """How far a flow is. Statements are not questions."""
        asked = [q for q in self.questions(flow, state) if q.kind != "statement"]
        answers = [a for q in asked if (a := _standing(state.journey, q.id))]
        rated = [a.rating for a in answers]
        return Counts(
            questions=len(asked),
            looked_at=len(answers),
            met=rated.count("yes"),
            partly=rated.count("partly"),
            unmet=rated.count("no"),
            skipped=sum(a.skipped is not None for a in answers),
        )

    def routes(self, flow: Flow, state: State) -> list[Route]:
        """The routes that hold now: the first that goes somewhere, and every suggestion, in the file's order."""
        audience = _audience(state.subject.audience)
        holding = [r for r in flow.after if holds(r.when, flow, state.journey, audience)]
        first = next((r for r in holding if r.go), None)
        return [r for r in holding if r is first or r.suggest]

    # -- moves ------------------------------------------------------------------------------------------------------

    def enter(self, state: State, stop_or_flow: str) -> list[Event]:
        """Go into a stop (its first unfinished flow) or a flow; questions left for later are asked again."""
        stop = next((s for s in self.flows.journey.stops if s.id == stop_or_flow), None)
        flow: Flow | None = self.flows.flows.get(stop_or_flow)
        if stop is not None:  # a stop may share its id with its last flow
            candidates = self.stop_flows(stop, state.subject.audience)
            unfinished = [f for f in candidates if state.journey.flows.get(f.id) != "done" or self._left(f, state)]
            flow = next(iter(unfinished or candidates), None)
        if flow is None:
            return []
        events: list[Event] = [Entered(flow=flow.id)]
        events += [SetAside(question=q, because="left for later") for q in self._left(flow, state)]
        return self._continued(state, events)

    def proceed(self, state: State) -> list[Event]:
        """What comes after the last reply: a follow-up, the next question, the next flow of the stop, or its end."""
        return self._continued(state, [])

    def back(self, state: State) -> list[Event]:
        """Ask the question before the pending one again; no events when there is none.

        A question counts where it was asked first, so that going back twice leads further back.
        """
        order = list(dict.fromkeys(state.journey.history))
        pending = state.journey.pending
        earlier = order[: order.index(pending.question)] if pending and pending.question in order else order
        for question_id in reversed(earlier):
            found = self.flows.question(question_id)
            if found and found[1].kind != "statement":
                return [Asked(flow=found[0].id, question=question_id)]
        return []

    def ask_again(self, question_id: str) -> list[Event]:
        """Ask one question again, for a correction."""
        found = self.flows.question(question_id)
        return [Asked(flow=found[0].id, question=question_id)] if found else []

    def dependents(self, question_id: str, state: State) -> list[str]:
        """Answered questions that rest on this one, directly or through others."""
        found: list[str] = []
        waiting = [question_id]
        while waiting:
            current = waiting.pop(0)
            for flow in self.flows.flows.values():
                for question in flow.questions:
                    known = question.id == question_id or question.id in found
                    if current in question.depends_on and not known and _standing(state.journey, question.id):
                        found.append(question.id)
                        waiting.append(question.id)
        return found

    def set_aside(self, question_id: str, state: State) -> list[Event]:
        """After a real change: the answers that rest on it are asked again, their old values stay as defaults."""
        because = f"the answer to {question_id} changed"
        return [SetAside(question=q, because=because) for q in self.dependents(question_id, state)]

    # -- the order --------------------------------------------------------------------------------------------------

    def _continued(self, state: State, events: list[Event]) -> list[Event]:
        for event in events:
            state = apply(state, event)
        current = self._current_flow(state, events)
        while current is not None:
            follow_up = self._follow_up(state)
            if follow_up:
                return [*events, follow_up]
            question = self._next_question(current, state)
            if question is None:
                corrected = (
                    state.journey.flows.get(current.id) == "done"
                )  # and nothing new in it: back to where one was
                if not corrected and not current.never_done:
                    done = Finished(flow=current.id)
                    state = apply(state, done)
                    events.append(done)
                current = self._begun(current, state) if corrected else self._next_flow(current, state)
                if current is not None:
                    enter = Entered(flow=current.id)
                    state = apply(state, enter)
                    events.append(enter)
                continue
            asked = Asked(flow=current.id, question=question.id)
            state = apply(state, asked)
            events.append(asked)
            if question.kind != "statement":
                return events
        if state.journey.pending is not None:
            events.append(Settled())
        return events

    def _current_flow(self, state: State, events: list[Event]) -> Flow | None:
        entered = next((e.flow for e in reversed(events) if isinstance(e, Entered)), None)
        if entered is not None:
            return self.flows.flow(entered)
        pending = state.journey.pending
        return self.flows.flows.get(pending.flow) if pending else None

    def _next_flow(self, flow: Flow, state: State) -> Flow | None:
        stop = self.stop(flow.id)
        if stop is None:
            return None
        following = self.stop_flows(stop, state.subject.audience)
        ids = [f.id for f in following]
        rest = following[ids.index(flow.id) + 1 :] if flow.id in ids else []
        return next((f for f in rest if state.journey.flows.get(f.id) != "done"), None)

    def _begun(self, flow: Flow, state: State) -> Flow | None:
        """Where one was before a correction in `flow`: the flow asked last that is begun and has something left."""
        for question_id in reversed(state.journey.history):
            found = self.flows.question(question_id)
            if found is None or found[0].id == flow.id or state.journey.flows.get(found[0].id) != "begun":
                continue
            if not found[0].never_done or self._next_question(found[0], state):
                return found[0]
        return None

    def _next_question(self, flow: Flow, state: State) -> Question | None:
        for question in self.questions(flow, state):
            if question.kind == "statement":
                if question.id not in state.journey.history:
                    return question
            elif _standing(state.journey, question.id) is None:
                return question
        return None

    def _left(self, flow: Flow, state: State) -> list[str]:
        answers = state.journey.answers
        return [q.id for q in flow.questions if (a := answers.get(q.id)) and a.skipped == "later" and not a.set_aside]

    def _follow_up(self, state: State) -> Asked | None:
        pending = state.journey.pending
        found = self.flows.question(pending.question) if pending else None
        answer = state.journey.answers.get(pending.question) if pending else None
        if pending is None or found is None or answer is None or answer.set_aside or answer.skipped:
            return None
        question = found[1]
        if not question.scored:
            return None
        past = _STAGES.index(pending.stage)

        def ask(stage: Stage, criterion: str | None = None) -> Asked:
            return Asked(flow=pending.flow, question=question.id, stage=stage, criterion=criterion)

        if answer.rating is None:
            return ask("confirm") if past < _STAGES.index("confirm") else None
        used = int(answer.evidence_asked) + pending.probes
        if answer.rating in ("yes", "partly") and used < MOST_FOLLOW_UPS and past <= _STAGES.index("probe"):
            if question.evidence and not answer.evidence and not answer.evidence_asked:
                return ask("evidence")
            criterion = _open_criterion(question, answer) if pending.probes == 0 else None
            if criterion:
                return ask("probe", criterion)
        if answer.rating == "yes" or question.gap is None:
            return None
        action = next((a for a in reversed(state.actions) if a.question == question.id and a.state == "open"), None)
        if past < _STAGES.index("gap"):
            return None if action else ask("gap")
        if action and past < _STAGES.index("owner") and not action.owner:
            return ask("owner")
        if action and past < _STAGES.index("due") and not action.due:
            return ask("due")
        return None


def _open_criterion(question: Question, answer: Answer) -> str | None:
    """The first criterion still open that the flow has a follow-up for; none after a plain, well-evidenced yes."""
    known = {c.id for c in answer.criteria if c.met is not None}
    return next((c for c in question.counts if c not in known and c in question.probe), None)


def _standing(journey: JourneyState, question_id: str) -> Answer | None:
    answer = journey.answers.get(question_id)
    return answer if answer and not answer.set_aside else None


def _audience(text: str) -> Audience:
    match text:
        case "cluster_organisation" | "policy_maker" | "network":
            return text
        case _:
            return "cluster_organisation"
