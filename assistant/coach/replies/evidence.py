"""Finds what backs an answer in a reply: documents, dates, figures, organisations, links, each with its own words."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import cast

import yaml

from assistant.record.state import Evidence, EvidenceKind

_CAPITALS = re.compile(
    r"(?<![.!?]\s)(?<!^)\b(?:[A-Z][\w&-]+(?:\s+(?:of|for|and|de|du|der|für)\s+|\s+)){0,4}[A-Z][\w&-]*[A-Za-z]\b"
    r"|\b[A-Z]{2,6}\b",
    re.M,
)
_DENIED = re.compile(
    r"\b(?:no|not|never|without|lack|lacking|missing|haven't|hasn't|don't|didn't|nor|neither|none)\b[^,.;]{0,40}$", re.I
)
_DENIAL_REACH = 60  # characters before a find in which a denial is looked for
_NOTHING = re.compile(
    r"^\W*(?:(?:no|none|nothing|nobody|not(?! only)|never|neither)\b"
    r"|(?:we|i|there)(?:'ve| have| has| do| does| did| is| are|\b)"
    r"(?: no| not| none| nothing|n['’]t)|(?:we|i) (?:don|haven|didn|lack)\b)",
    re.I,
)
_SHORT = 200  # characters of a reply that is one piece of evidence
_MOST, _ENOUGH = 12, 200  # pieces of one reply that are kept, and looked at
_KINDS_OF_WORTH: tuple[EvidenceKind, ...] = ("document", "link", "organisation", "person", "figure", "date", "other")
_KINDS: tuple[EvidenceKind, ...] = ("link", "document", "figure", "date")


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[tuple[EvidenceKind, re.Pattern[str]], ...], frozenset[str]]:
    raw = yaml.safe_load(Path(__file__).with_name("evidence.yaml").read_text(encoding="utf-8"))
    patterns: list[tuple[EvidenceKind, re.Pattern[str]]] = []
    for kind in _KINDS:
        for pattern in cast("list[str]", raw[kind]):
            patterns.append((kind, re.compile(pattern.strip(), re.I)))
    return tuple(patterns), frozenset(cast("str", raw["not_organisations"]).split())


def find_evidence(reply: str) -> tuple[Evidence, ...]:
    """The pieces of evidence a reply names, in order, each an exact stretch of it. What it denies is left out."""
    found: list[tuple[int, int, Evidence]] = []

    def add(kind: EvidenceKind, match: re.Match[str]) -> None:
        if len(found) >= _ENOUGH:
            return
        text = match.group().strip()
        start, end = match.span()
        taken = any(a < end and start < b for a, b, _ in found)
        if text and not taken and not _DENIED.search(reply[max(0, start - _DENIAL_REACH) : start]):
            found.append((start, end, Evidence(kind=kind, text=text, quote=text)))

    patterns, no_organisations = _rules()
    for kind, pattern in patterns:
        for match in pattern.finditer(reply):
            add(kind, match)
    for match in _CAPITALS.finditer(reply):
        if match.group().split()[0] not in no_organisations:
            add("organisation", match)
    return tuple(e for _, _, e in sorted(found, key=lambda item: item[0])[:_MOST])


def told_as_evidence(reply: str) -> tuple[Evidence, ...]:
    """A reply to "what shows it?": all of it when it is short, else what is found in it; none when it denies."""
    whole = reply.strip()
    found = find_evidence(reply)
    if (found and len(whole) > _SHORT) or (not found and _NOTHING.match(whole)):
        return found
    kinds: list[EvidenceKind] = [e.kind for e in found]
    kind = min(kinds, key=_KINDS_OF_WORTH.index) if kinds else "other"
    return (Evidence(kind=kind, text=whole[:400], quote=whole[:400]),)
