"""Questions that set two things side by side: each is looked up by itself, so that both places are told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.coach.answers import facts
from assistant.coach.answers.question import matches, rules
from assistant.coach.answers.tell import Side, may_be_told
from assistant.handbook.models import Query
from assistant.handbook.named import Name, Names
from assistant.handbook.search import HybridRetriever

_LEAST = 0.3  # of the weight with which a name points to a section
_MOST_SIDES = 3
_EACH = 4  # passages of a side that may answer
_JOIN = r"(?:and|or|with|to|than|from|versus|vs\.?|against|next to|alongside|compared (?:to|with))"
_MEASURES = {
    **dict.fromkeys(("bigger", "larger", "smaller"), "big"),
    **dict.fromkeys(("longer", "shorter"), "long"),
    **dict.fromkeys(("older", "younger"), "old"),
    **dict.fromkeys(("cheaper", "dearer"), "expensive"),
}
_WHICH_IS = re.compile(rf"\bwhich (?:\w+ ){{0,4}}?(?:is|was) (?:the )?({'|'.join(_MEASURES)})(?: one)?\b", re.I)
_COMPARED = re.compile(r"\b(?:compared?|comparison of|side by side|respectively|(?:put|set)(?= the| it))\b", re.I)
_OF_BOTH = re.compile(r"\b(?:each|both|either|neither)(?: of (?:them|these|those|the two))?\b", re.I)
_JOINED, _JOINS = re.compile(rf"\b{_JOIN}\s+(?:the\s+)?$", re.I), re.compile(rf"^\s*{_JOIN}\b", re.I)


def sides(text: str, names: Names, retriever: HybridRetriever, audience: str | None = None) -> list[Side]:
    """The things that a question compares, each with its best passages; empty when it compares nothing known.

    What stands on one side is asked and searched for without the names of the other ones.
    """
    if not matches(rules().compares, text) or not facts.content(text):
        return []
    kinds = {document.head.section: document.head.kind for document in retriever.corpus.documents}
    named = {label: spans for label, spans in _sections(text, names).items() if kinds.get(label) in ("case", "step")}
    if not 2 <= len(named) <= _MOST_SIDES:
        return []
    found: list[Side] = []
    for section in named:
        others = [name for label, spans in named.items() if label != section for name in spans]
        alone = _without(text, others)
        query = Query(text=alone, audience=audience, boost=(section,))
        hits = [h for h in retriever.search(query, limit=60) if h.passage.section == section and may_be_told(h.passage)]
        found.append(Side(alone, tuple(hits[:_EACH])))
    return found if all(side.hits for side in found) else []


def _without(text: str, names: Sequence[Name]) -> str:
    """A question about one thing: without the names of the others, without what joined and compared them."""
    for name in sorted(names, key=lambda n: -n.start):
        text = _JOINED.sub("", text[: name.start]) + " " + _JOINS.sub("", text[name.end :])
    text = _WHICH_IS.sub(lambda m: f"how {_MEASURES[m[1].lower()]} is it", text)
    text = _OF_BOTH.sub("it", _COMPARED.sub(" ", text))
    return re.sub(r"\s+([,;:?!.])", r"\1", " ".join(text.split())).strip(" ,;:-")


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
