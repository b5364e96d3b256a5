"""Owners and dates that people say in passing: "yes, Anna by the end of March"."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

_LANGUAGES = ["en", "de", "fr", "it", "pl", "sv", "es"]
_AROUND = re.compile(
    r"^\W*(?:by|until|till|before|due|on|bis|avant|entro|do|före|antes de)?\s*(?:the\s+)?"
    r"(?:end of|end|ende|fin|fine|koniec|slutet av|final de)?\s+",
    re.I,
)
_WHEN = re.compile(
    r"(?:^|[\s,;(]+)((?:at the end of|end of|by|until|till|before|due|in|within|next|on|bis|avant|entro)\b.*)$"
    r"|(?:^|[\s,;(]+)(\d.*)$|(?:^|[,;])\s*(\S.*)$",
    re.I | re.S,
)
_SEASON = re.compile(
    r"\b(?:weeks?|months?|years?|quarter|q[1-4]|spring|summer|autumn|winter|christmas|easter|soon|asap"
    r"|(?:board|general|members'?|annual) meeting|assembly)\b",
    re.I,
)
_AGREED = re.compile(
    r"^(?:(?:yes|yeah|yep|ok(?:ay)?|sure|please|note (?:it|that)|do(?: (?:it|that|so))?|go ahead|fine|good|no problem"
    r"|thanks?(?: you)?|an? action|ja|oui|s[iìí]|tak)\b[\s,.:;!-]*)+",
    re.I,
)
_REFUSED = re.compile(
    r"^(?:(?:well|um+|hm+|er)\b[\s,.]*)*"
    r"(?:no|nope|nein|non|nie|nej|rather not|better not|not (?:really|now|yet|at the moment))\b"
    r"(?!\s+(?:doubt|problem|later))",
    re.I,
)
_DOES = re.compile(
    r"[\s,]+(?:(?:(?:will|can|should|could|may|shall|is going to) (?:do|take care of|handle|write|see to)|does)"
    r"(?: (?:it|that|this|so))?|takes care of (?:it|that|this)|sees to it"
    r"|is (?:responsible|in charge)(?: for (?:it|that))?|will)$",
    re.I,
)
_NAMED_FIRST = re.compile(r"^(?:and|it is|it's|that'?s|for|owner:?|let|by)\b[\s,:]*", re.I)
_A_ROLE = re.compile(r"^(?:i|me|myself|we|us|the|our|my|a|an|some(?:body|one))\b", re.I)
_LONGEST = 300  # characters of a reply in which names and dates are looked for
_JOINING = {"of", "and", "&", "der", "von", "van", "de", "la", "du", "und", "et", "from", "the", "our"}


def due_date(text: str, today: datetime.date) -> str | None:
    """The ISO date that a reply names (the last day of a month or year); None when it names none that is clear."""
    import dateparser  # heavy, and needed only when somebody names a date

    phrase = _AROUND.sub("", f"{text.strip().rstrip('.')} ").strip() if len(text) < 80 else ""
    phrase = re.sub(r"^within\b", "in", re.sub(r"^the year$", "this year", phrase, flags=re.I), flags=re.I)
    if not re.search(r"\d|[^\W\d_]{3}", phrase) or re.fullmatch(r"\d{1,3}", phrase):
        return None
    found = dateparser.parse(
        phrase,
        languages=_LANGUAGES,
        settings={
            "RELATIVE_BASE": datetime.datetime.combine(today, datetime.time()),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "DMY",  # as in Europe
            "PREFER_DAY_OF_MONTH": "last",
            "PREFER_MONTH_OF_YEAR": "last",
        },
    )
    return found.date().isoformat() if found else None


def refuses(text: str) -> bool:
    """Whether a reply to an offer begins with a no ("no, not for us")."""
    return bool(_REFUSED.match(text.strip()))


@dataclass(frozen=True)
class Told:
    """What a reply to "shall I note an action?" says: to note it, in which words of one's own, who, and when."""

    agreed: bool
    what: str | None
    owner: str | None
    due: str | None


def action_told(text: str, today: datetime.date) -> Told:
    """`Anna by the end of March` names owner and date; `Ask ten firms by June` is an action in own words."""
    if len(text) > _LONGEST:
        return Told(True, text.strip(), None, None)
    whole = " ".join(text.split()).rstrip(".")
    agreement = _AGREED.match(whole)
    rest, due = _split_due(whole[agreement.end() :] if agreement else whole, today)
    owner = _DOES.sub("", _NAMED_FIRST.sub("", rest)).strip(" ,;:-")
    if not owner:
        return Told(bool(agreement or due), None, None, due)
    if _names_somebody(owner) or (len(owner.split()) == 1 and (agreement or due)):
        return Told(True, None, owner, due)
    own = rest.strip(" ,;:-") if not agreement and len(rest.split()) > 1 else None
    return Told(bool(agreement or own), own, None, due)


def owner_told(text: str, today: datetime.date) -> tuple[str, str | None]:
    """Who, and when if that is said too, in a reply to "who takes care of it?"."""
    if len(text) > _LONGEST:
        return text.strip(), None
    rest, due = _split_due(_AGREED.sub("", " ".join(text.split()).rstrip(".")), today)
    return _DOES.sub("", _NAMED_FIRST.sub("", rest)).strip(" ,;:-") or text.strip(), due


def _split_due(text: str, today: datetime.date) -> tuple[str, str | None]:
    """A reply cut before its date, when it ends with one."""
    at = 0
    while match := _WHEN.search(text, at):
        group = match.lastindex or 0
        tail = match.group(group).strip()
        if len(tail) < 60 and (
            due_date(tail, today) or (group == 1 and _SEASON.search(tail) and len(tail.split()) <= 6)
        ):
            return text[: match.start()], re.sub(r"^(?:by|until|till|before|due)\s+", "", tail, flags=re.I)
        at = match.start(group) + 1
    return text, None


def _names_somebody(text: str) -> bool:
    names = text.split()
    if len(names) > 5:
        return False
    joined = ["", *names]
    named = all(w[:1].isupper() or {w.lower(), joined[n].lower()} & _JOINING for n, w in enumerate(names))
    return bool(_A_ROLE.match(text)) or (named and names[0][:1].isupper())
