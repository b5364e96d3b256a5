"""Answers that point somewhere: web addresses, contacts of cases, cases of a country or step, checklists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import log

from assistant.coach.answers import facts
from assistant.coach.answers.checklists import Checklists
from assistant.coach.answers.halves import halves
from assistant.coach.answers.lines import Direct, Line, told, whole
from assistant.coach.answers.question import Understood, matches, rules
from assistant.handbook.corpus import Corpus
from assistant.handbook.directory import loose
from assistant.handbook.documents import Document
from assistant.handbook.links import Link
from assistant.handbook.models import Passage
from assistant.handbook.named import Names

_ASKS_CASES = re.compile(
    r"\b(?:cases|case studies|examples|pilots)\b|\bwhich (?:case|example|project)s?\b"
    r"|\b(?:F[äa]lle|Beispiele|exemples|casi|esempi|przykłady|przypadki|exempel|casos|ejemplos)\b"
    r"|\b(?:quels|les) cas\b",
    re.I,
)
_ASKS_WHO = re.compile(
    r"\b(?:who|which (?:region|country|partner)s?)\b[^?]*\b(?:led|leads?|ran|runs?|paid|pays?|founded)\b", re.I
)
_ASKS_ADDRESS = re.compile(r"\b(?:web ?)?(?:site|page|address(?:es)?|url|link|web)\b|\bon-?line\b", re.I)
_ASKS_PHONE = re.compile(r"\b(?:tele)?phone\b|\btel\b\.?", re.I)
_WHERE = re.compile(r"\bwhere (?:can|do|could|would) (?:i|we|one) (?:find|get|read|download)\b", re.I)
_ADDRESS_WORDS = facts.content(
    "web website webpage site page address url link homepage home online internet find get read download give please"
    " exact visit look seem two both one http www know tell need printed print english pages official main"
)
_LEAST_SHARE = 0.6  # of the weight of a question's words that what an address is about must hold
_UNKNOWN = 10  # a word that no address is about weighs as one that ten are about
_MOST_LINKS = 3
_EACH_LIST = re.compile(
    r"\b(?:differ\w*|compar\w+|both (?:lists|check ?lists|sides|audiences)|two (?:check ?)?lists)\b", re.I
)
_LINKOLOGY = "links/linkology-"  # the addresses of a country or a theme
_AGREED = 3  # first hits that have to lie in one case before its address is told for a question that does not name it
_FIRST = 2  # hits of which the first that is no entry of a directory says which case is meant
_MOST_CASES = 9  # more would be no answer
_AUDIENCES = {"cluster_organisation": "co", "policy_maker": "pm"}


class Places:
    """Answers from links, front matter and checklists of one corpus."""

    def __init__(self, corpus: Corpus, names: Names) -> None:
        self._corpus, self._names, self.checklists = corpus, names, Checklists(corpus)
        self._links = [link for link in corpus.links.links if not link.better]
        self._about = {link.id: facts.content(" ".join((link.about, *link.aliases))) for link in self._links}
        self._around = facts.content("european europe cluster clusters network association report handbook")
        self._things = {t.passage_id(x): x for t in corpus.things.values() for x in t.entries}
        self._often = Counter(stem for stems in self._about.values() for stem in stems)
        self._cases = {d.head.section: d for d in corpus.documents if d.head.kind == "case"}
        self._words = {d.head.id: facts.words(" ".join(p.text for p in d.passages)) for d in self._cases.values()}
        self._common = {w for p in corpus.passages for w in re.findall(r"\b[a-z]\w+", facts.without_addresses(p.text))}
        self._steps = {d.head.section for d in corpus.documents if d.head.kind in ("step", "theme")}
        self._titles = {label: facts.content(title) for label, title in _short_titles(corpus).items()}

    def answer(self, asked: Understood, audience: str | None, about: str | None) -> Direct | None:
        """The answer, or None when the question points nowhere. `about`: a section named before (follow-up)."""
        if asked.asked_where and (item := self.checklists.asked_where(asked.text)):
            return item
        step = asked.step or self._step(asked.text)
        if asked.checklist or (asked.checklist_of_step and step):
            steps = asked.steps if len(asked.steps) > 1 else (step or _place(asked.text),)
            whose = None if _EACH_LIST.search(asked.text) else asked.audience or audience
            found = [self.checklists.whole(one, whose) for one in steps]
            lines = tuple(line for direct in found if direct for line in direct.lines)
            if lines:
                return Direct(lines)
        part = next((n.label for n in self._names.find(asked.text) if n.kind == "part"), None)
        if part:
            return self._recommendation(part, asked.audience or audience)
        case = self._case(asked.text) or (about if about in self._cases else None)
        wanted = asked.detail.id if asked.detail else ""
        no_contact = wanted == "address" and case in self._cases and self._cases[case].head.contact is None
        if case and wanted in ("contact", "address", "person") and not (no_contact or halves(asked.text)):
            return self._contact(self._cases[case], person=wanted == "person")
        if wanted == "postal":
            return Direct(
                (Line("The handbook does not give postal addresses, only web addresses.", ()),), abstained=True
            )
        if _asks_address(asked) and (found := self._addresses(asked.text)):
            return found
        if _ASKS_CASES.search(asked.text) and not case and not _ASKS_WHO.search(asked.text):
            return self._cases_for(asked)
        return None

    def found_at(self, asked: Understood, audience: str | None, passages: Sequence[Passage]) -> Direct | None:
        """The checklist, or the contact of the case, that a search found; None when neither is asked for."""
        if asked.asked_where:
            return self.checklists.found_at(passages[:_FIRST], None)
        if asked.checklist and not asked.step:
            return self.checklists.found_at(passages, asked.audience or audience)
        if not passages or halves(asked.text) or matches(rules().wants_all, asked.text):
            return None
        wanted = "address" if _asks_address(asked) else asked.detail.id if asked.detail else ""
        first = next((p for p in passages[:_FIRST] if p.kind != "directory"), passages[0])
        case = self._cases.get(first.section)
        agreed = {(p.section, p.kind) for p in passages[:_AGREED]} == {(first.section, first.kind)}
        if case and (wanted == "contact" or (wanted == "address" and agreed and _has_page(case))):
            return self._contact(case, person=False)
        if wanted == "address" and passages[0].id.startswith(_LINKOLOGY):
            return told(passages[:1])
        return self._told_links(self._links_of(passages[0].id)) if wanted == "address" else None

    def _recommendation(self, part: str, audience: str | None) -> Direct | None:
        """A recommendation, and what it asks of the audience (of each where none is known)."""
        whose = [audience] if audience in _AUDIENCES else list(_AUDIENCES)
        parts = [part, *(f"{part}-{w.replace('_', '-')}s" for w in whose)]
        return told(p for name in parts for p in self._corpus.parts.get(name, ()))

    def _step(self, text: str) -> str | None:
        """The step or theme a text names, by number, order or the words of its title ("measuring success")."""
        labels = {n.label for n in self._names.find(text) if n.kind == "section" and n.label in self._steps}
        if not labels:
            said = facts.content(text)
            labels = {label for label, title in self._titles.items() if title and title <= said}
        return labels.pop() if len(labels) == 1 else None

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
        """The addresses of what a text names, each with its date; None when it names nothing that is known."""
        wanted = facts.content(text) - _ADDRESS_WORDS
        named = [n for n in self._names.find(text) if n.kind in ("thing", "link", "acronym")]
        found: list[Link] = []
        for name in named:
            if wanted <= facts.content(name.text) | self._around:  # nothing else is asked for
                found += self._links_of(name.label)
        if not found:
            scored = sorted(((self._share(wanted, link), link) for link in self._links), key=lambda x: -x[0])
            best = scored[0][0] if scored else 0.0
            found = [link for share, link in scored if best >= _LEAST_SHARE and share >= best - 1e-9]
        return self._told_links(found)

    def _told_links(self, found: Sequence[Link]) -> Direct | None:
        """Addresses, the first few, each with its date; None when there are none."""
        lines = [
            Line(f"{link.about}: {link.url} (as printed in 2012).", whole(self._corpus.by_id[link.passage_id]), n > 0)
            for n, link in enumerate(dict.fromkeys(found))
            if n < _MOST_LINKS
        ]
        return Direct(tuple(lines)) if lines else None

    def _links_of(self, label: str) -> list[Link]:
        """The addresses of a thing, an acronym or a link of the directories."""
        thing = self._things.get(label)
        if thing is None and label.startswith("glossary/"):
            heading = self._corpus.by_id[label].heading
            thing = next((t for t in self._things.values() if loose(t.name) in loose(heading)), None)
        ids = thing.links if thing else (label.removeprefix("links/"),)
        by_id = self._corpus.links.by_id
        return [by_id[i] for i in ids if i in by_id and not by_id[i].better]

    def _share(self, wanted: set[str], link: Link) -> float:
        """How much of what is wanted an address is about; rare words weigh more."""
        total = len(self._about) + 1
        weight = {stem: log(total / (self._often[stem] or _UNKNOWN)) for stem in wanted}
        held = sum(value for stem, value in weight.items() if stem in self._about[link.id])
        return held / sum(weight.values()) if weight else 0.0

    def _cases_for(self, asked: Understood) -> Direct | None:
        """The cases of the countries, the step or the places that a text names, all of them."""
        countries = {n.label for n in self._names.find(asked.text) if n.kind == "country"}
        found = [
            d
            for d in self._cases.values()
            if (countries and countries & set(d.head.countries)) or (asked.step and asked.step in d.steps)
        ]
        if not found:
            names = facts.names(f"x {asked.text}") - self._common  # the first word may be a place, or just "Any"
            found = [d for d in self._cases.values() if any(name in self._words[d.head.id] for name in names)]
        if not found or len(found) > _MOST_CASES:
            return None
        lines = [Line(f"The handbook has {len(found)} that fit:" if len(found) > 1 else "The handbook has one:", ())]
        lines += [Line(f"- {d.head.title}", self._first(d)) for d in found]
        return Direct(tuple(lines))

    def _first(self, document: Document) -> tuple[tuple[Passage, str], ...]:
        return whole(document.parts[0].passages[0])


def _short_titles(corpus: Corpus) -> dict[str, str]:
    """Titles of steps and themes without number and explanation: `step-9` is "Measure success".

    Not Step 1: "going international" stands in most questions.
    """
    heads = [d.head for d in corpus.documents if d.head.kind in ("step", "theme") and d.head.section != "step-1"]
    return {h.section: re.sub(r"^Step \d+: ", "", h.title).split(":")[0] for h in heads}


def _has_page(case: Document) -> bool:
    return case.head.contact is not None and bool(case.head.contact.url)


def _asks_address(asked: Understood) -> bool:
    """Whether a question asks for a web address, and not for a form or a telephone number."""
    wanted = asked.detail.id if asked.detail else ""
    asks = wanted == "address" or _WHERE.search(asked.text) or _ASKS_ADDRESS.search(asked.text)
    return bool(asks) and wanted != "form" and not _ASKS_PHONE.search(asked.text)


def _place(question: str) -> str:
    """The step or theme whose checklist a question means without naming its number."""
    if re.search(r"\b(?:funding|money|finances?)\b", question, re.I):
        return "utilise-funding"
    return (
        "step-2" if re.search(r"\breadiness\b", question, re.I) else "step-1" if re.search(r"\bwhy\b", question) else ""
    )
