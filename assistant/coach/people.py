"""Owners and dates that people say in passing: "yes, Anna by the end of March"."""

from __future__ import annotations

import datetime
import re

_LANGUAGES = ["en", "de", "fr", "it", "pl", "sv", "es"]
_AROUND = re.compile(
    r"^\W*(?:by|until|till|before|due|on|bis|avant|entro|do|före|antes de)?\s*(?:the\s+)?"
    r"(?:end of|end|ende|fin|fine|koniec|slutet av|final de)?\s+",
    re.I,
)
_WHEN = r"(?:by|until|till|before|due|in|within|next|end of|on|bis|avant|entro)\b"
_OWNER_DATE = re.compile(
    r"^\s*(?:yes|yeah|ok(?:ay)?|sure|please|do|note it|ja|oui)?[\s,.:;!-]*(?P<owner>[^,.;]*?)[\s,;]*"
    rf"(?P<due>(?:{_WHEN}|\d).*)?$",
    re.I | re.S,
)
_NOT_OWNER = re.compile(
    r"^(?:yes|ok(?:ay)?|sure|please|do it|note it|go ahead|do|note that|yes please|fine|good|thanks?|it|that"
    r"|an? action)*$",
    re.I,
)


def due_date(text: str, today: datetime.date) -> str | None:
    """The ISO date that a reply names (the last day of a month or year); None when it names none that is clear."""
    import dateparser  # heavy, and needed only when somebody names a date

    phrase = _AROUND.sub("", f"{text.strip().rstrip('.')} ").strip() if len(text) < 80 else ""
    if not re.search(r"\d|[^\W\d_]{3}", phrase):
        return None
    found = dateparser.parse(
        phrase,
        languages=_LANGUAGES,
        settings={
            "RELATIVE_BASE": datetime.datetime.combine(today, datetime.time()),
            "PREFER_DATES_FROM": "future",
            "PREFER_DAY_OF_MONTH": "last",
            "PREFER_MONTH_OF_YEAR": "last",
        },
    )
    return found.date().isoformat() if found else None


def owner_and_due(text: str) -> tuple[str | None, str | None]:
    """Who and when, as far as a reply to "shall I note an action?" says: ("Anna", "the end of March")."""
    match = _OWNER_DATE.match(text.strip().rstrip("."))
    if not match:
        return None, None
    lead = r"^(?:yes|ok(?:ay)?|please|and|it is|it's|that'?s|for|owner:?|let)\b[\s,:]*"
    owner = re.sub(lead, "", match["owner"].strip(), flags=re.I).strip()
    tail = r"\s+(?:does|do|will do|takes care of|can do|should do|will) ?(?:it|that|this|so)?$"
    owner = re.sub(tail, "", owner, flags=re.I).strip()
    due = re.sub(r"^(?:by|until|till|before|due)\s+", "", (match["due"] or "").strip(), flags=re.I)
    named = owner and not _NOT_OWNER.match(owner) and len(owner.split()) <= 5
    return (owner if named else None), (due or None)
