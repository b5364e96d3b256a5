"""Link directory: addresses as the handbook printed them in 2012 (knowledge/links.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from assistant.handbook.directory import Entry, Text, entry_passage, listed, loose, sentence
from assistant.handbook.labels import SectionLabel, spoken
from assistant.handbook.models import Passage

_MOST_ENTRIES = 8  # of the Linkology in one passage


class Link(Entry):
    """One address. `printed` is the print, `url` the same made usable; `section` is the label an answer cites.

    `better` is the id of an address to give in place of this one; `country` that of its heading in the Linkology.
    """

    id: str
    about: Text
    aliases: tuple[Text, ...] = ()
    printed: Text
    also_printed: tuple[Text, ...] = ()
    url: Text
    section: SectionLabel
    also_in: tuple[SectionLabel, ...] = ()
    country: str | None = None
    better: str | None = None
    note: Text | None = None

    @property
    def passage_id(self) -> str:
        """Where the entry stands among the passages."""
        return f"links/{self.id}"

    @cached_property
    def words(self) -> frozenset[str]:
        """What the address is about, as loose words."""
        return frozenset(loose(" ".join((self.about, *self.aliases))).split())


class Email(Entry):
    """An e-mail address of the handbook."""

    id: str
    about: Text
    address: Text
    section: SectionLabel
    note: Text | None = None

    @property
    def passage_id(self) -> str:
        """Where the entry stands among the passages."""
        return f"links/{self.id}"


class Listing(Entry):
    """An entry of the Linkology: its name there, and ids of its addresses."""

    name: Text
    links: tuple[str, ...]


class Group(Entry):
    """A heading of the Linkology with its entries, in the handbook's order."""

    id: str
    heading: Text
    country: str | None = None
    entries: tuple[Listing, ...]


class Links(Entry):
    """The link file."""

    section: SectionLabel = "linkology"
    title: Text = "Web addresses"
    about: Text = ""
    year: int = 2012
    links: tuple[Link, ...] = ()
    emails: tuple[Email, ...] = ()
    linkology: tuple[Group, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Link]:
        """Addresses by their id."""
        return {link.id: link for link in self.links}

    def find(self, text: str) -> list[Link]:
        """Addresses about something: every word of `text` stands in what the address is about or in its other names."""
        wanted = set(loose(text).split())
        return [link for link in self.links if wanted and wanted <= link.words and not link.better]

    def in_section(self, label: str) -> list[Link]:
        """Addresses that stand in a section."""
        return [link for link in self.links if label == link.section or label in link.also_in]

    def under(self, heading: str) -> Group | None:
        """A heading of the Linkology, by its words or its country code."""
        wanted = loose(heading)
        return next((g for g in self.linkology if wanted in (loose(g.heading), loose(g.country or "-"))), None)

    def passages(self) -> Iterator[Passage]:
        """Every address as a passage, and the Linkology heading by heading; the first one says what this is."""
        if self.about:
            yield self._passage("links/about", self.section, self.title, [self.about])
        for link in self.links:
            yield self._passage(link.passage_id, link.section, f"Web address: {link.about}", self._said(link))
        for email in self.emails:
            dated = email.note or f"as printed in {self.year}"
            said = f"{sentence(email.about)[:-1]}: the e-mail address is {email.address} ({dated})."
            yield self._passage(email.passage_id, email.section, f"E-mail address: {email.about}", [said])
        for group in self.linkology:
            for start in range(0, len(group.entries), _MOST_ENTRIES):
                number = f"-{start // _MOST_ENTRIES + 1}" if len(group.entries) > _MOST_ENTRIES else ""
                said = list(self._listed(group, group.entries[start : start + _MOST_ENTRIES]))
                heading = f"Linkology: the addresses listed under {group.heading}"
                yield self._passage(f"links/{group.id}{number}", self.section, heading, said)

    def _said(self, link: Link) -> Iterator[str]:
        dated = link.note or f"as printed in {self.year}"
        yield f"{sentence(link.about)[:-1]}: the web address is {link.url} ({dated})."
        if link.better and link.better in self.by_id:
            yield f"The better form of it is {self.by_id[link.better].url}."
        places = [spoken(label) for label in (link.section, *link.also_in)]
        yield f"The handbook gives this address in {listed(places)}."

    def _listed(self, group: Group, entries: Sequence[Listing]) -> Iterator[str]:
        yield f"Under the heading {group.heading} the handbook's Linkology lists these (as printed in {self.year})."
        for entry in entries:
            urls = [self.by_id[i].url for i in entry.links if i in self.by_id]
            yield f"{entry.name}: {listed(urls)}."

    def _passage(self, passage_id: str, section: str, heading: str, said: Iterator[str] | list[str]) -> Passage:
        return entry_passage(
            passage_id, section=section, title=self.title, heading=heading, sentences=said, year=self.year
        )
