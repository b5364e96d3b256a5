"""The funding directory: every way of paying the handbook names, and what it leaves open (knowledge/funding.yaml)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from pydantic import Field

from assistant.handbook.directory import Entry, Lookup, Text, entry_passage, listed, sentence
from assistant.handbook.models import Passage

Stage = Literal["why", "strategy", "training", "first_contact", "trust_building", "project", "sustain", "any"]
_STAGE_WORDS: dict[Stage, str] = {
    "why": "finding out why to go abroad",
    "strategy": "writing a strategy",
    "training": "training",
    "first_contact": "first contact",
    "trust_building": "trust building after first contact",
    "project": "projects",
    "sustain": "keeping results and networks alive",
    "any": "any stage",
}


class Amount(Entry):
    """A sum as the handbook gives it; `basis` and `caveat` say what it is and is not."""

    text: Text
    value: float
    value_max: float | None = None
    currency: str
    per: Text | None = None
    basis: Text
    caveat: Text | None = None


class Instrument(Entry):
    """One way of paying. Only those with `as_available_source` may be shown as possible sources, with their year."""

    id: str
    name: Text
    aliases: tuple[Text, ...] = ()
    kind: Text
    funds: Text
    who: Text
    amounts: tuple[Amount, ...] = ()
    duration: Text | None = None
    figures: tuple[Text, ...] = ()
    when: Text
    stage: tuple[Stage, ...] = Field(min_length=1)
    steps: tuple[str, ...] = ()
    case: str | None = None
    section: str
    passage: str | None = None
    also: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    funder: Text | None = None
    not_given: tuple[Text, ...] = ()
    as_available_source: bool
    note: Text | None = None

    @property
    def passage_id(self) -> str:
        """Where the entry stands among the passages."""
        return f"funding/{self.id}"


class Principle(Entry):
    """A rule of thumb about funding; `from` is the section it was taken from when that is not `section`."""

    id: str
    text: Text
    section: str
    passage: str | None = None
    taken_from: str | None = Field(default=None, alias="from")


class Funding(Entry):
    """The funding file."""

    section: str = "utilise-funding"
    title: Text = "Funding directory"
    year: int = 2012
    caution: Text = ""
    never_given: tuple[Text, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    principles: tuple[Principle, ...] = ()

    @cached_property
    def _by_name(self) -> Lookup[Instrument]:
        return Lookup(self.instruments)

    def find(self, name: str) -> Instrument | None:
        """The instrument of that name, alias or id, whatever its case and number."""
        return self._by_name.find(name)

    def for_stage(self, stage: Stage, audience: str | None = None, country: str | None = None) -> list[Instrument]:
        """Possible sources for a stage, those made for it before those for any stage.

        With a country (`DE`) schemes of other countries are left out, but not for a policy maker: they are models.
        """
        fits = [i for i in self.instruments if i.as_available_source and (stage in i.stage or "any" in i.stage)]
        if country and audience != "policy_maker":
            fits = [i for i in fits if not i.countries or country in i.countries]
        return sorted(fits, key=lambda i: (stage not in i.stage, len(i.stage), not i.amounts))

    def for_step(self, step: str) -> list[Instrument]:
        """Possible sources that the handbook names at a step."""
        return [i for i in self.instruments if i.as_available_source and step in i.steps]

    def passages(self) -> Iterator[Passage]:
        """Every instrument as a passage, then what is never given and the principles."""
        for i in self.instruments:
            yield entry_passage(
                i.passage_id,
                section=i.section,
                title=f"{self.title}: {i.name}",
                heading=f"{i.name}: what it pays for, who can get it, amounts and what is not given",
                sentences=list(self._said(i)),
                year=self.year,
            )
        if self.never_given:
            said = [
                f"For no funding source does the handbook give any of these: {listed(self.never_given)}.",
                self.caution,
            ]
            yield self._general("funding/never-given", "What the handbook says about no funding source", said)
        if self.principles:
            said = [sentence(p.text) for p in self.principles]
            yield self._general("funding/principles", "Principles of funding", said)

    def _general(self, passage_id: str, heading: str, said: list[str]) -> Passage:
        return entry_passage(
            passage_id, section=self.section, title=self.title, heading=heading, sentences=said, year=self.year
        )

    def _said(self, i: Instrument) -> Iterator[str]:
        yield sentence(f"{i.name}: {i.kind}" + (f" (money from: {i.funder})" if i.funder else ""))
        yield sentence(f"What it pays for: {i.funds}")
        yield sentence(f"Who can get it: {i.who}")
        for amount in i.amounts:
            yield sentence(f"Amount: {amount.text}" + (f" ({amount.caveat})" if amount.caveat else ""))
        if not i.amounts:
            yield "The handbook gives no amount for it."
        if i.duration:
            yield sentence(f"Duration: {i.duration}")
        if i.figures:
            yield sentence(f"Figures: {'; '.join(i.figures)}")
        yield sentence(f"Time: {i.when}")
        yield sentence(f"Stage: {listed([_STAGE_WORDS[s] for s in i.stage])}")
        if i.not_given:
            yield sentence(f"Not given for {i.name}: {listed(i.not_given)}")
        yield sentence(i.note or "")
        if not i.as_available_source:
            yield "It is not a source to which one can apply now."
