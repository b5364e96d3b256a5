"""The coach's own sentences: how questions, follow-ups, readings and ends of flows are put. Safe Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.coach.answers.models import HandbookAnswer
from assistant.coach.turns import Choice, Said, Source
from assistant.flow.engine import Counts, Engine
from assistant.flow.models import Flow, Question, Route
from assistant.plain import one_line
from assistant.record.events import Asked
from assistant.record.state import Answer, Rating, State

AUDIENCE_NAMES = {
    "cluster_organisation": "cluster organisation",
    "policy_maker": "policy maker or funder",
    "network": "leader of a network",
}
RATING_WORDS: dict[Rating, str] = {"yes": "yes", "partly": "partly", "no": "no"}
SKIP_WORDS = {"dont_know": "don't know", "not_applicable": "does not apply", "later": "left for later"}
HELP = (
    "Answer in your own words, or with a number. You can also say: **why** (why this question), **example**, **skip** "
    "or **don't know**, **does not apply**, **later**, **back**, **repeat**, **review** (your answers), **change 2** "
    "(correct answer 2), **menu** (go elsewhere), **steps** (all of them), **summary** (write the file), **stop**. "
    "Ask the handbook anything at any time: end with a question mark, or start with `/ask`."
)
OURS = "This question is the coach's own, it is not in the handbook."
_MARKED = re.compile(r"\\\[\d+\\\]")
_MARKS = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()<>#!|~&@"})


def safe(text: str, longest: int = 600) -> str:
    """A person's or a model's words as literal text in Markdown, on one line."""
    literal = one_line(text, longest).translate(_MARKS)
    return re.sub(r"^(\d*)([-+.=:>)])", r"\1\\\2", literal)  # no list, rule or heading by a first character


def quote(text: str, longest: int = 240) -> str:
    """A person's words in quotation marks, literal."""
    return f"“{safe(text, longest)}”"


def choices(*pairs: tuple[str, str], notes: Sequence[str] = ()) -> tuple[Choice, ...]:
    """Numbered choices from (label, reply) pairs, with notes for the first of them."""
    told = dict(enumerate(notes, 1))
    return tuple(
        Choice(key=str(n), label=label, reply=reply, note=told.get(n, "")) for n, (label, reply) in enumerate(pairs, 1)
    )


_RATED = choices(
    ("Yes", "yes"),
    ("Partly", "partly"),
    ("No", "no"),
    ("Don't know", "don't know"),
    ("Does not apply", "does not apply"),
    ("Later", "later"),
    ("Why do you ask?", "why"),
)


def question(flow: Flow, asked: Question, state: State, counts: Counts) -> Said:
    """A question as it is put, with the earlier answer when it is asked again."""
    lines = [f"**{asked.ask}**"]
    if asked.ours and not flow.ours:
        lines.append(f"*{OURS}*")
    before = state.journey.answers.get(asked.id)
    if before and before.said:
        lines.append(f"Your earlier answer: {quote(before.said)}{_rated(before)}")
    return Said(
        "\n\n".join(lines),
        tone="question",
        question=asked.id,
        choices=_choices(asked),
        counts=f"{counts.looked_at} of {counts.questions} looked at",
    )


def follow_up(asked: Asked, item: Question, state: State, counts: Counts) -> Said:
    """A follow-up to an answer: which rating, what shows it, one open point, or an action for a gap."""
    answer = state.journey.answers.get(item.id)
    text, options = _follow_up(asked, item, answer)
    if answer and answer.rated_by == "coach" and asked.stage in ("evidence", "probe", "gap"):
        others = [
            (f"My answer should be read as: {word}", f"/{r}") for r, word in RATING_WORDS.items() if r != answer.rating
        ]
        options = [*options, *others]
    return Said(
        text,
        tone="question",
        question=item.id,
        choices=choices(*options),
        counts=f"{counts.looked_at} of {counts.questions} looked at",
    )


def _follow_up(asked: Asked, item: Question, answer: Answer | None) -> tuple[str, list[tuple[str, str]]]:
    match asked.stage:
        case "confirm":
            return (
                "I am not sure how to read that. Would you call it yes, partly or no?",
                [("Yes", "yes"), ("Partly", "partly"), ("No", "no"), ("Don't know", "don't know")],
            )
        case "evidence":
            ideas = "; ".join(item.evidence[:3])
            return f"**What would show that to somebody else?** For example: {ideas}.", [
                ("Nothing to show yet", "nothing yet"),
                ("Later", "later"),
            ]
        case "probe":
            return f"**{item.probe.get(asked.criterion or '', 'Can you say more?')}**", [("Don't know", "don't know")]
        case "gap":
            action = item.gap.action if item.gap else ""
            return (
                f"Shall I note an action for this? I would write: *{action}* You can also say it in your own words, "
                "or add who does it and by when.",
                [("Yes, note it", "yes"), ("No action", "no")],
            )
        case "owner":
            return "**Who takes care of it?**", [("Not decided yet", "not decided")]
        case "due":
            return "**By when?** A date, a month or your own words.", [("No date yet", "no date")]
        case _:
            return f"**{item.ask}**", []


def reading(rating: Rating, words: str) -> Said:
    """How the coach read a reply, shown after the person has said theirs."""
    others = " or ".join(f"`/{r}`" for r in RATING_WORDS if r != rating)
    return Said(
        f"I read this as **{RATING_WORDS[rating]}**: {quote(words)}. If that is wrong, say {others}.", tone="reading"
    )


def gap(item: Question, sources: Sequence[Source]) -> Said | None:
    """What the handbook offers for a gap, with its sources."""
    if not item.gap or not item.gap.say:
        return None
    marks = "".join(f" [{s.n}]" for s in sources)
    return Said(f"{item.gap.say.strip()}{marks}", tone="gap", sources=tuple(sources))


def why(item: Question, sources: Sequence[Source]) -> Said:
    """Why a question is asked."""
    marks = "".join(f" [{s.n}]" for s in sources)
    counted = "; ".join(item.counts.values())
    counts = f"\n\nWhat would count: {counted}." if counted else ""
    return Said(f"{item.why.text.strip()}{marks}{counts}", tone="coach", sources=tuple(sources))


def entering(flow: Flow, total: int, network: bool) -> Said:
    """The opening of a flow: what it is for, whose questions they are."""
    head = f"### {flow.title}\n\n{flow.purpose.strip()}"
    note = flow.ours_note.strip() if flow.ours or network or any(q.ours for q in flow.questions) else ""
    return Said("\n\n".join(x for x in (head, note, f"{total} questions. Say *help* at any time.") if x))


def finished(flow: Flow, counts: Counts, routes: Sequence[Route]) -> Said:
    """The end of a flow: counts without a mark, then where the answers lead."""
    parts = [f"{counts.met} yes", f"{counts.partly} partly", f"{counts.unmet} no", f"{counts.skipped} skipped"]
    lines = [f"That was **{flow.title}**: {counts.looked_at} of {counts.questions} looked at"]
    if any((counts.met, counts.partly, counts.unmet, counts.skipped)):
        lines[0] += f" ({', '.join(parts)})"
    lines[0] += "."
    for route in routes:
        ours = " *(our advice; the handbook has no rule here)*" if route.ours else ""
        lines.append(f"{route.say.strip()}{ours}")
    return Said("\n\n".join(lines))


def profile(flow: Flow, engine: Engine, state: State) -> Said:
    """A diagnostic as a profile: what is in place, what to develop. No score, no pass mark."""
    by: dict[str, list[str]] = {"yes": [], "partly": [], "no": [], "open": []}
    for item in engine.questions(flow, state):
        answer = state.journey.answers.get(item.id)
        by[(answer.rating or "open") if answer and not answer.set_aside else "open"].append(item.area or item.ask)
    lines = [f"### Your profile: {flow.title}", "No mark and no right or wrong; the questions are the coach's own."]
    for key, title in (("yes", "In place"), ("partly", "Begun"), ("no", "To develop"), ("open", "Not answered")):
        if by[key]:
            lines.append(f"**{title}:** {', '.join(dict.fromkeys(by[key]))}")
    needs = [*by["no"], *by["partly"]]
    if needs:
        lines.append("What is to be developed before a programme starts feeds the training of Step 5.")
    return Said("\n\n".join(lines))


def review(engine: Engine, state: State) -> tuple[Said, list[str]]:
    """All answers so far with numbers, and the question ids in that order."""
    lines: list[str] = []
    ids: list[str] = []
    for flow_id in state.journey.flows:
        flow = engine.flows.flows.get(flow_id)
        for item in engine.questions(flow, state) if flow else []:
            answer = state.journey.answers.get(item.id)
            if answer and item.kind != "statement":
                ids.append(item.id)
                aside = " *(to be asked again)*" if answer.set_aside else ""
                said = quote(answer.said, 100) if answer.said else ""
                lines.append(f"{len(ids)}. {item.ask}  \n{said}{_rated(answer)}{aside}")
    if not ids:
        return Said("Nothing has been answered yet."), []
    return Said("\n".join([*lines, "", "To correct one, say *change* and its number."])), ids


def _rated(answer: Answer) -> str:
    if answer.skipped:
        return f" ({SKIP_WORDS[answer.skipped]})"
    return f" (**{RATING_WORDS[answer.rating]}**)" if answer.rating else ""


def _choices(item: Question) -> tuple[Choice, ...]:
    if item.kind in ("choice", "scale"):
        return choices(*((o.label, o.label) for o in item.options), ("Don't know", "don't know"), ("Later", "later"))
    return _RATED if item.scored else ()


def answer_markdown(answer: HandbookAnswer) -> str:
    """An answer as Markdown: the model's words are literal text, [n] marks and notes are ours."""
    notes = [f"*{safe(note)}*" for note in answer.notes]
    return "\n\n".join([marked(answer.answer), *notes])


def marked(text: str) -> str:
    """Words of an answer as literal text, its [n] marks kept."""
    lines = (f"- {safe(line[2:], 8000)}" if line.startswith("- ") else safe(line, 8000) for line in text.split("\n"))
    return "\n".join(_MARKED.sub(lambda m: m.group().replace("\\", ""), line) for line in lines)
