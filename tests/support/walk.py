"""A small journey without files, and somebody who walks through it in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.flow.engine import Engine
from assistant.flow.models import Condition, Flow, FlowSet, Gap, Journey, Option, Question, Route, Stop, Why
from assistant.record.events import (
    ActionNoted,
    Added,
    Answered,
    Event,
    Opened,
    Skipped,
    replay,
)
from assistant.record.state import Action, Criterion, Evidence, Rating, SkipReason, State, Subject

WHY = Why(text="To know.")
PROOF = Evidence(kind="document", text="the plan", quote="the plan")


def question(name: str, **more: Any) -> Question:
    return Question(id=name, ask=f"{name}?", why=WHY, **more)


def flow(name: str, *questions: Question, kind: Any = "step", **more: Any) -> Flow:
    return Flow(id=name, kind=kind, title=name, purpose="", questions=questions, **more)


CHECK = flow("check", question("c1"), question("c2"), kind="diagnostic", **{"for": ("cluster_organisation",)})
STEP = flow(
    "one",
    question("note", kind="statement"),
    question(
        "plan",
        evidence=("a plan",),
        counts={"written": "w", "known": "k"},
        probe={"written": "?", "known": "?"},
        gap=Gap(action="Write it."),
    ),
    question("owner", depends_on=("plan",)),
    question("way", kind="choice", options=(Option(id="left", label="L"), Option(id="right", label="R"))),
    question("left-only", when=Condition(chosen={"way": "left"}), depends_on=("owner",)),
    question("policy", **{"for": ("policy_maker",)}),
    question("story", kind="text", depends_on=("story",)),
    after=(
        Route(when=Condition(all_met=True), go="two", say="all"),
        Route(when=Condition(any_gap=True), suggest="one", say="gap"),
        Route(when=Condition(gaps_in="check"), suggest="money", say="check"),
        Route(go="two", say="anyway"),
    ),
)
MONEY = flow("money", question("m1"), question("m2"), kind="theme", never_done=True)
FLOWS = FlowSet(
    journey=Journey(
        version="1",
        phases=(),
        phases_note="",
        stops=(
            Stop(id="one", number=1, title="One", about="", flows=("check", "one")),
            Stop(id="two", number=2, title="Two", about=""),
            Stop(id="money", number=None, title="Money", about="", flows=("money",)),
        ),
    ),
    flows={f.id: f for f in (CHECK, STEP, MONEY)},
    digest="x",
)
ENGINE = Engine(FLOWS)


class Walk:
    """A record in memory: what the engine says is applied, and so is what the person says."""

    def __init__(self, audience: str = "policy_maker") -> None:
        self.events: list[Event] = [Opened(subject=Subject(organisation="A", audience=audience), flows="1 x")]

    @property
    def state(self) -> State:
        return replay(self.events)

    @property
    def waits(self) -> str | None:
        pending = self.state.journey.pending
        return (
            None
            if pending is None
            else " ".join(
                filter(
                    None, (pending.question, "" if pending.stage == "question" else pending.stage, pending.criterion)
                )
            )
        )

    def take(self, events: Sequence[Event]) -> str | None:
        self.events += events
        return self.waits

    def enter(self, where: str) -> str | None:
        return self.take(ENGINE.enter(self.state, where))

    def go_on(self) -> str | None:
        return self.take(ENGINE.proceed(self.state))

    def rate(
        self, rating: Rating | None, *evidence: Evidence, met: Sequence[str] = (), choice: str | None = None
    ) -> str | None:
        pending = self.state.journey.pending
        assert pending
        criteria = tuple(Criterion(id=c, met=True, quote="q") for c in met)
        self.events.append(
            Answered(
                flow=pending.flow,
                question=pending.question,
                said="s",
                rating=rating,
                choice=choice,
                evidence=evidence,
                criteria=criteria,
            )
        )
        return self.go_on()

    def skip(self, reason: SkipReason = "dont_know") -> str | None:
        pending = self.state.journey.pending
        assert pending
        self.events.append(Skipped(flow=pending.flow, question=pending.question, reason=reason, said="s"))
        return self.go_on()

    def tell(self, *evidence: Evidence, met: Sequence[str] = ()) -> str | None:
        pending = self.state.journey.pending
        assert pending
        criteria = tuple(Criterion(id=c, met=True, quote="q") for c in met)
        self.events.append(
            Added(question=pending.question, said="s", about="probe", evidence=evidence, criteria=criteria)
        )
        return self.go_on()

    def note(self, owner: str | None = None, due: str | None = None) -> str | None:
        pending = self.state.journey.pending
        assert pending
        action = Action(id="a1", question=pending.question, what="w", owner=owner, due=due)
        self.events.append(ActionNoted(action=action))
        return self.go_on()
