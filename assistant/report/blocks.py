"""What a report is made of: a few kinds of blocks, holding plain words only. How they look is decided by a renderer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True)
class Aside:
    """Words of the coach about something, such as whose question it is."""

    text: str


Span = str | Strong | Aside
Line = tuple[Span, ...]
"""One line of words; nothing in it is ever markup, whoever wrote it."""


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title of the document."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Some words."""

    line: Line


@dataclass(frozen=True)
class Quote:
    """A person's own words, as they were typed, line ends included."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list; `numbered` from 1."""

    items: tuple[Line, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """A table with one heading row. Columns in `figures` hold numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()


Block = Heading | Paragraph | Quote | Bullets | Table


@dataclass(frozen=True)
class Document:
    """A report, top to bottom."""

    blocks: tuple[Block, ...]
