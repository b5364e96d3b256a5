"""Cuts a paragraph of the corpus into sentences by a short rule set (English prose with figures and names)."""

from __future__ import annotations

import re

# Short forms that a new sentence practically never follows; "etc." and the like are left out because one may.
_SHORT_FORMS = """e.g i.e cf vs approx ca c no nos fig figs p pp vol ch sec st dr mr mrs ms prof inc ltd dept est
incl excl resp art"""
_SHORT = frozenset(_SHORT_FORMS.split())
_END = re.compile(r"""[.!?…]+["'”’)\]]*(?=\s)""")
_STARTS = re.compile(r"""[\s"'“‘(\[]*[A-ZÀ-ÖØ-ÞŠŽŁ0-9€£$]""")
_LAST_WORD = re.compile(r"([^\s(\[\"'“‘]+)$")


def split_sentences(text: str) -> tuple[str, ...]:
    """Sentences of a paragraph, in order and complete: joined with spaces they are the paragraph again."""
    text = " ".join(text.split())
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if _ends(text, match):
            found.append(text[start : match.end()].strip())
            start = match.end()
    rest = text[start:].strip()
    if rest:
        found.append(rest)
    return tuple(found)


def _ends(text: str, match: re.Match[str]) -> bool:
    if not _STARTS.match(text, match.end()):
        return False
    if not match.group().startswith(".") or len(match.group().rstrip("\"'”’)]")) > 1:
        return True
    before = _LAST_WORD.search(text[: match.start()])
    word = before.group(1) if before else ""
    if len(word) == 1 and word.isupper():  # an initial: "M. Porter"
        return False
    if word.lower() == "no" and not re.match(r"\s*\d", text[match.end() :]):  # "says no." against "No. 4"
        return True
    return word.lower() not in _SHORT
