"""Directories of things the handbook names: networks, tools, programmes, organisations, events, publications.

One form for all (knowledge/networks.yaml and so on): what a thing is rests on what the handbook says of it alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from pydantic import Field

from assistant.handbook.directory import Entry, Lookup, Text, entry_passage, listed, sentence
from assistant.handbook.labels import SectionLabel, spoken
from assistant.handbook.links import Link, Links
from assistant.handbook.models import Passage

THING_FILES = (
    "networks.yaml",
    "tools.yaml",
    "programmes.yaml",
    "organisations.yaml",
    "events.yaml",
    "publications.yaml",
)
_MOST_PLACES = 4  # sections told in a passage


class Kind(Entry):
    """A class of things; `ours` where the handbook itself makes no such class."""

    text: Text
    ours: bool = True


class Thing(Entry):
    """A thing the handbook names. The first of `sections` is what an answer cites; `links` are ids of addresses."""

    id: str
    name: Text
    aliases: tuple[Text, ...] = ()
    kind: str | None = None
    about: Text
    countries: tuple[str, ...] = ()
    roles: tuple[Text, ...] = ()
    by: Text | None = None  # who wrote or published it
    when: Text | None = None
    sections: tuple[SectionLabel, ...] = Field(min_length=1)
    links: tuple[str, ...] = ()
    note: Text | None = None

    @property
    def section(self) -> str:
        """The label an answer cites."""
        return self.sections[0]


class Things(Entry):
    """A directory file. `directory` is the file's name without its ending and is set by the corpus."""

    directory: str = ""
    title: Text = ""
    heading: Text = "what it is and where the handbook names it"
    about: Text = ""
    section: SectionLabel = "introduction"
    year: int = 2012
    addressed: bool = True  # whether people look for an address of such a thing, so that a missing one is worth saying
    kinds: dict[str, Kind] = Field(default_factory=dict[str, Kind])
    entries: tuple[Thing, ...] = ()

    @cached_property
    def _by_name(self) -> Lookup[Thing]:
        return Lookup(self.entries)

    def find(self, name: str) -> Thing | None:
        """The thing of that name, alias or id, whatever its case and number."""
        return self._by_name.find(name)

    def in_section(self, label: str) -> list[Thing]:
        """Things that a section names, those first that it treats."""
        return sorted((t for t in self.entries if label in t.sections), key=lambda t: t.section != label)

    def of_kind(self, kind: str) -> list[Thing]:
        """Things of a class."""
        return [t for t in self.entries if t.kind == kind]

    def passage_id(self, thing: Thing) -> str:
        """Where an entry stands among the passages."""
        return f"{self.directory}/{thing.id}"

    def passages(self, links: Links) -> Iterator[Passage]:
        """Every thing as a passage, with its addresses; the first one says what the directory is."""
        if self.about:
            yield entry_passage(
                f"{self.directory}/about",
                section=self.section,
                title=self.title,
                heading=self.title,
                sentences=[sentence(self.about)],
                year=self.year,
            )
        for thing in self.entries:
            yield entry_passage(
                self.passage_id(thing),
                section=thing.section,
                title=f"{self.title}: {thing.name}",
                heading=f"{thing.name}: {self.heading}",
                sentences=self._said(thing, links),
                year=self.year,
            )

    def _said(self, thing: Thing, links: Links) -> Iterator[str]:
        yield sentence(thing.about)
        kind = self.kinds.get(thing.kind or "")
        if kind:
            yield sentence(f"Class{' (our grouping)' if kind.ours else ' in the handbook'}: {kind.text}")
        if thing.by:
            yield sentence(f"By: {thing.by}")
        if thing.when:
            yield sentence(f"Time: {thing.when}")
        if thing.roles:
            yield sentence(f"Part it plays in the handbook: {listed(thing.roles)}")
        yield sentence(thing.note or "")
        yield from self._addresses(thing, links)
        yield f"Named in {listed([spoken(label) for label in thing.sections[:_MOST_PLACES]])}" + (
            f", and in {len(thing.sections) - _MOST_PLACES} more sections." if thing.sections[_MOST_PLACES:] else "."
        )

    def _addresses(self, thing: Thing, links: Links) -> Iterator[str]:
        found: list[Link] = [link for i in thing.links if (link := links.by_id.get(i))]
        for link in found:
            yield f"Address for {link.about}: {link.url} (as printed in {self.year})."
        if not thing.links and self.addressed:
            yield f"{thing.name}: the handbook prints no web address."
