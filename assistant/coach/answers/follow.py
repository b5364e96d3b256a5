"""A question that leans on the one before ("and for policy makers?", "how much was that?") is made to stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.coach.answers.question import rules
from assistant.handbook.named import Name, NameKind, Names

_SHORT = 12  # words; a longer question speaks of a thing of its own
_OPENING = re.compile(r"^(?:ok(?:ay)?|and|but|so|then|what about|how about|what if)\b[\s,:]*", re.I)
_IT = r"(?<!make )\b(?:it|they|them|that one|this one)\b"
_THAT = (  # at the end, or as what a verb speaks of; not "tools that help", not "in this step"
    r"\b(?:that|this|those|these)\b$"
    r"|(?<=\bwas )(?:that|this)\b(?= (?:for|in|per|by|from)\b)"
    r"|(?<=\b(?:is|do) )(?:that|this)\b(?= (?:cost|work|run|last|pay|mean|take|still|open|true)\b)"
    r"|(?<=\b(?:was|did|are) )(?:that|this|those|these)\b(?= (?:cost|work|run|last|pay|mean|take|still|open|true)\b)"
    r"|(?<=\bdoes )(?:that|this)\b(?= (?:cost|work|run|last|pay|mean|take)\b)"
)
_PRONOUN = re.compile(f"{_IT}|{_THAT}", re.I)
_CONTRAST = re.compile(r"\b(?:by|in) contrast\W*$|\b(?:instead|though|in turn)\W*$", re.I)
_FOR_NOTHING = re.compile(r"\bit\b[^?,]*\b(?:to|that|if|when|whether)\b", re.I)  # "is it wise to ...?"
OF_ITS_OWN: tuple[NameKind, ...] = ("section", "part", "funding", "thing", "country")
_STOOD_FOR: tuple[NameKind, ...] = ("funding", "thing", "link", "acronym")  # by a pronoun, likeliest first
_BARE = re.compile(
    r"^(?:(?:why(?: not)?|how(?: much| long| many| come| so)?|when|who|where|since when|by whom|which ones?)"
    r"|(?:any|(?:is|are) there(?: any)?|which|what)? ?(?:an)?(?:other|more|further) (?:examples?|cases?|ones?)"
    r"|(?:what|anything|who) else)$",
    re.I,
)
_FUNCTION = re.compile(r"\b(?:for|in|at|by|with|from|on|to|of|the|an?|case|step|too|instead|please|ones?)\b|\W+", re.I)


@dataclass(frozen=True)
class _Span:
    """A stretch of a text and the sort of thing that it names; a later one of the same sort takes its place."""

    sort: str
    start: int
    end: int


def standing_alone(question: str, before: str | None, names: Names) -> str:
    """The question with what it leaves out taken from the one before; as it is when it leaves nothing out."""
    question = " ".join(question.split())
    if not before or not _leans(question, names):
        return question
    before = " ".join(before.split()).rstrip("?!. ")
    rest = _OPENING.sub("", question).strip(" ?!.")
    new = list(_spans(rest, names))
    if new and (_only(rest, new) or (_CONTRAST.search(rest) and _other_audience(new, before, names))):
        return _swapped(before, rest, new, names)
    found = names.find(before)
    countries = {(name.start, name.end) for name in found if name.kind == "country"}  # nobody "ran" one
    named = [name for name in found if name.kind in _STOOD_FOR and (name.start, name.end) not in countries]
    named = [name for name in named if " " in name.text or not name.text.islower()]  # "visits" is no name
    pronoun = _PRONOUN.search(rest)
    if pronoun and named:
        return f"{rest[: pronoun.start()]}{_clearest(named).text}{rest[pronoun.end() :]}?"
    return f"{before}? {rest}?"


def may_speak_of_the_last(question: str, names: Names) -> bool:
    """Whether a question can speak of what was told last: it is short and names no place or thing of its own."""
    return len(question.split()) <= _SHORT and not any(n.kind in OF_ITS_OWN for n in names.find(question))


def _other_audience(new: list[_Span], before: str, names: Names) -> bool:
    """Whether what is new names an audience and the question before named another one."""
    return all(any(s.sort == "audience" for s in spans) for spans in (new, _spans(before, names)))


def _leans(question: str, names: Names) -> bool:
    plain = question.strip(" ?!.")
    if len(plain.split()) > _SHORT:
        return False
    if _OPENING.match(plain) or _BARE.match(plain) or _CONTRAST.search(plain):
        return True
    pronoun = _PRONOUN.search(plain)
    if pronoun is None or _FOR_NOTHING.search(plain) or re.search(r"[,;:]|\band\b", plain[: pronoun.start()]):
        return False  # what it stands for is in the question itself, or nowhere
    return not any(n.kind in ("section", "funding", "part") for n in names.find(plain))


def _swapped(before: str, rest: str, new: list[_Span], names: Names) -> str:
    """The question before with what it named of each sort replaced by what is named now, or added at its end."""
    for span in new:
        first = next((old for old in _spans(before, names) if old.sort == span.sort), None)
        if first is None:
            return f"{before} {rest}?"
        before = f"{before[: first.start]}{rest[span.start : span.end]}{before[first.end :]}"
    return f"{before}?"


def _spans(text: str, names: Names) -> Iterator[_Span]:
    for patterns in rules().audiences.values():
        for pattern in patterns:
            for match in re.finditer(pattern, text, re.I):
                yield _Span("audience", match.start(), match.end())
    seen: set[int] = set()
    for name in names.find(text):
        if name.start not in seen:
            seen.add(name.start)
            yield _Span(_sort(name), name.start, name.end)


def _sort(name: Name) -> str:
    if name.kind == "country":
        return "country"
    return "step" if name.label.startswith("step-") else "thing"


def _only(text: str, spans: list[_Span]) -> bool:
    """Whether a text holds nothing but these names and small words."""
    for span in spans:
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return not _FUNCTION.sub("", text)


def _clearest(named: list[Name]) -> Name:
    return min(named, key=lambda name: (_STOOD_FOR.index(name.kind), -len(name.text)))
