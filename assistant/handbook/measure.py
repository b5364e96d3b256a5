"""How often a search finds the right section: first, and among the first five, over a file of questions."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from assistant.handbook.directory import Entry, Text
from assistant.handbook.models import Query
from assistant.handbook.search import HybridRetriever
from assistant.handbook.yamlfile import parse, read_text

Style = Literal["plain", "loose", "other"]


class Question(Entry):
    """A question and the labels of the sections that answer it (any one of them counts)."""

    q: Text
    right: tuple[str, ...] = Field(min_length=1)
    style: Style = "plain"


class QuestionSet(Entry):
    """A file of questions."""

    questions: tuple[Question, ...] = Field(min_length=1)

    def half(self, which: Literal["tune", "report"]) -> tuple[Question, ...]:
        """The odd questions of each style (`tune`) or the even ones (`report`)."""
        count: dict[str, int] = {}
        found: list[Question] = []
        for question in self.questions:
            number = count[question.style] = count.get(question.style, 0) + 1
            if number % 2 == (1 if which == "tune" else 0):
                found.append(question)
        return tuple(found)


@dataclass(frozen=True)
class Score:
    """What a set of questions gave. `missed` holds questions without a right label in the first five, with those."""

    asked: int
    first: int
    first_five: int
    median_ms: float
    missed: tuple[tuple[Question, tuple[str, ...]], ...]
    second: tuple[tuple[Question, tuple[str, ...]], ...] = ()

    def line(self) -> str:
        """One line for a person."""
        return (
            f"{self.asked} questions: right section first {self.first / self.asked:.1%}, among the first five"
            f" {self.first_five / self.asked:.1%}; {self.median_ms:.0f} ms a search"
        )


def read_questions(file: Path) -> QuestionSet:
    """Read a question file; `KnowledgeError` names the line of a mistake."""
    return parse(read_text(file), QuestionSet, file)


def measure(retriever: HybridRetriever, questions: tuple[Question, ...]) -> Score:
    """Search for every question and count."""
    first = five = 0
    times: list[float] = []
    missed: list[tuple[Question, tuple[str, ...]]] = []
    second: list[tuple[Question, tuple[str, ...]]] = []
    for question in questions:
        start = time.perf_counter()
        query = Query(text=question.q)
        hits = retriever.search(query)
        times.append((time.perf_counter() - start) * 1000)
        labels = tuple(retriever.labels(hits, query=query)[:5])
        first += labels[:1] != () and labels[0] in question.right
        five += any(label in question.right for label in labels)
        if not any(label in question.right for label in labels):
            missed.append((question, labels))
        elif labels[0] not in question.right:
            second.append((question, labels))
    return Score(
        asked=len(questions),
        first=first,
        first_five=five,
        median_ms=sorted(times)[len(times) // 2],
        missed=tuple(missed),
        second=tuple(second),
    )
