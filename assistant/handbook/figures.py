"""The handbook's figures, for checking answers and for exact ones (knowledge/figures.yaml); they are no passages."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from assistant.handbook.directory import Entry, Text, loose
from assistant.handbook.labels import SectionLabel

FigureKind = Literal[
    "money", "count", "date", "duration", "frequency", "ordinal", "name", "contact", "identifier", "trap"
]
Value = int | float | str | tuple[int | float | str, ...] | None


class Figure(Entry):
    """One figure: `text` is how to write it, `caveat` what must be said with it.

    `derived`: counted or reckoned by us; `ambiguous`: the print can be read in two ways; `approx` and `lower_bound`:
    not exact; `trap`: is easily told wrong, as the caveat says.
    """

    id: str
    kind: FigureKind
    value: Value
    unit: Text
    text: Text
    meaning: Text
    caveat: Text | None = None
    section: SectionLabel
    also_in: tuple[SectionLabel, ...] = ()
    ambiguous: bool = False
    derived: bool = False
    approx: bool = False
    lower_bound: bool = False
    trap: bool = False


class Figures(Entry):
    """The file of figures."""

    title: Text = "Figures"
    year: int = 2012
    figures: tuple[Figure, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Figure]:
        """Figures by their id."""
        return {f.id: f for f in self.figures}

    def in_section(self, label: str, kind: FigureKind | None = None) -> list[Figure]:
        """Figures that stand in a section, its own first; of one kind if that is named."""
        found = [f for f in self.figures if label in (f.section, *f.also_in) and kind in (None, f.kind)]
        return sorted(found, key=lambda f: f.section != label)

    def find(self, text: str) -> list[Figure]:
        """Figures about something: every word of `text` stands in meaning, unit or text of the figure."""
        wanted = set(loose(text).split())
        return [f for f in self.figures if wanted and wanted <= set(loose(f"{f.meaning} {f.unit} {f.text}").split())]
