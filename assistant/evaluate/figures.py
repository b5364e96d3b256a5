"""All figures of a run: counted by kind, by file and by the way that answers were made."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from assistant.evaluate.questions import QuestionSet
from assistant.evaluate.roc import Roc, roc
from assistant.evaluate.scoring import ANSWERABLE, UNANSWERABLE, Score, Told, score


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Run(_Figures):
    """When, with what and where the answers were made; None where kept answers do not tell."""

    date: str | None = None
    model: str | None = None  # None: extracts only
    wording: str | None = None
    embedder: str | None = None  # None: searched by words only
    cpu: str | None = None
    cores: int | None = None
    memory_gb: int | None = None
    corpus: str | None = None  # SHA-256 over everything that is searched
    coach: str | None = None  # its version
    kept: bool = False  # answers of a file, scored again


class Row(_Figures):
    """One kind, file or other group of questions, of those that can be answered or of those that cannot."""

    name: str
    questions: int
    outcomes: dict[str, int]
    in_first_five: int = 0
    first: int = 0
    cited: int = 0

    @property
    def good(self) -> int:
        """Right, or rightly refused."""
        return self.outcomes.get("right", 0) + self.outcomes.get("refused rightly", 0)


class Citations(_Figures):
    """How far citations resolve. All but the first two should be 0."""

    total: int
    own: int  # of the person's own documents, not held against the corpus
    without_quotation: int
    unknown_passage: int
    quotation_not_in_passage: int
    marks_without_source: int


class Sentences(_Figures):
    """What the coach's own check found. `left_in` should be 0."""

    total: int
    unsupported: int
    left_in: int


class Waiting(_Figures):
    """Seconds to the first word and to the whole answer."""

    name: str
    answers: int
    good: int
    first_median: float | None = None
    first_p95: float | None = None
    whole_median: float | None = None
    whole_p95: float | None = None
    together: float = 0.0


class Result(_Figures):
    """Everything that `coach eval` found. The row `all` stands last in tables by kind, and first in `waiting`."""

    run: Run
    answerable: tuple[Row, ...]
    unanswerable: tuple[Row, ...]
    files: tuple[tuple[Row, Row], ...]  # of each file what can be answered, and what cannot
    citations: Citations
    sentences: Sentences
    waiting: tuple[Waiting, ...]
    roc: Roc | None = None
    scores: tuple[Score, ...]


def evaluated(
    run: Run,
    sets: Sequence[QuestionSet],
    answers: Mapping[str, Told],
    passages: Mapping[str, str] | None = None,
    *,
    threshold: float | None = None,
) -> Result:
    """Score all answers and count; with `threshold` (the one in use) the ROC of the check too."""
    scores = [score(q, answers.get(q.id), passages, some.file.name) for some in sets for q in some.questions]
    can, cannot = [s for s in scores if s.answerable], [s for s in scores if not s.answerable]
    total = _summed(scores)
    return Result(
        run=run,
        answerable=_rows(can),
        unanswerable=_rows(cannot),
        files=tuple(
            (
                _row(name, [s for s in can if s.file == name], True),
                _row(name, [s for s in cannot if s.file == name], False),
            )
            for name in dict.fromkeys(s.file for s in scores)
        ),
        citations=Citations(
            total=total(lambda s: s.citations),
            own=total(lambda s: s.own_citations),
            without_quotation=total(lambda s: s.empty_quotes),
            unknown_passage=total(lambda s: s.unknown_passages),
            quotation_not_in_passage=total(lambda s: s.strange_quotes),
            marks_without_source=total(lambda s: s.loose_marks),
        ),
        sentences=Sentences(
            total=total(lambda s: s.sentences),
            unsupported=total(lambda s: s.unsupported),
            left_in=total(lambda s: s.left_in),
        ),
        waiting=_waiting([s for s in scores if s.outcome != "no answer"]),
        roc=None
        if threshold is None
        else roc(
            [s.check for s in can if s.check is not None], [s.check for s in cannot if s.check is not None], threshold
        ),
        scores=tuple(scores),
    )


def percentile(values: Sequence[float], rank: float) -> float:
    """Nearest-rank percentile of at least one value."""
    return sorted(values)[max(0, math.ceil(rank / 100 * len(values)) - 1)]


def _summed(scores: Sequence[Score]) -> Callable[[Callable[[Score], int]], int]:
    return lambda count: sum(count(s) for s in scores)


def _rows(scores: Sequence[Score]) -> tuple[Row, ...]:
    if not scores:
        return ()
    kinds = list(dict.fromkeys(s.kind for s in scores))
    groups = [*((kind, [s for s in scores if s.kind == kind]) for kind in kinds), ("all", list(scores))]
    return tuple(_row(name, own, own[0].answerable) for name, own in groups)


def _row(name: str, scores: Sequence[Score], answerable: bool) -> Row:
    return Row(
        name=name,
        questions=len(scores),
        outcomes={o: sum(s.outcome == o for s in scores) for o in (ANSWERABLE if answerable else UNANSWERABLE)},
        in_first_five=sum(s.in_first_five for s in scores),
        first=sum(s.first for s in scores),
        cited=sum(s.cited for s in scores),
    )


def _waiting(scores: Sequence[Score]) -> tuple[Waiting, ...]:
    ways = [(how, [s for s in scores if s.how == how]) for how in sorted({s.how for s in scores})]
    return tuple(_waited(name, own) for name, own in [("all", scores), *ways])


def _waited(name: str, scores: Sequence[Score]) -> Waiting:
    first = [s.first_token_s for s in scores if s.first_token_s is not None]
    whole = [s.total_s for s in scores if s.total_s is not None]
    return Waiting(
        name=name,
        answers=len(scores),
        good=sum(s.good for s in scores),
        first_median=statistics.median(first) if first else None,
        first_p95=percentile(first, 95) if first else None,
        whole_median=statistics.median(whole) if whole else None,
        whole_p95=percentile(whole, 95) if whole else None,
        together=sum(whole),
    )
