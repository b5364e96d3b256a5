"""The summary of a record: where it stands, what was said, what backs it, gaps, actions, sources, what next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.flow.engine import Engine
from assistant.flow.models import Flow, Question, Stop
from assistant.record.file import AnswerState, answer_state
from assistant.record.state import Answer, Criterion, State
from assistant.report.blocks import Aside, Block, Bullets, Document, Heading, Line, Paragraph, Quote, Strong, Table
from assistant.report.sources import Sources

_AUDIENCES = {"cluster_organisation": "cluster organisation", "policy_maker": "policy maker", "network": "network"}
_OURS = "our own question, not one of the handbook"
_PASSED: dict[AnswerState, str] = {
    "dont_know": "you did not know",
    "later": "left for later",
    "not_applicable": "does not apply",
    "set_aside": "to be asked again",
}


@dataclass(frozen=True)
class _Item:
    """A question that applies to the person, where it stands, and its answer if there is one."""

    stop: Stop
    flow: Flow
    question: Question
    answer: Answer | None

    @property
    def state(self) -> AnswerState | None:
        return answer_state(self.answer) if self.answer else None

    @property
    def gap(self) -> bool:
        return self.state == "answered" and self.answer is not None and self.answer.rating in ("partly", "no")


def summary(state: State, engine: Engine, today: date) -> Document:
    """The summary on that day. The flows' words are the present ones; nothing is scored."""
    items = _items(state, engine)
    sources = Sources(state, engine.flows)
    blocks: list[Block] = [
        *_opening(state, today),
        *_standing(items, engine),
        *_said(items, state, sources),
        *_evidence(items),
        *_gaps(items, state, sources),
        *_actions(items, state, sources),
        *_consulted(state, sources),
        *_not_answered(items),
        *_next(items, state, engine),
        *_sources(sources),
    ]
    return Document(tuple(blocks))


def _items(state: State, engine: Engine) -> list[_Item]:
    answers = state.journey.answers
    return [
        _Item(stop, flow, question, answers.get(question.id))
        for stop in engine.flows.journey.stops
        for flow in engine.stop_flows(stop, state.subject.audience)
        for question in engine.questions(flow, state)
        if question.kind != "statement"
    ]


def _opening(state: State, today: date) -> list[Block]:
    subject = state.subject
    who = ", ".join(filter(None, (_AUDIENCES.get(subject.audience, subject.audience), subject.country)))
    note = (
        "This was put together by the coach from your record. What stands as a quotation is what you typed, unchanged. "
        "There is no score and no pass mark: the counts only say what was looked at."
    )
    return [
        Heading(1, f"Summary: {subject.organisation}"),
        Paragraph((Strong(f"{today.day} {today:%B %Y}"), f", about {subject.organisation} ({who})")),
        Paragraph((note,)),
    ]


def _standing(items: Sequence[_Item], engine: Engine) -> list[Block]:
    counted: dict[str, list[_Item]] = {}
    for item in items:
        counted.setdefault(item.flow.id, []).append(item)
    columns = (
        "yes",
        "partly",
        "no",
        "other answer",
        "don't know",
        "later",
        "ask again",
        "does not apply",
        "not asked yet",
    )
    rows: list[tuple[str, Counter[str], int]] = []
    for group in counted.values():
        found = Counter(_column(item) for item in group)
        rows.append((_place(group[0]), found, len(group)))
    shown = [c for c in columns if c in ("yes", "partly", "no", "not asked yet") or any(row[1][c] for row in rows)]
    later = [stop for stop in engine.flows.journey.stops if not stop.flows]
    blocks: list[Block] = [
        Heading(2, "Where you stand"),
        Table(
            ("questions of", "looked at", *shown),
            tuple(
                (p, f"{n - f['not asked yet'] - f['ask again']} of {n}", *(str(f[c]) for c in shown))
                for p, f, n in rows
            ),
            frozenset(range(1, len(shown) + 2)),
        ),
    ]
    if any(group[0].flow.ours for group in counted.values()):
        blocks.append(
            Paragraph((Aside("Rows marked as our own hold the coach's questions; the handbook has none for that."),))
        )
    if later:
        where = ", ".join(_stop_name(stop) for stop in later)
        blocks.append(Paragraph((f"No guided questions yet, but the handbook can be asked, about: {where}",)))
    return blocks


def _column(item: _Item) -> str:
    match item.state:
        case None:
            return "not asked yet"
        case "answered":
            return (item.answer.rating if item.answer else None) or "other answer"
        case "dont_know":
            return "don't know"
        case "not_applicable":
            return "does not apply"
        case "set_aside":
            return "ask again"
        case "later":
            return "later"


def _said(items: Sequence[_Item], state: State, sources: Sources) -> list[Block]:
    blocks: list[Block] = [Heading(2, "What you said")]
    flow_id = ""
    for item in items:
        answer = item.answer
        if answer is None or answer.skipped:
            continue
        if item.flow.id != flow_id:
            flow_id = item.flow.id
            blocks.append(Heading(3, _place(item)))
            if item.flow.ours_note:
                blocks.append(Paragraph((Aside(item.flow.ours_note),)))
        blocks += _answer(item.question, answer, ours=item.question.ours and not item.flow.ours, sources=sources)
    known = {item.question.id for item in items}
    gone = [a for key, a in state.journey.answers.items() if key not in known and not a.skipped]
    if gone:
        blocks.append(Heading(3, "Answers to questions that are not asked any more"))
        for answer in gone:
            blocks += [Paragraph((Strong(answer.question),)), *_words(answer), *_verdict(None, answer)]
    if len(blocks) == 1:
        blocks.append(Paragraph(("Nothing has been answered yet.",)))
    return blocks


def _answer(question: Question, answer: Answer, *, ours: bool, sources: Sources) -> list[Block]:
    asked: Line = (Strong(question.ask), " ", Aside(f"({_OURS})")) if ours else (Strong(question.ask),)
    blocks: list[Block] = [Paragraph(asked), *_words(answer), *_verdict(question, answer)]
    criteria = tuple(_criterion(question, c) for c in answer.criteria)
    if criteria:
        blocks.append(Bullets(criteria))
    if question.why.passage:
        blocks.append(Paragraph((Aside(f"Why this is asked: {sources.cite(question.why.passage)}"),)))
    return blocks


def _words(answer: Answer) -> list[Block]:
    blocks: list[Block] = [Quote(answer.said)] if _spoken(answer.said) else []
    for more in filter(_spoken, answer.also_said):
        blocks += [Paragraph(("You added:",)), Quote(more)]
    return blocks


def _spoken(text: str) -> bool:
    """Whether these are words and not just a key or a command such as `2` or `/no`."""
    return bool(text.strip()) and not re.fullmatch(r"\s*(/\w+|\d{1,2})\s*", text)


def _verdict(question: Question | None, answer: Answer) -> list[Block]:
    blocks: list[Block] = []
    if answer.rating:
        by = "as the coach read it" if answer.rated_by == "coach" else "as you said"
        differs = answer.rated_by == "person" and answer.read_as not in (None, answer.rating)
        note = f" ({by}; the coach had read it as “{answer.read_as}”)" if differs else f" ({by})"
        blocks.append(Paragraph(("Counts as ", Strong(answer.rating), note)))
    if answer.choice:
        label = next((o.label for o in question.options if o.id == answer.choice), None) if question else None
        blocks.append(Paragraph(("You chose: ", Strong(label or answer.choice))))
    if answer.set_aside is not None:
        blocks.append(Paragraph((Aside(f"To be asked again, because {answer.set_aside}."),)))
    return blocks


def _criterion(question: Question, criterion: Criterion) -> Line:
    what = question.counts.get(criterion.id, criterion.id)
    mark = {True: "said", False: "not so", None: "not said yet"}[criterion.met]
    return (Strong(mark), f": {what}", f": “{criterion.quote}”" if criterion.quote else "")


def _evidence(items: Sequence[_Item]) -> list[Block]:
    rows = tuple(
        (evidence.text, evidence.kind, f"“{evidence.quote}”", item.question.ask)
        for item in items
        if item.answer and not item.answer.skipped
        for evidence in item.answer.evidence
    )
    none = Paragraph(("No document, date, figure or organisation has been named yet.",))
    return [Heading(2, "Evidence"), Table(("what", "kind", "your words", "for"), rows) if rows else none]


def _gaps(items: Sequence[_Item], state: State, sources: Sources) -> list[Block]:
    blocks: list[Block] = [Heading(2, "Gaps")]
    for item in items:
        if not item.gap or item.answer is None:
            continue
        blocks.append(Paragraph((Strong(item.question.ask), f" ({item.answer.rating})")))
        gap = item.question.gap
        offers = [(sources.cite(part, part=True),) for part in gap.offer] if gap else []
        if gap and gap.say:
            blocks.append(Paragraph((gap.say.strip(),)))
        if offers:
            blocks += [Paragraph(("What the handbook has for it:",)), Bullets(tuple(offers))]
        if not any(action.question == item.question.id for action in state.actions):
            idea = f" An idea: {gap.action}" if gap else ""
            blocks.append(Paragraph((Aside(f"No action has been noted.{idea}"),)))
    if len(blocks) == 1:
        looked = any(item.answer for item in items)
        blocks.append(Paragraph(("None in what was looked at." if looked else "Nothing was looked at yet.",)))
    return blocks


def _actions(items: Sequence[_Item], state: State, sources: Sources) -> list[Block]:
    asks = {item.question.id: item.question.ask for item in items}
    rows = tuple(
        (
            action.what,
            action.owner or "not decided",
            action.due or "not decided",
            asks.get(action.question or "", action.question or ""),
            "; ".join(dict.fromkeys(sources.cite(part) for part in action.cites)),
            action.state,
        )
        for action in state.actions
    )
    table = Table(("what", "who", "by when", "for", "sources", "state"), rows)
    return [Heading(2, "Actions"), table if rows else Paragraph(("None noted.",))]


def _consulted(state: State, sources: Sources) -> list[Block]:
    if not state.consulted:
        return []
    blocks: list[Block] = [Heading(2, "What you asked the handbook")]
    for note in state.consulted:
        blocks.append(Paragraph((Strong(note.asked),)))
        if note.abstained:
            blocks.append(Paragraph((Aside("The coach found no answer to this in the handbook."),)))
        if note.answer.strip():
            blocks.append(Paragraph((note.answer,)))
        cited = [(sources.cite(c.passage, c.title), f": {c.quote}" if c.quote else "") for c in note.citations]
        if cited:
            blocks.append(Bullets(tuple(cited), numbered=True))
    return blocks


def _not_answered(items: Sequence[_Item]) -> list[Block]:
    begun = {item.flow.id for item in items if item.state is not None}
    new: list[Line] = [(_short(item),) for item in items if item.state is None and item.flow.id in begun]
    untouched = Counter(_place(item) for item in items if item.flow.id not in begun)
    new += [(f"{place}: all {count} questions",) for place, count in untouched.items()]
    nothing: list[Line] = []
    not_for_you: list[Line] = []
    for item in items:
        if item.answer is None or item.state in (None, "answered"):
            continue
        said = f" “{item.answer.said}”" if item.answer.said.strip() and item.answer.skipped else ""
        line: Line = (_short(item), f" ({_PASSED[item.state]})" if item.state != "not_applicable" else "", said)
        (not_for_you if item.state == "not_applicable" else nothing).append(line)
    blocks: list[Block] = []
    for title, lines in (
        ("Asked, and there is no answer that stands", nothing),
        ("Does not apply", not_for_you),
        ("Not asked yet", new),
    ):
        if lines:
            blocks += [Heading(3, title), Bullets(tuple(lines))]
    return [Heading(2, "What was not answered"), *blocks] if blocks else []


def _next(items: Sequence[_Item], state: State, engine: Engine) -> list[Block]:
    lines: list[Line] = []
    pending = state.journey.pending
    waiting = engine.flows.question(pending.question) if pending else None
    if waiting:
        lines.append(("The coach waits at: ", Strong(waiting[1].ask)))
    for flow in dict.fromkeys(item.flow.id for item in items if state.journey.flows.get(item.flow.id) == "done"):
        for route in engine.routes(engine.flows.flow(flow), state):
            lines.append(
                (route.say, " ", Aside("(our advice; the handbook has no rule for this)"))
                if route.ours
                else (route.say,)
            )
    open_actions = [a for a in state.actions if a.state == "open"]
    if open_actions:
        lines.append(
            (f"Open actions: {len(open_actions)}. ", "; ".join(_told(a.what, a.owner, a.due) for a in open_actions))
        )
    endless = {item.flow.id: item.flow for item in items if item.flow.never_done}.values()
    lines += [(f"{flow.title} goes along with every step and is never finished.",) for flow in endless]
    if not lines:
        lines.append(("Start the coach and choose where to begin.",))
    return [Heading(2, "What next"), Bullets(tuple(lines))]


def _sources(sources: Sources) -> list[Block]:
    lines = sources.used()
    if not lines:
        return []
    return [Heading(2, "Sources"), Bullets(tuple((line,) for line in lines))]


def _told(what: str, owner: str | None, due: str | None) -> str:
    more = ", ".join(filter(None, (owner, due)))
    return f"{what.strip().rstrip('.')} ({more})" if more else what.strip().rstrip(".")


def _short(item: _Item) -> str:
    return f"{_stop_name(item.stop)}: {item.question.ask}"


def _place(item: _Item) -> str:
    own = " (our own questions)" if item.flow.ours else ""
    same = item.flow.title == item.stop.title
    return f"{_stop_name(item.stop)}{'' if same else f', {item.flow.title}'}{own}"


def _stop_name(stop: Stop) -> str:
    return f"Step {stop.number}: {stop.title}" if stop.number is not None else stop.title
