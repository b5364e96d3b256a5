"""Every situation that the conditions of a flow can meet, so that one can see which always or never hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import get_args

from assistant.flow.conditions import Meaning, Standing
from assistant.flow.models import Audience, Condition, Flow, FlowSet

_MOST = 50_000  # situations looked at; conditions with more are taken as possible, neither always nor never true


@dataclass(frozen=True)
class Situation:
    """Made-up facts: of each question named `none`, `answered`, `met`, `gap` or the option chosen."""

    audience: Audience
    flow_stands: Standing
    questions: dict[str, str] = field(default_factory=dict[str, str])
    flags: dict[str, bool] = field(default_factory=dict[str, bool])  # `gaps_in x`, `done x`

    def question(self, question_id: str, meaning: Meaning) -> bool:
        state = self.questions.get(question_id, "none")
        return state != "none" if meaning == "answered" else state == meaning

    def chosen(self, question_id: str, option: str) -> bool:
        return self.questions.get(question_id) == f"={option}"

    def standing(self) -> Standing:
        return self.flow_stands

    def gaps_in(self, flow_id: str) -> bool:
        return self.flags.get(f"gaps_in {flow_id}", False)

    def done(self, flow_id: str) -> bool:
        return self.flags.get(f"done {flow_id}", False)


def situations(
    conditions: Iterable[Condition], flow: Flow, flows: FlowSet, audiences: Iterable[Audience]
) -> list[Situation]:
    """All situations that differ in something these conditions look at; empty when there are too many to try."""
    named: dict[str, set[str]] = {}
    flags: set[str] = set()
    for condition in itertools.chain.from_iterable(map(parts, conditions)):
        for question_id in (condition.answered, condition.met, condition.gap):
            if question_id is not None:
                named.setdefault(question_id, set())
        for question_id, option in (condition.chosen or {}).items():
            named.setdefault(question_id, set()).add(f"={option}")
        flags |= {f"gaps_in {condition.gaps_in}"} if condition.gaps_in is not None else set()
        flags |= {f"done {condition.done}"} if condition.done is not None else set()
    states = {question_id: _states(question_id, options, flows) for question_id, options in named.items()}
    axes: list[list[str] | list[bool]] = [*states.values(), *([False, True] for _ in flags)]
    size = len(get_args(Standing)) * len(get_args(Audience))
    for axis in axes:
        size *= len(axis)
    if size > _MOST:
        return []
    found: list[Situation] = []
    for audience, standing in itertools.product(audiences, get_args(Standing)):
        for values in itertools.product(*axes):
            questions = {q: str(value) for q, value in zip(states, values, strict=False)}
            raised = {flag: bool(value) for flag, value in zip(sorted(flags), values[len(states) :], strict=True)}
            situation = Situation(audience, standing, questions, raised)
            if _agrees(situation, flow):
                found.append(situation)
    return found


def parts(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it."""
    yield condition
    for group in (condition.all, condition.any, condition.none):
        for part in group or ():
            yield from parts(part)


def _states(question_id: str, options: set[str], flows: FlowSet) -> list[str]:
    found = flows.question(question_id)
    if found and found[1].scored:
        return ["none", "met", "gap"]
    return ["none", "answered", *sorted(options)]


def _agrees(situation: Situation, flow: Flow) -> bool:
    """Whether how the flow stands and how its single questions stand go together."""
    scored = {q.id for q in flow.asked_of(situation.audience) if q.scored}
    own = {state for question_id, state in situation.questions.items() if question_id in scored}
    if "gap" in own:
        return situation.flow_stands == "gap"
    if not scored:
        return situation.flow_stands == "open"
    return True
