"""The section labels of the handbook: what an answer may cite, and how a person is told about it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import StringConstraints

SectionLabel = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]

_NAMED = {
    "executive-summary": "the executive summary",
    "introduction": "the introduction",
    "pentagonal-helix": "the chapter on the Pentagonal Helix",
    "future-policy": "the chapter on future policy",
    "utilise-funding": "Utilise Funding",
    "case-mentoring": "the mentoring case",
    "tube-map": "the Tube Map",
    "outstanding-issues": "the outstanding issues",
    "recommendations": "the recommendations",
    "references": "the references",
    "linkology": "the Linkology",
    "glossary": "the glossary",
}
HANDBOOK_LABELS = frozenset(
    {f"step-{n}" for n in range(1, 11)}
    | {f"case-{n}" for n in range(1, 21) if n != 7}
    | {"case-7a", "case-7b"}
    | set(_NAMED)
)


def spoken(label: str) -> str:
    """A label as it is said in a sentence.

    >>> spoken("step-6"), spoken("case-7a"), spoken("linkology")
    ('Step 6', 'Case 7a', 'the Linkology')
    """
    if label in _NAMED:
        return _NAMED[label]
    numbered = re.fullmatch(r"(step|case)-(\d+[ab]?)", label)
    return f"{numbered[1].capitalize()} {numbered[2]}" if numbered else label
