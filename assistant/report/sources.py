"""How a source is named to a person, and which ones a report has used."""

from __future__ import annotations

import re

from assistant.flow.models import FlowSet
from assistant.record.state import State

YEAR = 2012  # of the handbook; what it says of money and addresses is of that year


class Sources:
    """Names passages by what is known without the corpus: titles in the record's citations and in the journey."""

    def __init__(self, state: State, flows: FlowSet) -> None:
        self._titles = {s.id: f"Step {s.number}: {s.title}" if s.number else s.title for s in flows.journey.stops}
        cited = [c for note in state.consulted for c in note.citations]
        self._titles |= {c.section: c.title for c in cited if c.title}
        self._used: dict[str, None] = {}

    def cite(self, passage: str, title: str = "", *, part: bool = False) -> str:
        """ "after the TACTICS handbook (2012), Case 20: ...", for a passage or part id such as `case-20/figures#2`.

        `part`: say which part of it, too.
        """
        if passage.startswith("own/"):
            own = f"your document {title}"
            self._used[own] = None
            return own
        section, _, rest = passage.partition("#")[0].partition("/")
        named = f"TACTICS handbook ({YEAR}), {title or self._titles.get(section) or _readable(section)}"
        self._used[named] = None
        return f"after the {named}{f' ({_readable(rest).lower()})' if part and rest else ''}"

    def used(self) -> list[str]:
        """The sources named so far, each once, in order."""
        return list(self._used)


def _readable(section: str) -> str:
    """ "case-7a" is "Case 7a", "executive-summary" is "Executive summary"."""
    words = re.sub("-+", " ", section).strip()
    return f"{words[:1].upper()}{words[1:]}"
