"""Link directory: addresses as the handbook printed them in 2012 (knowledge/links.yaml)."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.handbook.directory import Entry, Text, entry_passage, loose
from assistant.handbook.models import Passage


class Link(Entry):
    """One address. `printed` is the print, `url` the same made usable; `section` is the label an answer cites."""

    id: str
    about: Text
    printed: Text
    url: Text
    section: str
    also_in: tuple[str, ...] = ()
    note: Text | None = None

    @property
    def passage_id(self) -> str:
        """Where the entry stands among the passages."""
        return f"links/{self.id}"


class Links(Entry):
    """The link file."""

    section: str = "linkology"
    title: Text = "Web addresses"
    year: int = 2012
    links: tuple[Link, ...] = ()

    def find(self, text: str) -> list[Link]:
        """Addresses about something: every word of `text` stands in what the address is about."""
        wanted = set(loose(text).split())
        return [link for link in self.links if wanted and wanted <= set(loose(link.about).split())]

    def in_section(self, label: str) -> list[Link]:
        """Addresses that stand in a section."""
        return [link for link in self.links if label == link.section or label in link.also_in]

    def passages(self) -> Iterator[Passage]:
        """Every address as a passage."""
        for link in self.links:
            yield entry_passage(
                link.passage_id,
                section=link.section,
                title=self.title,
                heading=f"Web address: {link.about}",
                sentences=[
                    f"The web address for {link.about} is {link.url} ({link.note or f'as printed in {self.year}'})."
                ],
                year=self.year,
            )
