"""Checks loaded flows: names leading nowhere, questions nobody reaches, routes that end, answers nobody can judge."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from assistant.flow.conditions import evaluate
from assistant.flow.models import Audience, Condition, Flow, FlowSet, Question
from assistant.flow.possible import parts as parts_of
from assistant.flow.possible import situations

Level = Literal["error", "warning"]
Code = Literal[
    "always-true",
    "circle",
    "dead-end",
    "id-reused",
    "later-question",
    "long-gap",
    "no-criteria",
    "no-exit",
    "no-gap",
    "no-label",
    "no-options",
    "no-passage",
    "no-probe",
    "no-question",
    "no-such-passage",
    "no-why",
    "not-in-journey",
    "not-scored",
    "unknown-criterion",
    "unknown-id",
    "unreachable",
]
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_LONGEST_GAP = 3  # sentences


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake: where it stands, what is wrong, how to mend it."""

    file: str
    line: int
    code: Code
    message: str = field(compare=False)
    mend: str = field(compare=False)
    level: Level = field(default="error", compare=False)

    def sentence(self) -> str:
        """The finding as one line."""
        return f"{self.file}:{self.line}: {self.level} [{self.code}] {self.message}; {self.mend}."


def check(flow_set: FlowSet, parts: Collection[str] | None = None) -> list[Finding]:
    """All findings by file and line. `parts`: the part ids of the corpus (`step-1/overview`); None: not checked."""
    return sorted(_Check(flow_set, parts).findings())


class _Check:
    def __init__(self, flow_set: FlowSet, parts: Collection[str] | None) -> None:
        self.set = flow_set
        self.parts = parts
        self.stops = {stop.id: stop for stop in flow_set.journey.stops}
        self.questions = {q.id: (flow, q) for flow in flow_set.flows.values() for q in flow.questions}

    def findings(self) -> Iterator[Finding]:
        yield from self._journey()
        yield from self._reused()
        yield from self._circles()
        for flow in self.set.flows.values():
            yield from self._flow(flow)
            for i, question in enumerate(flow.questions):
                yield from self._question(flow, question, f"questions.{i}")
                yield from self._asked_when(flow, question, i)
            yield from self._routes(flow)

    def _at(self, where: str, path: str, code: Code, message: str, mend: str, level: Level = "error") -> Finding:
        lines = self.set.lines.get(where, {})
        keys = path.split(".")
        while keys and ".".join(keys) not in lines:
            keys.pop()
        return Finding(self.set.files.get(where, where), lines.get(".".join(keys), 1), code, message, mend, level)

    def _unknown(self, where: str, path: str, name: str, kind: str, known: Iterable[str]) -> Iterator[Finding]:
        known = list(known)
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            mend = f"perhaps you mean `{close[0]}`" if close else "correct the name or take the line out"
            yield self._at(where, path, "unknown-id", f"there is no {kind} `{name}`", mend)

    # -- the journey --------------------------------------------------------------------------------------------------

    def _journey(self) -> Iterator[Finding]:
        journey = self.set.journey
        for i, phase in enumerate(journey.phases):
            for k, step in enumerate(phase.steps):
                yield from self._unknown("journey", f"phases.{i}.steps.{k}", step, "stop", self.stops)
        for i, stop in enumerate(journey.stops):
            for k, flow in enumerate(stop.flows):
                yield from self._unknown("journey", f"stops.{i}.flows.{k}", flow, "flow", self.set.flows)
            if [other.id for other in journey.stops[:i]].count(stop.id):
                yield self._at("journey", f"stops.{i}.id", "id-reused", f"`{stop.id}` is a stop already", "rename one")
        placed = {flow for stop in journey.stops for flow in stop.flows}
        for flow in self.set.flows:
            if flow not in placed:
                message, mend = (
                    f"no stop of the journey leads to `{flow}`",
                    "name it under `flows` of a stop in journey.yaml",
                )
                yield self._at(flow, "id", "not-in-journey", message, mend, "warning")

    def _reused(self) -> Iterator[Finding]:
        seen: dict[str, str] = {flow: f"the flow {flow}" for flow in self.set.flows}
        for flow in self.set.flows.values():
            for i, question in enumerate(flow.questions):
                if question.id in seen:
                    message = f"the id `{question.id}` stands for {seen[question.id]} already"
                    yield self._at(
                        flow.id, f"questions.{i}.id", "id-reused", message, "give this question an id of its own"
                    )
                seen.setdefault(question.id, f"a question of {flow.id}")
                options = [option.id for option in question.options]
                for k, option in enumerate(options):
                    if option in options[:k]:
                        path = f"questions.{i}.options.{k}"
                        yield self._at(
                            flow.id, path, "id-reused", f"the option `{option}` is there twice", "rename one"
                        )

    def _circles(self) -> Iterator[Finding]:
        for flow in self.set.flows.values():
            for i, question in enumerate(flow.questions):
                waiting, seen = list(question.depends_on), set[str]()
                while waiting:
                    name = waiting.pop()
                    if name == question.id:
                        message = f"`{name}` depends on itself, perhaps through others"
                        yield self._at(flow.id, f"questions.{i}.depends_on", "circle", message, "break the circle")
                        break
                    if name in self.questions and name not in seen:
                        waiting += self.questions[name][1].depends_on
                    seen.add(name)

    # -- one flow -----------------------------------------------------------------------------------------------------

    def _flow(self, flow: Flow) -> Iterator[Finding]:
        if flow.step is not None:
            yield from self._unknown(flow.id, "step", flow.step, "stop", self.stops)
        if flow.ours and not flow.ours_note.strip():
            message, mend = "the flow is our own but nothing says so to the person", "add `ours_note`"
            yield self._at(flow.id, "ours", "no-label", message, mend)
        for audience in flow.audience:
            if not flow.asked_of(audience):
                message, mend = f"there is no question for {audience}", "add one, or take the audience out of `for`"
                yield self._at(flow.id, "for", "no-question", message, mend)

    def _question(self, flow: Flow, question: Question, path: str) -> Iterator[Finding]:
        def at(key: str, code: Code, message: str, mend: str, level: Level = "error") -> Finding:
            return self._at(flow.id, f"{path}.{key}", code, message, mend, level)

        if not question.why.text.strip():
            yield at("why.text", "no-why", f"nothing says why `{question.id}` is asked", "write one sentence")
        if question.why.passage is None and not (question.ours or flow.ours):
            message = f"`{question.id}` stands for a checklist item but names no passage"
            yield at("why", "no-passage", message, "add `passage`, or `ours: true`")
        if question.kind == "choice" and len(question.options) < 2:
            yield at("options", "no-options", f"`{question.id}` offers no choice", "give it two options at least")
        if question.scored and not question.counts:
            message = f"nothing says what counts as a yes to `{question.id}`"
            yield at("counts", "no-criteria", message, "add `counts` with a criterion or more")
        if question.scored and question.gap is None:
            message = f"nothing is offered when the answer to `{question.id}` is no"
            yield at("gap", "no-gap", message, "add `gap` with an `action`", "warning")
        if not question.scored:
            for name in ("counts", "evidence", "probe", "gap", "counts_as_yes"):
                if getattr(question, name):
                    message = f"`{name}` is never used in a question of the kind {question.kind}"
                    yield at(name, "not-scored", message, "take it out or change the kind", "warning")
        for criterion in question.probe:
            if criterion not in question.counts:
                close = difflib.get_close_matches(criterion, question.counts, n=1)
                mend = f"perhaps you mean `{close[0]}`" if close else "add it to `counts`"
                yield at(f"probe.{criterion}", "unknown-criterion", f"there is no criterion `{criterion}`", mend)
        for criterion in question.counts.keys() - question.probe.keys() if question.scored else ():
            message = f"nothing asks for `{criterion}` when a reply leaves it open"
            yield at(f"counts.{criterion}", "no-probe", message, "add a question under `probe`", "warning")
        if question.gap and len(_SENTENCE_END.findall(question.gap.say)) > _LONGEST_GAP:
            yield at("gap.say", "long-gap", "more than three sentences are a lecture", "shorten it", "warning")
        yield from self._passages(flow, question, path)

    def _passages(self, flow: Flow, question: Question, path: str) -> Iterator[Finding]:
        named = {f"{path}.why.passage": question.why.passage} if question.why.passage else {}
        if question.gap:
            named |= {f"{path}.gap.offer.{i}": part for i, part in enumerate(question.gap.offer)}
        for at, part in named.items():
            if self.parts is not None and part not in self.parts:
                close = difflib.get_close_matches(part, self.parts, n=1)
                mend = f"perhaps you mean `{close[0]}`" if close else "name a part of the corpus"
                yield self._at(flow.id, at, "no-such-passage", f"the corpus has no part `{part}`", mend)

    # -- conditions ---------------------------------------------------------------------------------------------------

    def _asked_when(self, flow: Flow, question: Question, index: int) -> Iterator[Finding]:
        path = f"questions.{index}"
        earlier = {q.id for q in flow.questions[:index]}
        later = {q.id for q in flow.questions} - earlier
        for k, name in enumerate(question.depends_on):
            at = f"{path}.depends_on.{k}"
            yield from self._unknown(flow.id, at, name, "question or flow", [*self.questions, *self.set.flows])
            if name in later and name != question.id:
                message = f"`{question.id}` depends on `{name}`, which is asked later"
                yield self._at(flow.id, at, "later-question", message, "move one of the two")
        if question.when is None:
            return
        at = f"{path}.when"
        problems = list(self._names_in(flow, question.when, at))
        for part in parts_of(question.when):
            if part.all_met is not None or part.any_gap is not None:
                message = f"`{question.id}` waits for how the whole flow stands, of which it is a part"
                problems.append(self._at(flow.id, at, "unreachable", message, "name the questions it waits for"))
            for name in _questions_in(part) & later:
                message = f"`{question.id}` waits for `{name}`, which has not been asked by then"
                problems.append(self._at(flow.id, at, "unreachable", message, "move one of the two"))
        yield from problems
        if not problems:
            yield from self._always_or_never(flow, question.when, at, question.audience, f"`{question.id}` is")

    def _names_in(self, flow: Flow, condition: Condition, path: str) -> Iterator[Finding]:
        for part in parts_of(condition):
            for name in sorted(_questions_in(part)):
                yield from self._unknown(flow.id, path, name, "question", self.questions)
            for name, option in (part.chosen or {}).items():
                if name in self.questions:
                    options = [o.id for o in self.questions[name][1].options]
                    yield from self._unknown(flow.id, path, option, f"option of {name}", options)
            for name in (part.gaps_in, part.done):
                if name is not None:
                    yield from self._unknown(flow.id, path, name, "flow", self.set.flows)

    def _always_or_never(
        self, flow: Flow, condition: Condition, path: str, audiences: tuple[Audience, ...], what: str
    ) -> Iterator[Finding]:
        verdicts = {evaluate(condition, s) for s in situations([condition], flow, self.set, audiences)}
        if verdicts == {True}:
            message = f"{what} under a condition that always holds"
            yield self._at(flow.id, path, "always-true", message, "take `when` out or correct it")
        if verdicts == {False}:
            message = f"{what} under a condition that can never hold"
            yield self._at(flow.id, path, "unreachable", message, "correct `when`")

    # -- routes -------------------------------------------------------------------------------------------------------

    def _routes(self, flow: Flow) -> Iterator[Finding]:
        wrong = False
        for i, route in enumerate(flow.after):
            found = list(self._route(flow, i))
            wrong = wrong or bool(found)
            yield from found
            if route.when is not None and not found:
                yield from self._always_or_never(flow, route.when, f"after.{i}.when", flow.audience, "the route stands")
        stop = next((s for s in self.set.journey.stops if flow.id in s.flows), None)
        if stop is None or wrong:
            return
        ahead = [route for route in flow.after if route.go]
        if ahead and all(route.go == stop.id for route in ahead):
            message, mend = f"every route of {flow.id} leads back to {stop.id}", "add a route to another stop"
            yield self._at(flow.id, "after", "no-exit", message, mend)
        for audience in flow.audience:
            if not flow.never_done and self._is_last(flow, stop.flows, audience) and self._ends(flow, audience):
                message = f"{flow.id} can end for {audience} with no next stop"
                mend = "add a last route with `go` and without `when`"
                yield self._at(flow.id, "after", "dead-end", message, mend)
                return

    def _route(self, flow: Flow, index: int) -> Iterator[Finding]:
        route, path = flow.after[index], f"after.{index}"
        if route.go:
            yield from self._unknown(flow.id, f"{path}.go", route.go, "stop", self.stops)
        if route.suggest:
            known = [*self.stops, *self.set.flows]
            yield from self._unknown(flow.id, f"{path}.suggest", route.suggest, "stop or flow", known)
        if route.because:
            yield from self._unknown(flow.id, f"{path}.because", route.because, "rule", self.set.journey.rules)
        elif not route.ours:
            message = "the route rests on no rule of the handbook and is not marked as ours"
            yield self._at(flow.id, path, "no-label", message, "add `because` or `ours: true`")
        if route.when is not None:
            yield from self._names_in(flow, route.when, f"{path}.when")
        if route.go and any(r.go and r.when is None for r in flow.after[:index]):
            message, mend = "a route before this one always goes first", "move this one up"
            yield self._at(flow.id, path, "unreachable", message, mend)

    def _is_last(self, flow: Flow, flows: tuple[str, ...], audience: Audience) -> bool:
        gone_through = [f for f in flows if f in self.set.flows and self.set.flow(f).asked_of(audience)]
        gone_through = [f for f in gone_through if audience in self.set.flow(f).audience]
        return bool(gone_through) and gone_through[-1] == flow.id

    def _ends(self, flow: Flow, audience: Audience) -> bool:
        ahead = [route.when for route in flow.after if route.go]
        if None in ahead:
            return False
        conditions = [when for when in ahead if when is not None]
        possible = situations(conditions, flow, self.set, [audience])
        return not possible or any(not any(evaluate(when, s) for when in conditions) for s in possible)


def _questions_in(part: Condition) -> set[str]:
    """The questions one part of a condition looks at."""
    return {name for name in (part.answered, part.met, part.gap) if name is not None} | set(part.chosen or {})
