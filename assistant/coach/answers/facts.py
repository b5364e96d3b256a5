"""What can be compared between an answer and its sources: numbers, names, content words, negations."""

from __future__ import annotations

import re
from functools import lru_cache

import Stemmer

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty"""
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_WORD_NUMBERS = {word: value for value, word in enumerate(_SMALL.split())} | _TENS
_NUMBER = re.compile(
    r"(?<![\w.])(\d{1,3}(?:[.,  ]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)(\s?(?:k|thousand|m|million|bn|billion))?(?!\w)"
)
_SCALE = {"k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6, "bn": 10**9, "billion": 10**9}
_WORD = re.compile(r"[^\W_]+(?:[&'’-][^\W_]+)*")
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w&]*(?:[-'’][\w&]+)*")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)\]>]*[^\s)\]>.,;:!?'\"]|[\w.+-]+@[\w-]+\.[\w.-]*\w")
_NEGATION = re.compile(r"\b(?:no|not|never|none|cannot|without|neither|nor|nobody|nothing)\b|n['’]t\b", re.I)
_STOP = frozenset(
    """a an and are as at be been but by can could did do does for from had has have how i if in into is it its may more
    most of on or our shall should so some such than that the their them then there these they this those to too us was
    were what when where which while who whom whose why will with would you your also any each about only other
    handbook says say said we""".split()
)
_VAGUE = frozenset({"several", "many", "few", "no", "none", "both", "hundred", "hundreds", "dozen"})
_ANYTHING = frozenset({"people", "persons", "sorts", "kinds", "types", "ways", "things", "places"})  # go by other names
_MONTHS = """january february march april may june july august september october november december""".split()


def numbers(text: str) -> set[float]:
    """Every number in a text as a value: `EUR 30.000`, `30,000` and `30 thousand` are all 30000; `five` is 5."""
    found: set[float] = set()
    for digits, scale in _NUMBER.findall(text):
        grouped = re.fullmatch(r"\d{1,3}(?:[.,  ]\d{3})+", digits)
        value = float(re.sub(r"[.,  ]", "", digits)) if grouped else float(digits.replace(",", "."))
        found.add(value * _SCALE.get(scale.strip().lower(), 1))
    found |= {float(_WORD_NUMBERS[w]) for w in re.findall(r"[a-z]+", text.lower()) if w in _WORD_NUMBERS}
    return found


def hard_numbers(text: str) -> set[float]:
    """Numbers that a reader relies on: digits, and number words above three ("one" and "two" are often just words)."""
    written = {float(v) for w, v in _WORD_NUMBERS.items() if v <= 3 and re.search(rf"\b{w}\b", text.lower())}
    digits = numbers(re.sub(r"[A-Za-z]+", lambda m: m.group() if m.group().lower() in _SCALE else "x", text))
    return {n for n in numbers(text) if n not in written or n in digits}


_COUNTED = re.compile(
    r"\b(?:how many|number of)\s+((?:[\w'’-]+\s+){0,3}?[\w'’-]+)"
    r"(?=\s+(?:are|were|is|was|did|does|do|took|went|has|have|had|\w+ed|belong\w*|in|on|of|per|at|for|from|with|can|could|will|would|should|must|may|and|or|to|that|which|who|there)\b"
    r"|\s*(?:[?,.;:]|$))",
    re.I,
)


def counted(question: str) -> str | None:
    """Stem of the thing that a question wants counted: "how many Korean clusters were..." wants clusters.

    None when it wants nothing counted, or something that texts call by many names.
    """
    match = _COUNTED.search(question)
    named = [w for w in _WORD.findall(match[1].lower()) if w not in _STOP] if match else []
    return _stem(named[-1]) if named and named[-1] not in _ANYTHING else None


def counts(text: str, stem: str) -> bool:
    """Whether a number stands close before (or right after) a word of that stem."""
    tokens = re.findall(r"[\w'’-]+(?:[.,]\d+)*", text.lower())
    for place, token in enumerate(tokens):
        around = [*tokens[max(0, place - 4) : place], *tokens[place + 1 : place + 2]]
        if _stem(token) == stem and any(t[0].isdigit() or t in _WORD_NUMBERS or t in _VAGUE for t in around):
            return True
    return False


def addresses(text: str) -> set[str]:
    """Web and e-mail addresses, as they stand."""
    return {match.group().rstrip("/") for match in _ADDRESS.finditer(text)}


def without_addresses(text: str) -> str:
    """A text with its web and e-mail addresses taken out."""
    return _ADDRESS.sub("", text)


def names(text: str) -> set[str]:
    """Capitalised words that are not only the start of a sentence, in small letters; addresses are no names."""
    found: set[str] = set()
    text = without_addresses(text)
    for match in _NAME.finditer(text):
        word = match.group()
        before = text[: match.start()].rstrip()
        starts = not before or before[-1] in '.!?:"“(-•'
        if (not starts or word[1:].lower() != word[1:]) and len(word) > 1:
            found.add(word.lower())
    return found


def months(text: str) -> set[str]:
    """Months named in a text."""
    return {m for m in _MONTHS if m != "may" and m in text.lower()} | (
        {"may"} if re.search(r"\bMay \d", text) else set()
    )


def words(text: str) -> set[str]:
    """All words of a text, in small letters, parts of hyphened ones too."""
    found = [w.lower() for w in _WORD.findall(text)]
    return {*found, *(part for w in found for part in re.split(r"['’-]", w) if part)}


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(Stemmer.Stemmer("english").stemWord(word))


def content(text: str) -> set[str]:
    """Stems of the words that carry meaning."""
    return {_stem(w) for w in words(text) if w not in _STOP and not w.isdigit()}


def negated(text: str) -> bool:
    """Whether a sentence denies something."""
    return bool(_NEGATION.search(text))


def denied_stems(text: str) -> set[str]:
    """Stems of the two content words after each negation: what a sentence says is not so."""
    found: set[str] = set()
    for match in _NEGATION.finditer(text):
        after = [w.lower() for w in _WORD.findall(text[match.end() :])][:5]
        found |= {_stem(w) for w in [w for w in after if w not in _STOP][:2]}
    return found
