"""The checklists of the steps: told whole for an audience, and who is asked a thing, at which step."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log

from assistant.coach.answers import facts
from assistant.coach.answers.lines import Direct, Line, told, whole
from assistant.handbook.corpus import Corpus
from assistant.handbook.models import Passage

_AUDIENCES = {"cluster_organisation": "co", "policy_maker": "pm"}
_ASKED_OF = {
    "both": "cluster organisations and of policy makers, each for themselves",
    "co": "cluster organisations",
    "pm": "policy makers",
}
_ITEM = re.compile(r"(?:s\d\d|uf)-(?P<whose>both|co|pm)-\d")
_BULLET = re.compile(r"(?m)^- (?P<text>.+\?)$")
_GENERIC = facts.content(
    "who whom which what step steps stage checklist checklists check list question questions ask asks asked asking"
    " answer answers audience audiences group side cluster clusters organisation organisations organization"
    " organizations"
    " manager managers policy maker makers ministry ministries funder funders whether have has got tick one thing"
    " handbook anybody somebody only say says about journey box boxes making officials"
)
_LEAST = 0.6  # of the weight of a question's words that an item must hold
_AS_GOOD = 0.87  # of the best fit: so much has an item that is told beside the best one
_MOST = 3  # items; more fit only words that say little


@dataclass(frozen=True)
class _Item:
    text: str
    whose: str
    passage: Passage
    words: frozenset[str]


class Checklists:
    """The checklists of one corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._items = list(self._read())
        self._often = Counter(word for item in self._items for word in item.words)

    def whole(self, step: str, audience: str | None) -> Direct | None:
        """The whole checklist of a step for the audience (each audience's where none is known), never a sample."""
        return told(self._passages(step, audience, "|t-(?:\\d\\d-next|10-loop|uf-never)"))

    def of(self, passage: Passage, audience: str | None) -> list[Passage]:
        """The whole checklist of which a passage is a part, for the audience; empty when it is part of none."""
        every = self._passages(passage.section, None)
        return self._passages(passage.section, audience) if passage in every else []

    def found_at(self, passages: Iterable[Passage], audience: str | None) -> Direct | None:
        """The whole checklist, for the audience, of the step of the first passage that is part of one; else None."""
        return next((self.whole(p.section, audience) for p in passages if self.of(p, None)), None)

    def asked_where(self, text: str) -> Direct | None:
        """Of whom, and at which step, a checklist asks what a text speaks of; None unless a few items clearly fit."""
        wanted = facts.content(text) - _GENERIC
        if not wanted:
            return None
        fits = [(self._fit(wanted, item), item) for item in self._items]
        best = max(fit for fit, _ in fits)
        found = [item for fit, item in fits if best and fit >= _AS_GOOD * best]
        if not 0 < len(found) <= _MOST:
            return None
        return Direct(tuple(Line(_told(item), whole(item.passage), paragraph=True) for item in found))

    def _fit(self, wanted: set[str], item: _Item) -> float:
        """How well words and an item hold each other, 0 to 1; rare words weigh more."""
        weight = {w: log(1 + len(self._items) / (self._often[w] or 1)) for w in wanted | item.words}
        shared = sum(weight[w] for w in wanted & item.words)
        share, cover = shared / sum(weight[w] for w in wanted), shared / sum(weight[w] for w in item.words)
        return 0.0 if share < _LEAST else (2 * share + cover) / 3

    def _read(self) -> Iterator[_Item]:
        for document in self._corpus.documents:
            for part in document.parts:
                found = next((m for cover in part.covers if (m := _ITEM.match(cover))), None)
                for passage in part.passages if found else ():
                    for bullet in _BULLET.finditer(passage.text):
                        words = frozenset(facts.content(bullet["text"]) - _GENERIC)
                        yield _Item(bullet["text"], found["whose"] if found else "", passage, words)

    def _passages(self, step: str, audience: str | None, more: str = "") -> list[Passage]:
        document = next((d for d in self._corpus.documents if d.head.section == step), None)
        whose = [_AUDIENCES[audience]] if audience in _AUDIENCES else list(_AUDIENCES.values())
        item = re.compile(rf"(?:s\d\d|uf)-(?:both|{'|'.join(whose)})-\d{more}")
        parts = document.parts if document else ()
        return [p for part in parts if any(map(item.match, part.covers)) for p in self._corpus.parts[part.id]]


def _told(item: _Item) -> str:
    place = item.passage.title.split(":")[0]
    return f"{place} asks this of {_ASKED_OF[item.whose]}: {item.text}"
