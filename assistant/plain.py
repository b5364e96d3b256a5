"""Text of a person or a model as plain text that a terminal shows and never obeys."""

from __future__ import annotations

import re
import unicodedata

_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufff9-\ufffb]"
)


def visible(text: str) -> str:
    """The same text with control and direction characters shown as signs; line ends and tabs made plain."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _ODD.sub(_sign, text)


def one_line(text: str, longest: int = 80) -> str:
    """The text on one line, cut at `longest` characters with an ellipsis."""
    line = " ".join(visible(text[: longest * 8]).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _sign(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if unicodedata.category(char) == "Cs":
        return "\ufffd"
    return f"⟨U+{code:04X}⟩"
