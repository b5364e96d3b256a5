"""Conditions are data; what they say depends on the record alone."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.flow.conditions import holds
from assistant.flow.models import Condition, Flow, Option, Question, Why
from assistant.record.state import Answer, JourneyState, Rating, SkipReason

WHY = Why(text="To know.")


def question(name: str, **more: Any) -> Question:
    return Question(id=name, ask="?", why=WHY, **more)


FLOW = Flow(
    id="step-1",
    kind="step",
    title="One",
    purpose="To try.",
    questions=(
        question("plan"),
        question("owner"),
        question("way", kind="choice", options=(Option(id="left", label="L"), Option(id="right", label="R"))),
        question("left-only", when=Condition(chosen={"way": "left"})),
        question("policy", **{"for": ("policy_maker",)}),
    ),
)


def answer(name: str, rating: Rating | None = None, *, skipped: SkipReason | None = None, **more: Any) -> Answer:
    return Answer(flow="step-1", question=name, said="so", rating=rating, skipped=skipped, **more)


def journey(*answers: Answer, done: tuple[str, ...] = ()) -> JourneyState:
    return JourneyState(answers={a.question: a for a in answers}, flows=dict.fromkeys(done, "done"))


def says(condition: dict[str, Any], state: JourneyState) -> bool:
    return holds(Condition.model_validate(condition), FLOW, state, "cluster_organisation")


@pytest.mark.parametrize(
    ("condition", "state", "expected"),
    [
        ({"answered": "plan"}, journey(), False),
        ({"answered": "plan"}, journey(answer("plan", "no")), True),
        ({"answered": "plan"}, journey(answer("plan", skipped="dont_know")), False),
        ({"answered": "plan"}, journey(answer("plan", "yes", set_aside="changed")), False),
        ({"met": "plan"}, journey(answer("plan", "yes")), True),
        ({"met": "plan"}, journey(answer("plan", "partly")), False),
        ({"gap": "plan"}, journey(answer("plan", "partly")), True),
        ({"gap": "plan"}, journey(answer("plan", "no")), True),
        ({"gap": "plan"}, journey(), False),  # not asked yet is no gap
        ({"chosen": {"way": "left"}}, journey(answer("way", choice="left")), True),
        ({"chosen": {"way": "left"}}, journey(answer("way", choice="right")), False),
        ({"audience": "cluster_organisation"}, journey(), True),
        ({"audience": "policy_maker"}, journey(), False),
        ({"done": "step-1"}, journey(done=("step-1",)), True),
        ({"done": "step-1"}, journey(), False),
        ({"gaps_in": "step-1"}, journey(answer("plan", "no")), True),
        ({"gaps_in": "other"}, journey(answer("plan", "no")), False),
        ({"all": []}, journey(), True),
        ({"any": []}, journey(), False),
        ({"none": [{"met": "plan"}]}, journey(), True),
        ({"any": [{"met": "plan"}, {"met": "owner"}]}, journey(answer("owner", "yes")), True),
        ({"all": [{"met": "plan"}, {"met": "owner"}]}, journey(answer("owner", "yes")), False),
        ({"met": "nobody-knows-this"}, journey(answer("plan", "yes")), False),
    ],
)
def test_a_condition_says_what_the_record_says(condition: dict[str, Any], state: JourneyState, expected: bool) -> None:
    assert says(condition, state) is expected


def test_no_condition_always_holds() -> None:
    assert holds(None, FLOW, journey(), "network")


def test_all_met_needs_a_yes_to_every_question_that_is_asked_of_this_audience() -> None:
    both = journey(answer("plan", "yes"), answer("owner", "yes"))
    assert says({"all_met": True}, both)
    assert not holds(Condition(all_met=True), FLOW, both, "policy_maker")  # who is asked one more
    assert says({"all_met": False}, journey(answer("plan", "yes")))


def test_what_does_not_apply_blocks_nothing_but_is_no_yes_either() -> None:
    one_left_out = journey(answer("plan", "yes"), answer("owner", skipped="not_applicable"))
    assert says({"all_met": True}, one_left_out)
    nothing_applies = journey(answer("plan", skipped="not_applicable"), answer("owner", skipped="not_applicable"))
    assert not says({"all_met": True}, nothing_applies)
    assert not says({"all_met": True}, journey(answer("plan", "yes"), answer("owner", skipped="later")))


def test_a_question_whose_condition_does_not_hold_is_not_waited_for() -> None:
    answers = (answer("plan", "yes"), answer("owner", "yes"))
    assert says({"all_met": True}, journey(*answers, answer("way", choice="right")))
    assert not says({"all_met": True}, journey(*answers, answer("way", choice="left")))


def test_any_gap_sees_partly_and_no_alone() -> None:
    assert says({"any_gap": True}, journey(answer("plan", "partly")))
    assert says({"any_gap": False}, journey(answer("plan", "yes"), answer("owner", skipped="dont_know")))


def test_a_question_that_waits_for_its_own_flow_does_not_go_round_in_circles() -> None:
    circular = FLOW.model_copy(update={"questions": (question("plan", when=Condition(all_met=True)),)})
    assert not holds(Condition(all_met=True), circular, journey(), "network")
