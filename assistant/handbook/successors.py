"""What became of the programmes of 2012: dated data that alone may name a successor (knowledge/successors.yaml).

Its rows are not the handbook's, so they are no passages: an answer shows a row beside the passages it cites.
"""

from __future__ import annotations

import datetime
import re

from assistant.handbook.directory import Entry, Text


class Successor(Entry):
    """A programme of the handbook, what followed it, and the public sources read on the day `checked`."""

    id: str
    in_2012: Text
    matches: tuple[Text, ...]
    then_2014_2020: Text | None = None
    now_2021_2027: Text | None = None
    source: Text
    checked: datetime.date


class Successors(Entry):
    """The successor file."""

    checked: datetime.date | None = None
    successors: tuple[Successor, ...] = ()

    def for_(self, text: str) -> list[Successor]:
        """The rows whose programme a text names (or that match an id of the funding directory), in the file's order."""
        return [row for row in self.successors if any(_names(name, text) for name in row.matches)]


def _names(name: str, text: str) -> bool:
    exact = name.isupper() and len(name) <= 4  # ECO is a name, eco is not
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, 0 if exact else re.IGNORECASE) is not None
