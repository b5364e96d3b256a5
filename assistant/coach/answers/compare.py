"""Questions that set two things side by side: each is looked up by itself, so that both places are told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.coach.answers import facts
from assistant.coach.answers.question import matches, rules
from assistant.coach.answers.tell import Side, may_be_told
from assistant.handbook.models import Query
from assistant.handbook.named import Name, Names
from assistant.handbook.search import HybridRetriever

_LEAST = 0.3  # of the weight with which a name points to a section
_MOST_SIDES = 3
_EACH = 4  # passages of a side that may answer
_DEPTH = 60  # how far down passages of a side's section are looked for
_PLACED_BY = 8  # hits that decide in which section a thing stands that no name tells
_LEAST_PLACED = 0.45  # of the weight of these hits that the section must have
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
_BETWEEN = re.compile(r"\s(?:and|or|versus|vs\.?|against|than|compared (?:to|with)|from|with|&)\s", re.I)
_STOPS = re.compile(r"[,:;.?!]\s|\s[–-]\s")


@dataclass(frozen=True)
class _Thing:
    """One of two things that a question sets side by side: where its description stands, and its section."""

    start: int
    end: int
    section: str
    weight: float


def sides(text: str, names: Names, retriever: HybridRetriever, audience: str | None = None) -> list[Side]:
    """The things that a question compares, each with its best passages; empty when it compares nothing known.

    What stands on one side is asked and searched for without the names of the other ones.
    """
    apart = matches(rules().sets_apart, text)
    if not (apart or matches(rules().compares, text)) or not facts.content(text):
        return []
    kinds = {document.head.section: document.head.kind for document in retriever.corpus.documents}
    named = {label: spans for label, spans in _sections(text, names).items() if kinds.get(label) in ("case", "step")}
    if 2 <= len(named) <= _MOST_SIDES:
        places = {label: [(name.start, name.end) for name in spans] for label, spans in named.items()}
    elif len(named) < 2 and apart:
        places = {thing.section: [(thing.start, thing.end)] for thing in _described(text, named, kinds, retriever)}
    else:
        return []
    found: list[Side] = []
    for section in places:
        others = [span for label, spans in places.items() if label != section for span in spans]
        alone = _without(text, others)
        query = Query(text=alone, audience=audience, boost=(section,))
        hits = [h for h in retriever.search(query, limit=_DEPTH) if h.passage.section == section]
        found.append(Side(alone, tuple([h for h in hits if may_be_told(h.passage)][:_EACH])))
    return found if all(side.hits for side in found) else []


def _described(
    text: str, named: dict[str, Sequence[Name]], kinds: dict[str, str], retriever: HybridRetriever
) -> Sequence[_Thing]:
    """The two things on the sides of "or", "and", "than" ... that fit two sections best; empty when there are none."""
    best: tuple[float, Sequence[_Thing]] = (0.0, ())
    for left, right in _pairs(text):
        things = [_placed(text, *span, named, kinds, retriever) for span in (left, right)]
        found = [thing for thing in things if thing]
        if len({thing.section for thing in found if thing.weight >= _LEAST_PLACED}) == 2:
            best = max(best, (sum(thing.weight for thing in found), found), key=lambda one: one[0])
    return best[1]


def _pairs(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Stretches before and after each word that joins two things, up to the next stop."""
    stops = [0, *(m.end() for m in _STOPS.finditer(text)), len(text)]
    for join in _BETWEEN.finditer(text):
        start = max(stop for stop in stops if stop <= join.start())
        end = min(stop for stop in stops if stop >= join.end())
        if facts.content(text[start : join.start()]) and facts.content(text[join.end() : end]):
            yield (start, join.start()), (join.end(), end)


def _placed(
    text: str,
    start: int,
    end: int,
    named: dict[str, Sequence[Name]],
    kinds: dict[str, str],
    retriever: HybridRetriever,
) -> _Thing | None:
    """The case or step in which a stretch of a text stands: the one it names, else the one the search finds most."""
    for label, spans in named.items():
        if any(start <= name.start and name.end <= end for name in spans):
            return _Thing(start, end, label, 1.0)
    hits = retriever.search(Query(text=text[start:end]), limit=_PLACED_BY)
    scores: dict[str, float] = {}
    for hit in hits:
        scores[hit.passage.section] = scores.get(hit.passage.section, 0.0) + hit.score
    section, score = max(scores.items(), key=lambda one: one[1], default=("", 0.0))
    return _Thing(start, end, section, score / sum(scores.values())) if kinds.get(section) in ("case", "step") else None


def _without(text: str, others: Sequence[tuple[int, int]]) -> str:
    """A question about one thing: without the names of the others, without what joined and compared them."""
    for start, end in sorted(others, reverse=True):
        text = _JOINED.sub("", text[:start]) + " " + _JOINS.sub("", text[end:])
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
