"""The exchanges of a record, read from its events, so that a resumed conversation can be seen again."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.coach import say
from assistant.coach.turns import Past, Source
from assistant.flow.models import FlowSet
from assistant.record.events import Added, Answered, Asked, Digressed, Event, Rated, Skipped


def past(events: Sequence[Event], flows: FlowSet, last: int) -> list[Past]:
    """The last exchanges, oldest first: what was asked, what was said, what the handbook answered."""
    found: list[Past] = []
    asked = ""
    for event in events:
        match event:
            case Asked():
                asked = _put(event, flows)
            case Answered() | Skipped():
                how = say.SKIP_WORDS[event.reason] if isinstance(event, Skipped) else (event.rating or "")
                found.append(Past(you=event.said, coach=asked + (f"  \n*noted: {how}*" if how else "")))
            case Added():
                found.append(Past(you=event.said, coach=asked))
            case Rated():
                found.append(Past(you=event.said, coach=f"That answer counts as **{event.rating}**."))
            case Digressed():
                sources = tuple(
                    Source(
                        n=n,
                        section=c.section,
                        title=c.title,
                        passage=c.passage,
                        quote=c.quote,
                        where=f"your document {c.title}"
                        if c.passage.startswith("own/")
                        else f"after the TACTICS handbook (2012), {c.title}",
                    )
                    for n, c in enumerate(event.citations, 1)
                )
                found.append(Past(you=event.asked, coach=say.marked(event.answer), kind="digression", sources=sources))
            case _:
                pass
    return found[-last:]


def _put(event: Asked, flows: FlowSet) -> str:
    found = flows.question(event.question)
    if found is None:
        return ""
    item = found[1]
    match event.stage:
        case "probe":
            return item.probe.get(event.criterion or "", item.ask)
        case "evidence":
            return "What would show that to somebody else?"
        case "gap":
            return f"Shall I note an action for this? {item.gap.action if item.gap else ''}"
        case "owner":
            return "Who takes care of it?"
        case "due":
            return "By when?"
        case "confirm":
            return "Would you call it yes, partly or no?"
        case _:
            return item.ask
