"""Answers as lines: sentences with the passages they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.handbook.models import Passage


@dataclass(frozen=True)
class Line:
    """A sentence of an answer with the passages it rests on, and the words there to show."""

    text: str
    rests_on: tuple[tuple[Passage, str], ...]
    paragraph: bool = False  # begins a new one


@dataclass(frozen=True)
class Direct:
    """A whole answer from data."""

    lines: tuple[Line, ...]
    abstained: bool = False

    def text(self) -> str:
        """All that it says and rests on, for looking something up in it."""
        return " ".join(
            f"{line.text} " + " ".join(f"{p.title} {p.text}" for p, _ in line.rests_on) for line in self.lines
        )


def whole(passage: Passage) -> tuple[tuple[Passage, str], ...]:
    """The passage as what a line rests on, all of it."""
    return ((passage, passage.text),)


def told(passages: Iterable[Passage]) -> Direct | None:
    """Passages told whole, a paragraph each; None when there are none."""
    lines = tuple(Line(p.text, whole(p), paragraph=True) for p in passages)
    return Direct(lines) if lines else None
