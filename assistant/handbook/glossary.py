"""The glossary: terms, acronyms, and words the handbook uses without defining them (knowledge/glossary.yaml)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from assistant.handbook.directory import Entry, Text, entry_passage, listed, sentence, variants
from assistant.handbook.models import Passage


class Term(Entry):
    """A term with its definition; `not_to_confuse_with` holds ids of other terms."""

    id: str
    term: Text
    definition: Text
    note: Text | None = None
    not_to_confuse_with: tuple[str, ...] = ()
    source: Text | None = None

    @property
    def passage_id(self) -> str:
        """Where the entry stands among the passages."""
        return f"glossary/{self.id}"


class Acronym(Entry):
    """An acronym. `printed` is false where the expansion is ours; `expansion` is None where nobody explains it."""

    acronym: Text
    expansion: Text | None
    printed: bool
    note: Text | None = None

    @property
    def passage_id(self) -> str:
        """Where the entry stands among the passages."""
        return f"glossary/acronym-{self.acronym.lower()}"


class Undefined(Entry):
    """A word the handbook uses and does not define; `where` is the section that says most about it."""

    term: Text
    where: str
    note: Text

    @property
    def passage_id(self) -> str:
        """Where the entry stands among the passages."""
        return "glossary/undefined-" + "-".join(self.term.lower().split())


class Glossary(Entry):
    """The glossary file."""

    section: str = "glossary"
    title: Text = "Glossary"
    year: int = 2012
    about: Text = ""
    terms: tuple[Term, ...] = ()
    acronyms: tuple[Acronym, ...] = ()
    undefined: tuple[Undefined, ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, Term | Acronym | Undefined]:
        found: dict[str, Term | Acronym | Undefined] = {}
        for entry in (*self.terms, *self.acronyms, *self.undefined):
            names = [entry.acronym, entry.expansion or ""] if isinstance(entry, Acronym) else [entry.term]
            for name in names:
                for form in variants(name):
                    found.setdefault(form, entry)
        return found

    def find(self, term: str) -> Term | Acronym | Undefined | None:
        """The entry for a term, an acronym or its expansion, whatever its case and number."""
        return next(
            (self._by_name[form] for form in sorted(variants(term), key=len, reverse=True) if form in self._by_name),
            None,
        )

    def passages(self) -> Iterator[Passage]:
        """Every entry as a passage; the first one says what the glossary is."""
        if self.about:
            yield self._passage("glossary/about", self.title, [self.about])
        names = {t.id: t.term for t in self.terms}
        for t in self.terms:
            others = [f'"{names.get(o, o)}"' for o in t.not_to_confuse_with]
            said = [
                sentence(f"{t.term}: {t.definition}"),
                sentence(t.note or ""),
                sentence(f"Not to be confused with {listed(others)}") if others else "",
                sentence(f"The definition goes back to {t.source}") if t.source else "",
            ]
            yield self._passage(t.passage_id, f'What "{t.term}" means', said)
        for a in self.acronyms:
            if a.expansion is None:
                said = [f"The handbook uses {a.acronym} without spelling it out."]
            else:
                said = [f"{a.acronym} stands for {a.expansion}."]
                if not a.printed and not a.note:
                    said.append(f"The handbook does not print {a.acronym} beside the name.")
            yield self._passage(a.passage_id, f"What {a.acronym} stands for", [*said, sentence(a.note or "")])
        for u in self.undefined:
            said = [f'The handbook uses "{u.term}" without a definition in its glossary.', sentence(u.note)]
            yield self._passage(u.passage_id, f'"{u.term}" is not defined', said)

    def _passage(self, passage_id: str, heading: str, said: list[str]) -> Passage:
        return entry_passage(
            passage_id, section=self.section, title=self.title, heading=heading, sentences=said, year=self.year
        )
