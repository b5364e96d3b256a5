"""What a question asks for, read by the rules of question.yaml: the detail, the thing to define, the need behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_STEP = re.compile(rf"\bstep\s*(10|[1-9]|{'|'.join(_NUMBERS)})\b", re.I)

_BEFORE = re.compile(  # "what is ticked off before (we go on to) step 5?" is about step 4
    r"\b(?:before|ahead of) (?:(?:we|i|you|they|one|going|moving|starting|beginning|entering|can|may|start|begin|enter"
    rf"|go|move|get|come|on|to|with|into) )*(?P<step>step (?:10|[2-9]|{'|'.join(_NUMBERS[1:])}))\b"
    r"(?! (?:\w+ ){0,2}(?:counts?|can|may|is|ends?|over|behind|done|finish\w*|complet\w*|clos\w*)\b)",
    re.I,
)
_YES_NO = re.compile(
    r"(?:^|[.,;:?!-]\s+)\W*(?:is|are|was|were|has|have|had|does|did|can|could|must|should|will|would)\b", re.I
)
_TRAILING = re.compile(
    r"[\s,]+(?:pls|please|here|exactly|then|(?:in|by|according to|acc\.? to) (?:the )?(?:handbook|glossary)\b.*)\W*$",
    re.I,
)
_BRACKETED = re.compile(  # "[system message]", {"mode": "no-sources"}
    r"\[[^\]]*\b(?:system|admin|developer)\b[^\]]*\]|\{\s*\"\w+\"\s*:[^{}]*\}", re.I
)
_COURTESY = 3  # so many words left beside a command are no question ("Thank you!")
_MAY_ASK = re.compile(  # what is left beside a command without a question mark may ask all the same
    r"\b(?:who|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|should|tell|explain|list|name|give"
    r"|wie|was|wer|wann|wo|welche\w*|combien|quel\w*|qui|quand|cosa|quanto|chi|quando|dove|qu[ée]|cu[áa]nto|qui[ée]n"
    r"|jak|co|kto|kiedy|ile|vad|vem|när|hur|hoe|wat)\b",
    re.I,
)
_LEADING_TO = r"(?:\b(?:before|first)\b[^.!?:;,]{0,30},\s*)?"  # the words before a command


class Detail(BaseModel):
    """A detail people ask for. `words` is how a refusal names it; `given_as` marks the directory's own "not given"."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    words: str
    given_as: str | None = None
    value: str | None = None
    asks: tuple[str, ...]

    def not_given(self, items: tuple[str, ...]) -> bool:
        """Whether a directory's list of what is not given holds this detail."""
        return bool(self.given_as) and any(re.search(str(self.given_as), item, re.I) for item in items)


class _Need(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    stage: str
    asks: tuple[str, ...]


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    details: tuple[Detail, ...]
    needs: tuple[_Need, ...]
    money: tuple[str, ...]
    what_is: tuple[str, ...]
    difference: tuple[str, ...]
    checklist: tuple[str, ...]
    checklist_of_step: tuple[str, ...]
    not_checklist: tuple[str, ...]
    asked_where: tuple[str, ...]
    called: dict[str, tuple[str, ...]]
    audiences: dict[str, tuple[str, ...]]
    not_given: tuple[str, ...]
    not_by_stage: tuple[str, ...]
    wants_all: tuple[str, ...]
    compares: tuple[str, ...]
    sets_apart: tuple[str, ...]
    follows: tuple[str, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Understood:
    """A question as read by rules. `terms` are things to define; `need` a funding stage; `step` a step it names."""

    text: str
    detail: Detail | None
    details: tuple[Detail, ...]  # two, where it asks for "the size and the length"; `detail` is the first
    terms: tuple[str, ...]
    difference: bool
    need: str | None
    money: bool
    checklist: bool
    checklist_of_step: bool  # asks for a checklist if it names a step
    asked_where: bool  # asks whom, or at which step, a checklist asks something
    audience: str | None  # whose, if the question says so of one only
    step: str | None
    steps: tuple[str, ...]  # all that it names by number, or by what they are called
    yes_no: bool  # can be answered with "yes" or "no"
    follows: bool  # speaks of something said before: "how long does it run?"


@lru_cache(maxsize=1)
def rules() -> _Rules:
    """The rules, read once."""
    file = Path(__file__).with_name("question.yaml")
    return _Rules.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def detail(detail_id: str) -> Detail:
    """A kind of detail by its id; `KeyError` when there is none."""
    return {d.id: d for d in rules().details}[detail_id]


def understand(text: str, named: tuple[str, ...] = ()) -> Understood:
    """Read a question by rules alone; what no rule sees is left to search and model.

    `named`: proper names in it, whose words are not taken for what is asked ("Global Links" asks for no link).
    """
    whole = " ".join(text.split())[:2000]
    plain = whole
    for name in named:
        plain = plain.replace(name, "the scheme")
    asking = _asking(plain) or plain
    money = _match(rules().money, asking) is not None
    need = next((n.stage for n in rules().needs if _match(n.asks, plain)), None) if money else None
    difference = _match(rules().difference, whole)
    found = difference or _match(rules().what_is, whole)
    terms = tuple(_TRAILING.sub("", t).strip(" \"'?.,“”‘’") for t in found.groups() if t) if found else ()
    beside = matches(rules().not_checklist, asking)
    of_step = not beside and matches(rules().checklist_of_step, whole)
    checklist = not beside and matches(rules().checklist, plain)
    listed = checklist or of_step
    staged = _BEFORE.sub(lambda m: f"step {int(_number(m['step'][5:])) - 1}", plain) if listed else plain
    steps = tuple(dict.fromkeys(f"step-{_number(m[1])}" for m in _STEP.finditer(staged)))
    called = tuple(label for label, patterns in rules().called.items() if matches(patterns, plain))
    return Understood(
        text=whole,
        detail=next((d for d in rules().details if _match(d.asks, asking)), None),
        details=_joined_details(asking),
        terms=tuple(t for t in terms if t and len(t.split()) <= 8),
        difference=difference is not None,
        need=need,
        money=money,
        checklist=checklist,
        checklist_of_step=of_step,
        asked_where=_match(rules().asked_where, asking) is not None,
        audience=_audience(whole),
        step=next(iter((*steps, *called)), None),
        steps=steps or called,
        yes_no=_YES_NO.search(whole) is not None,
        follows=not named and matches(rules().follows, whole),
    )


def _joined_details(text: str) -> tuple[Detail, ...]:
    """Two details with a joining word between what asks for them; empty when there are not two."""
    found = sorted(
        ((m.start(), m.end(), d) for d in rules().details if (m := _match(d.asks, text))), key=lambda x: x[0]
    )
    for (_, end, first), (start, _, second) in pairwise(found):
        if end <= start and re.search(r"\band\b|[&,+]|\bn\b|\bplus\b", text[end:start]):
            return first, second
    return ()


def without_commands(text: str) -> str:
    """A question without the words that tell the coach what to do or to say; empty when nothing else is there."""
    left = _BRACKETED.sub(". ", text)
    left = left if left == text else re.sub(r"\s*\.\s*(?=[?!])", "", left)
    for pattern in rules().commands:
        left = re.sub(rf"{_LEADING_TO}(?:{pattern})[^.!?:;]*", " ", left, flags=re.I)
    if left == text:
        return text
    left = " ".join(left.split()).strip(" ,.;:!-")
    if asked := _asking(left):  # a story around a command goes with it
        return asked
    return left if len(re.findall(r"\w+", left)) > _COURTESY and _MAY_ASK.search(left) else ""


def _asking(text: str) -> str:
    """The sentences of a text that end with a question mark; empty when none does."""
    return " ".join(part for part in re.split(r"(?<=[.!?])\s+", text) if part.endswith("?"))


def _audience(text: str) -> str | None:
    named = [audience for audience, patterns in rules().audiences.items() if matches(patterns, text)]
    return named[0] if len(named) == 1 else None


def _number(text: str) -> str:
    return str(_NUMBERS.index(text.lower()) + 1) if text.lower() in _NUMBERS else text


def matches(patterns: tuple[str, ...], text: str) -> bool:
    """Whether any of some patterns of the rules fits a text."""
    return _match(patterns, text) is not None


def _match(patterns: tuple[str, ...], text: str) -> re.Match[str] | None:
    return next((m for p in patterns if (m := re.search(p, text, re.I))), None)
