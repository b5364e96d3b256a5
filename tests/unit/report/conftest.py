"""A small set of flows and a record over it, for the stories of the summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from assistant.flow.engine import Engine
from assistant.flow.models import Condition, Flow, FlowSet, Gap, Journey, Option, Question, Route, Stop, Why
from assistant.record.events import Event, Opened, replay
from assistant.record.state import State, Subject

WHY = Why(text="Because.", passage="step-1/benefits")


def _question(question: str, ask: str, **more: object) -> Question:
    return Question.model_validate({"id": question, "ask": ask, "why": WHY.model_dump(), **more})


@pytest.fixture
def engine() -> Engine:
    """Two steps: one with three questions and a route, one that is a diagnostic of our own; funding without end."""
    gap = Gap(say="Start small.", offer=("step-1/tools-survey", "case-15"), action="Ask five members.")
    step = Flow(
        id="step-1",
        kind="step",
        title="Why?",
        purpose="Find out why.",
        questions=(
            _question("s1-need", "Is there a need?", counts={"named": "a need is named"}, gap=gap.model_dump()),
            _question("s1-aims", "Are the aims in order?", ours=True),
            _question(
                "s1-go", "Do you go on?", kind="choice", options=[Option(id="go", label="Yes, on we go").model_dump()]
            ),
        ),
        after=(
            Route(when=Condition(all_met=True), go="step-2", say="All is met; Step 2 comes next."),
            Route(when=Condition(any_gap=True), suggest="step-1", say="Close the gap first.", ours=True),
        ),
    )
    check = Flow(
        id="readiness",
        kind="diagnostic",
        title="Readiness questions",
        purpose="See what is there.",
        ours=True,
        ours_note="These are our own.",
        step="step-2",
        questions=(_question("r-staff", "Is there staff?"), _question("r-money", "Is there money?")),
    )
    funding = Flow(
        id="utilise-funding",
        kind="theme",
        title="Utilise Funding",
        purpose="Find money.",
        never_done=True,
        questions=(_question("f-need", "What for?", kind="text"),),
    )
    stops = (
        Stop(id="step-1", number=1, title="Why?", about="", flows=("step-1",)),
        Stop(id="step-2", number=2, title="Assess Readiness", about="", flows=("readiness",)),
        Stop(id="step-3", number=3, title="Identify Opportunities", about=""),
        Stop(id="utilise-funding", number=None, title="Utilise Funding", about="", flows=("utilise-funding",)),
    )
    journey = Journey(version="1.0", phases=(), phases_note="", stops=stops)
    flows = {flow.id: flow for flow in (step, check, funding)}
    return Engine(FlowSet(journey=journey, flows=flows, digest="abc"))


@pytest.fixture
def told() -> Callable[[Sequence[Event]], State]:
    """The state of a record in which these things happened."""
    subject = Subject(organisation="Aurora Food Cluster", audience="cluster_organisation", country="Finland")
    return lambda events: replay([Opened(subject=subject, flows="1.0 abc"), *events])
