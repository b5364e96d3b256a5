"""A report as Markdown in which nothing a person or a model typed is obeyed as markup (CommonMark 0.31, GFM tables)."""

from __future__ import annotations

import re

from assistant.plain import visible
from assistant.report.blocks import (
    Aside,
    Block,
    Bullets,
    Document,
    Heading,
    Line,
    Paragraph,
    Quote,
    Span,
    Strong,
    Table,
)

_SIGNS = re.compile(r"[\\`*_\[\]<|~$]|&(?=#?\w+;)")
_AT_START = re.compile(r"^(?:([#+=>-])|(\d{1,9})([.)]))")  # heading, list, rule, underline of a heading
_LEADING = re.compile(r"^[ \u00a0]+")


def markdown(document: Document) -> str:
    """The whole document, ending with a line end."""
    return "\n\n".join(_block(block) for block in document.blocks) + "\n"


def escaped(text: str) -> str:
    """Words on one line that show as they are wherever they stand in a line."""
    return _first_sign(_inside(" ".join(visible(text).split())))


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {escaped(text)}"
        case Paragraph(line):
            return _line(line)
        case Quote(text):
            return _quote(text)
        case Bullets(items, numbered):
            marks = [f"{n}." if numbered else "-" for n in range(1, len(items) + 1)]
            return "\n".join(f"{mark} {_line(item)}" for mark, item in zip(marks, items, strict=True))
        case Table(head, rows, figures):
            rule = ["---:" if n in figures else "---" for n in range(len(head))]
            lines = [[escaped(cell) for cell in row] for row in (head, *rows)]
            return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))


def _line(line: Line) -> str:
    return "".join(_span(span, first=n == 0) for n, span in enumerate(line))


def _span(span: Span, *, first: bool) -> str:
    match span:
        case Strong(text):
            return f"**{escaped(text)}**" if text.strip() else ""
        case Aside(text):
            return f"*{escaped(text)}*" if text.strip() else ""
        case _:
            words = _inside(re.sub(r"\s+", " ", visible(span)))
            return _first_sign(words.lstrip()) if first else words


def _quote(text: str) -> str:
    paragraphs = re.split(r"\n(?:[ \u00a0]*\n)+", visible(text).strip("\n"))
    return "\n>\n".join("\\\n".join(f"> {_quoted(line)}" for line in part.split("\n")) for part in paragraphs)


def _quoted(line: str) -> str:
    # Spaces at the start of a line would make it code or vanish: fixed ones do neither.
    indent = len(line) - len(_LEADING.sub("", line))
    return "\u00a0" * indent + _first_sign(_inside(line[indent:].rstrip()))


def _inside(text: str) -> str:
    return _SIGNS.sub(r"\\\g<0>", text)


def _first_sign(text: str) -> str:
    return _AT_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", text)
