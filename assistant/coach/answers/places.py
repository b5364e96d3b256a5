"""Answers that point somewhere: web addresses, contacts of cases, cases of a country or step, checklists."""

from __future__ import annotations

import re
from collections import Counter
from math import log

from assistant.coach.answers import facts
from assistant.coach.answers.lines import Direct, Line, told, whole
from assistant.coach.answers.question import Understood
from assistant.handbook.corpus import Corpus
from assistant.handbook.documents import Document
from assistant.handbook.links import Link
from assistant.handbook.models import Passage
from assistant.handbook.named import Names

_ASKS_CASES = re.compile(
    r"\b(?:which|what|any|list|show|are there|is there|do you have|give me)\b[^?]*\b(?:cases?|examples?)\b", re.I
)
_WHERE = re.compile(r"\bwhere (?:can|do|could|would) (?:i|we|one) (?:find|get|read|download)\b", re.I)
_ADDRESS_WORDS = facts.content(
    "web website webpage site page address url link homepage home online internet find get read download give please"
    " exact visit look http www know tell need printed print"
)
_LEAST_SHARE = 0.6  # of the weight of a question's words that what an address is about must hold
_MOST_LINKS = 3
_AUDIENCES = {"cluster_organisation": "co", "policy_maker": "pm"}


class Places:
    """Answers from links, front matter and checklists of one corpus."""

    def __init__(self, corpus: Corpus, names: Names) -> None:
        self._corpus, self._names = corpus, names
        self._about = {link.id: facts.content(link.about) for link in corpus.links.links}
        self._often = Counter(stem for stems in self._about.values() for stem in stems)
        self._cases = {d.head.section: d for d in corpus.documents if d.head.kind == "case"}

    def answer(self, asked: Understood, audience: str | None, about: str | None) -> Direct | None:
        """The answer, or None when the question points nowhere. `about`: a section named before (follow-up)."""
        if asked.checklist:
            found = self.checklist(asked.step or _place(asked.text), audience)
            if found:
                return found
        case = self._case(asked.text) or (about if about in self._cases else None)
        wanted = asked.detail.id if asked.detail else ""
        if case and wanted in ("contact", "address", "person"):
            return self._contact(self._cases[case], person=wanted == "person")
        if wanted == "address" or _WHERE.search(asked.text):
            return self._addresses(asked.text)
        if _ASKS_CASES.search(asked.text) and not case:
            return self._cases_for(asked)
        return None

    def checklist(self, step: str, audience: str | None) -> Direct | None:
        """The whole checklist of a step for the audience (each audience's where none is known), never a sample."""
        document = next((d for d in self._corpus.documents if d.head.section == step), None)
        if document is None:
            return None
        whose = [_AUDIENCES[audience]] if audience in _AUDIENCES else list(_AUDIENCES.values())
        item = re.compile(rf"(?:s\d\d|uf)-(?:both|{'|'.join(whose)})-\d")
        return told(p for part in document.parts if any(item.match(i) for i in part.covers) for p in part.passages)

    def _case(self, text: str) -> str | None:
        """The case a text names, by number or title."""
        named = [n.label for n in self._names.find(text) if n.kind == "section" and n.label in self._cases]
        return named[0] if len(set(named)) == 1 else None

    def _contact(self, document: Document, *, person: bool) -> Direct | None:
        """Whom the handbook names for a case, as printed in 2012; no person, telephone or e-mail stands there."""
        head, label = document.head, document.head.section
        short = head.title.split(":")[0]
        place = next((p for p in self._corpus.sections[label] if "contact" in p.id), None)
        rests = whole(place) if place else ()
        if head.contact is None:
            return Direct((Line(f"The handbook names no contact for {short}.", rests),), abstained=True)
        address = f", {head.contact.url} (as printed in 2012)" if head.contact.url else ""
        line = Line(f"For {short} the handbook names {head.contact.name}{address}.", rests)
        if not person:
            return Direct((line,))
        no_person = Line(f"The handbook does not give a person, telephone number or e-mail address for {short}.", rests)
        return Direct((no_person, line), abstained=True)

    def _addresses(self, text: str) -> Direct | None:
        """The addresses that are about what a text names, each with its date; None when none is."""
        wanted = facts.content(text) - _ADDRESS_WORDS
        scored = sorted(((self._share(wanted, link), link) for link in self._corpus.links.links), key=lambda x: -x[0])
        best = scored[0][0] if scored else 0.0
        if best < _LEAST_SHARE:
            return None
        found = [link for share, link in scored if share >= best - 1e-9][:_MOST_LINKS]
        lines = [
            Line(f"{link.about}: {link.url} (as printed in 2012).", whole(self._corpus.by_id[link.passage_id]), n > 0)
            for n, link in enumerate(found)
        ]
        return Direct(tuple(lines))

    def _share(self, wanted: set[str], link: Link) -> float:
        """How much of what is wanted an address is about; rare words weigh more, words of no address the most."""
        total = len(self._about) + 1
        weight = {stem: log(total / (self._often[stem] or 0.5)) for stem in wanted}
        held = sum(value for stem, value in weight.items() if stem in self._about[link.id])
        return held / sum(weight.values()) if weight else 0.0

    def _cases_for(self, asked: Understood) -> Direct | None:
        """The cases of the countries or the step that a text names, all of them."""
        countries = {n.label for n in self._names.find(asked.text) if n.kind == "country"}
        found = [
            d
            for d in self._cases.values()
            if (countries and countries & set(d.head.countries)) or (asked.step and asked.step in d.steps)
        ]
        if not found:
            return None
        lines = [Line(f"The handbook has {len(found)} that fit:" if len(found) > 1 else "The handbook has one:", ())]
        lines += [Line(f"- {d.head.title}", self._first(d)) for d in found]
        return Direct(tuple(lines))

    def _first(self, document: Document) -> tuple[tuple[Passage, str], ...]:
        return whole(document.parts[0].passages[0])


def _place(question: str) -> str:
    """The step or theme whose checklist a question means without naming its number."""
    if re.search(r"\bfund", question, re.I):
        return "utilise-funding"
    return (
        "step-2" if re.search(r"\breadiness\b", question, re.I) else "step-1" if re.search(r"\bwhy\b", question) else ""
    )
