"""`coach bench`: what people wait for, measured on this machine and printed; budgets live here, not in tests."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from assistant import settings as configuration

if TYPE_CHECKING:
    from assistant.coach.service import CoachService

_QUESTIONS = (
    "What makes a first meeting with a foreign cluster useful?",
    "How does the virtual pot work?",
    "What did the clusters say about the benefits of Innovation Express?",
    "Why is public money for internationalisation justified?",
    "What should we do before a call for funding opens?",
    "What do the readiness diagnostics ask for?",
)
Row = tuple[str, float, str, str]  # what, value, unit, budget


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    model: Annotated[bool, typer.Option(help="Measure answers with the real model too.")] = True,
) -> None:
    """Measure and print; nothing passes or fails here."""
    rows: list[Row] = []
    for row in _rows(model):
        rows.append(row)
        if not as_json:
            what, value, unit, budget = row
            typer.echo(f"{what:<58} {value:>9.3f} {unit:<3} {budget}")
    if as_json:
        typer.echo(json.dumps({what: {"value": round(v, 4), "unit": unit, "budget": b} for what, v, unit, b in rows}))


def _rows(model: bool) -> Iterator[Row]:
    from assistant.coach.service import CoachService

    yield "coach --help", _process("from assistant.cli.main import app"), "s", "< 0.5"
    yield "import of the terminal app (before the first frame)", _process("import assistant.tui.app"), "s", "< 0.8"
    coach = CoachService(configuration.load())
    try:
        yield "corpus, flows and words index", _timed(coach.parts), "s", "< 1.0"
        yield "search by words", _median(lambda: _search(coach)), "s", "< 0.02"
        yield from _record_rows(coach)
        if model:
            yield from _model_rows(coach)
    finally:
        coach.close()


def _record_rows(coach: CoachService) -> Iterator[Row]:
    from assistant.record.events import Answered, Asked
    from assistant.record.state import Subject
    from assistant.record.store import RecordStore

    with tempfile.TemporaryDirectory() as folder:
        record = RecordStore.create(Path(folder), Subject(organisation="Bench", audience="cluster_organisation"), "1 x")
        events: list[Asked | Answered] = []
        with record:
            for n in range(300):
                words = "yes, since May " * 8
                said = Answered(flow="step-1", question=f"q{n}", said=words, rating="yes", rated_by="coach")
                events += [Asked(flow="step-1", question=f"q{n}"), said]
            record.append(*events)
            one = Answered(flow="step-1", question="q300", said="no", rating="no", rated_by="person")
            yield "one more reply on disk (record of 300 answers)", _timed(lambda: record.append(one)), "s", "< 0.3"
        yield "opening that record again", _timed(lambda: RecordStore.open(record.path).close()), "s", "< 0.7"


def _model_rows(coach: CoachService) -> Iterator[Row]:
    from assistant.coach.answers.models import Ask, HandbookAnswer

    yield "models and index ready", _timed(coach.prepare), "s", "< 5"
    if coach.chat() is None:
        return
    yield "search with everything", _median(lambda: _search(coach)), "s", "< 0.05"
    for name in ("first word, first time", "first word, section read before"):
        firsts: list[float] = []
        totals: list[float] = []
        for question in _QUESTIONS:
            for piece in coach.parts().answerer.answer(Ask(question), Event()):
                if isinstance(piece, HandbookAnswer) and piece.how in ("handbook", "model"):
                    firsts.append(piece.timings.first_token_s)
                    totals.append(piece.timings.total_s)
        if firsts:
            yield f"{name} (median of {len(firsts)})", statistics.median(firsts), "s", "< 1.5"
            yield "whole answer (median)", statistics.median(totals), "s", "< 6"


def _search(coach: CoachService) -> None:
    from assistant.handbook.models import Query

    for question in _QUESTIONS:
        coach.retriever.search(Query(text=question))


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _median(work: Callable[[], object], times: int = 5) -> float:
    return statistics.median(_timed(work) for _ in range(times)) / len(_QUESTIONS)


def _process(code: str) -> float:
    return min(_timed(lambda: subprocess.run([sys.executable, "-c", code], check=True)) for _ in range(3))
