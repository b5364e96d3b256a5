"""The model's check as a divider: how well its log-odds tell what the handbook answers from what it does not."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

_STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_MOST_ROWS = 16


class Threshold(BaseModel):
    """What a threshold on the log-odds would do: under it the detail counts as missing."""

    model_config = ConfigDict(frozen=True)
    threshold: float
    refused: int  # answerable ones under it
    passed: int  # unanswerable ones not under it


class Roc(BaseModel):
    """Area under the ROC (the chance that an answerable question has the higher log-odds), and a table of thresholds.

    Only questions whose check was asked are in it: what rules or directories decide before is not.
    """

    model_config = ConfigDict(frozen=True)
    answerable: int
    unanswerable: int
    area: float | None  # None without questions of both sorts
    in_use: float
    thresholds: tuple[Threshold, ...]


def roc(answerable: Sequence[float], unanswerable: Sequence[float], in_use: float) -> Roc:
    """The figures for log-odds of both sorts; `in_use` is the coach's own threshold and has a row in any case."""
    return Roc(
        answerable=len(answerable),
        unanswerable=len(unanswerable),
        area=_area(answerable, unanswerable) if answerable and unanswerable else None,
        in_use=in_use,
        thresholds=tuple(
            Threshold(threshold=t, refused=sum(v < t for v in answerable), passed=sum(v >= t for v in unanswerable))
            for t in _thresholds(answerable, unanswerable, in_use)
        ),
    )


def _area(positive: Sequence[float], negative: Sequence[float]) -> float:
    won = sum((p > n) + (p == n) / 2 for p in positive for n in negative)
    return won / (len(positive) * len(negative))


def _thresholds(answerable: Sequence[float], unanswerable: Sequence[float], in_use: float) -> list[float]:
    """Round values over the range in which a threshold trades one mistake for the other."""
    if not answerable or not unanswerable:
        return [in_use] if answerable or unanswerable else []
    low, high = sorted((min(answerable), max(unanswerable)))
    step = next((s for s in _STEPS if (high - low) / s <= _MOST_ROWS), (high - low) / _MOST_ROWS)
    rounded = {round(n * step, 6) for n in range(math.floor(low / step), math.ceil(high / step) + 1)}
    return sorted(rounded | {in_use})
