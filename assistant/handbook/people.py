"""People the handbook names, with role and organisation as printed (knowledge/people.yaml); they are no passages."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field

from assistant.handbook.directory import Entry, Text, loose
from assistant.handbook.labels import SectionLabel

PersonGroup = Literal["consortium", "secretariat", "reflection-group", "former-member", "external", "author", "quoted"]


class Person(Entry):
    """A person; `organisation` and `countries` are None or empty where the handbook prints none beside the name."""

    id: str
    name: Text
    aliases: tuple[Text, ...] = ()
    groups: tuple[PersonGroup, ...] = Field(min_length=1)
    role: Text
    organisation: Text | None = None
    countries: tuple[str, ...] = ()
    section: SectionLabel
    note: Text | None = None


class People(Entry):
    """The file of people."""

    title: Text = "People"
    year: int = 2012
    people: tuple[Person, ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, list[Person]]:
        found: dict[str, list[Person]] = {}
        for person in self.people:
            surname = person.name.split(",")[0].split()[-1]
            for form in dict.fromkeys(loose(n) for n in (person.id, person.name, *person.aliases, surname)):
                found.setdefault(form, []).append(person)
        return found

    def find(self, name: str) -> list[Person]:
        """People of that name, surname or id; more than one where a surname is shared."""
        return list(self._by_name.get(loose(name), []))

    def in_group(self, group: PersonGroup) -> list[Person]:
        """People of a group, in the handbook's order."""
        return [p for p in self.people if group in p.groups]
