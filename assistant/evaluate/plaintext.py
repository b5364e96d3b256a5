"""Answers as the regexes of a question file see them: one way to print a figure, plain quotes and dashes."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "‐": "-", "‑": "-", "–": "-", "—": "-"})
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[., ']\d{3})+(?![\d])")
_THOUSANDS = re.compile(
    r"(?<![\d.,])(\d{1,3}) ?(?:k(?= ?(?:€|eur)|\b)|(?:thousand|tausend|mille|mila|mil|tys|tysięcy|tusen)\b\.?)", re.I
)
_SAYS_MISSING = re.compile(
    r"(?:does(?: not|n't)|nowhere) (?:\w+ ){0,2}"
    r"(?:say|give|state|name|mention|list|tell|print|cover|hold|contain|answer)"
    r"|says nothing|gives? no\b|names? no\b|prints? no\b|states? no\b|there is no (?:information|figure|mention)"
    r"|(?:is|are|was|were) (?:not|nowhere|never) (?:\w+ )?"
    r"(?:given|stated|named|mentioned|printed|said|listed|covered|in the handbook)"
    r"|can(?:not|'t| not) (?:be )?(?:tell|told|say|said|answer|find|found|help)"
    r"|(?:not|nothing|no) .{0,30}in the handbook",
    re.I,
)


def normalised(text: str) -> str:
    """Text as the regexes see it: plain quotes and dashes, no Markdown stars, no [1], thousands without points or k.

    >>> normalised("about **EUR 15.000** [2], or 15 k€")
    'about EUR 15000, or 15000€'
    """
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    text = re.sub(r"[*`]|\s?\[\d+(?:, ?\d+)*\]", "", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = _GROUPED.sub(lambda m: re.sub(r"\D", "", m.group()), text)
    return _THOUSANDS.sub(r"\g<1>000", text)


def says_missing(text: str) -> bool:
    """Whether normalised words tell that something is not given."""
    return _SAYS_MISSING.search(text) is not None


def stands_in(piece: str, whole: str) -> bool:
    """Whether the words of a quotation (its parts are divided by an ellipsis) stand in a text, punctuation aside."""
    text = f" {_words(whole)} "
    return all(f" {_words(part)} " in text for part in re.split(r"\.\.\.|…", piece) if _words(part))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
