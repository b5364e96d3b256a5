"""Text of a person at the border of a record: made fit for YAML, never shortened in silence, never used as a path."""

from __future__ import annotations

import re
import unicodedata

LONGEST_TEXT = 20_000  # characters of one reply
_LONGEST_NAME = 60  # characters of a file name, without what is put behind it
_MOST_BYTES = 150  # of the same name; file systems end at 255 with all suffixes
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufeff\ufffe\uffff]")  # not allowed or not stable in YAML
_SURROGATE = re.compile("[\ud800-\udfff]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # device names of Windows
_LATIN = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})


def clean_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text as a record can hold it: NFC, no control characters but newline and tab, at most `longest` characters.

    What is cut is told in a last line. Lone surrogates become U+FFFD. Cleaning twice changes nothing.
    """
    whole = _fit(text)
    cut = _cut(whole, longest)
    return whole if not cut else whole[: len(whole) - cut] + _marker(cut)


def characters_cut(text: str, longest: int = LONGEST_TEXT) -> int:
    """How many characters `clean_text` leaves out because the text is too long; 0 when it keeps all."""
    return _cut(_fit(text), longest)


def _fit(text: str) -> str:
    text = _SURROGATE.sub("\ufffd", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", _UNFIT.sub("", text))


def _cut(whole: str, longest: int) -> int:
    return 0 if len(whole) <= longest else len(whole) - longest + len(_marker(len(whole)))


def _marker(cut: int) -> str:
    return f"\n[cut here: {cut:,} more characters were not kept]"


def file_stem(organisation: str) -> str:
    """A file name (without ending) for an organisation: small letters, digits and hyphens, safe on every system."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFKC", organisation).lower().translate(_LATIN):
        base = unicodedata.normalize("NFD", char)
        if base[0].isascii():
            kept.append(base[0] if base[0].isalnum() else "-")
        else:
            kept.append(char if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc") else "-")
    name = re.sub("-+", "-", "".join(kept))[:_LONGEST_NAME]
    name = name.encode("utf-8", "ignore")[:_MOST_BYTES].decode("utf-8", "ignore").strip("-")
    if not name:
        return "record"
    return f"record-{name}" if _RESERVED.fullmatch(name) else name
