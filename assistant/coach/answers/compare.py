"""Questions that set two things side by side: each is looked up by itself, so that both places are told."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.coach.answers import facts
from assistant.coach.answers.question import matches, rules
from assistant.coach.answers.tell import may_be_told
from assistant.handbook.models import Hit, Query
from assistant.handbook.named import Name, Names
from assistant.handbook.search import HybridRetriever

_LEAST = 0.3  # of the weight with which a name points to a section
_MOST_SIDES = 3
_EACH = 3  # passages of a side that may answer


def sides(text: str, names: Names, retriever: HybridRetriever, audience: str | None = None) -> list[list[Hit]]:
    """For each of the things that a question compares its best passages; empty when it compares nothing known.

    What stands on one side is searched for without the names of the other ones.
    """
    if not matches(rules().compares, text):
        return []
    named = _sections(text, names)
    if not 2 <= len(named) <= _MOST_SIDES:
        return []
    found: list[list[Hit]] = []
    for section in named:
        alone = text
        for other, spans in named.items():
            if other != section:
                for name in sorted(spans, key=lambda n: -n.start):
                    alone = alone[: name.start] + alone[name.end :]
        query = Query(text=alone, audience=audience, boost=(section,))
        hits = [h for h in retriever.search(query, limit=60) if h.passage.section == section and may_be_told(h.passage)]
        found.append(hits[:_EACH])
    return found if all(found) and facts.content(text) else []


def _sections(text: str, names: Names) -> dict[str, Sequence[Name]]:
    """Sections that a text names, each with the names that point to it most; a country of several cases names none."""
    found: dict[str, list[Name]] = {}
    spans: dict[tuple[int, int], list[Name]] = {}
    for name in names.find(text):
        spans.setdefault((name.start, name.end), []).append(name)
    for together in spans.values():
        weights = [(label, weight, name) for name in together for label, weight in names.sections(name)]
        best = max((weight for _, weight, _ in weights), default=0.0)
        labels = {label for label, weight, _ in weights if weight == best}
        if best >= _LEAST and len(labels) == 1:
            found.setdefault(labels.pop(), []).append(together[0])
    return dict(found)
