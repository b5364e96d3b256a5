"""Whether a condition of a flow file holds. Total and pure: an unknown id counts as not answered, nothing is raised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from assistant.flow.models import Audience, Condition, Flow, Question
from assistant.record.state import Answer, JourneyState

Standing = Literal["all_met", "gap", "open"]  # open: no gap, but something is not rated yes
Meaning = Literal["answered", "met", "gap"]


class Facts(Protocol):
    """What conditions look at. A record gives them in use, made-up ones in the check of flow files."""

    @property
    def audience(self) -> Audience: ...
    def question(self, question_id: str, meaning: Meaning) -> bool: ...
    def chosen(self, question_id: str, option: str) -> bool: ...
    def standing(self) -> Standing: ...
    def gaps_in(self, flow_id: str) -> bool: ...
    def done(self, flow_id: str) -> bool: ...


def holds(condition: Condition | None, flow: Flow, journey: JourneyState, audience: Audience) -> bool:
    """Whether the condition holds in this journey; no condition always does. `flow` is the one it is written in."""
    return evaluate(condition, _Recorded(flow, journey, audience))


def evaluate(condition: Condition | None, facts: Facts) -> bool:
    """Whether the condition holds for these facts."""
    match condition:
        case None:
            return True
        case Condition(all=parts) if parts is not None:
            return all(evaluate(part, facts) for part in parts)
        case Condition(any=parts) if parts is not None:
            return any(evaluate(part, facts) for part in parts)
        case Condition(none=parts) if parts is not None:
            return not any(evaluate(part, facts) for part in parts)
        case Condition(answered=question) if question is not None:
            return facts.question(question, "answered")
        case Condition(met=question) if question is not None:
            return facts.question(question, "met")
        case Condition(gap=question) if question is not None:
            return facts.question(question, "gap")
        case Condition(chosen=choices) if choices is not None:
            return all(facts.chosen(question, option) for question, option in choices.items())
        case Condition(audience=audience) if audience is not None:
            return facts.audience == audience
        case Condition(all_met=wanted) if wanted is not None:
            return (facts.standing() == "all_met") is wanted
        case Condition(any_gap=wanted) if wanted is not None:
            return (facts.standing() == "gap") is wanted
        case Condition(gaps_in=other) if other is not None:
            return facts.gaps_in(other)
        case Condition(done=other) if other is not None:
            return facts.done(other)
        case _:
            return False  # a key written with nothing behind it


@dataclass(frozen=True)
class _Recorded:
    """The facts of a record. An answer that was skipped or set aside is none."""

    flow: Flow
    journey: JourneyState
    audience: Audience
    every_question: bool = False  # look at questions whose condition does not hold, too

    def question(self, question_id: str, meaning: Meaning) -> bool:
        answer = self._answer(question_id)
        if answer is None:
            return False
        match meaning:
            case "answered":
                return True
            case "met":
                return answer.rating == "yes"
            case "gap":
                return answer.rating in ("partly", "no")

    def chosen(self, question_id: str, option: str) -> bool:
        answer = self._answer(question_id)
        return answer is not None and answer.choice == option

    def standing(self) -> Standing:
        """A question that does not apply blocks nothing; one never asked, left open or skipped otherwise does."""
        asked = [q for q in self.flow.asked_of(self.audience) if q.scored and self._applies(q)]
        ratings = [a.rating if (a := self._answer(q.id)) else None for q in asked if not self._not_applicable(q)]
        if any(rating in ("partly", "no") for rating in ratings):
            return "gap"
        return "all_met" if ratings and all(rating == "yes" for rating in ratings) else "open"

    def gaps_in(self, flow_id: str) -> bool:
        return any(a.flow == flow_id and self.question(a.question, "gap") for a in self.journey.answers.values())

    def done(self, flow_id: str) -> bool:
        return self.journey.flows.get(flow_id) == "done"

    def _answer(self, question_id: str) -> Answer | None:
        answer = self.journey.answers.get(question_id)
        return answer if answer and not answer.skipped and not answer.set_aside else None

    def _not_applicable(self, question: Question) -> bool:
        answer = self.journey.answers.get(question.id)
        return answer is not None and answer.skipped == "not_applicable" and not answer.set_aside

    def _applies(self, question: Question) -> bool:
        if self.every_question or question.when is None:
            return True
        # A question's own condition that asks how the whole flow stands would go round in circles.
        return evaluate(question.when, _Recorded(self.flow, self.journey, self.audience, every_question=True))
