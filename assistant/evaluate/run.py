"""Asks the coach all questions in this process, as `coach ask --batch` does; keeps answers in a file and reads them."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, TextIO

from pydantic import BaseModel, ValidationError

from assistant import __version__
from assistant.coach.answers.models import Ask, HandbookAnswer
from assistant.coach.service import CoachService
from assistant.errors import UsageError
from assistant.evaluate.figures import Run
from assistant.evaluate.questions import QuestionSet
from assistant.evaluate.scoring import Told
from assistant.handbook.corpus import Corpus
from assistant.handbook.yamlfile import read_text
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.coach.answers.answerer import Answerer

NO_MODEL = "none"


class _RunLine(BaseModel):
    """The first line of a file of kept answers: what they were made with."""

    run: Run


def open_coach(settings: Settings, model: str | None = None) -> CoachService:
    """The coach with a chat model of the catalogue or a GGUF file, with `none`, or (None) as the settings say.

    A model that is named takes the place of a server; `UsageError` when it is not there.
    """
    from assistant.model.open import open_models

    if model is None:
        return CoachService(settings)
    if model != NO_MODEL:
        settings = settings.model_copy(update={"model": model, "server": None})
        models = open_models(settings)
        if models.chat is None:
            models.close()
            raise UsageError(models.reason.rstrip("."))
        return CoachService(settings, models=models)
    settings = settings.model_copy(update={"server": None})
    opened = open_models(settings)
    embedder = opened.embedder

    def load_embedder() -> None:
        if embedder is not None:
            embedder.embed(["ready"], kind="query")

    without = replace(
        opened, chat=None, preload=load_embedder, reason="No model, as asked: answers quote the handbook."
    )
    return CoachService(settings, models=without)


def described(coach: CoachService) -> Run:
    """What this run is made with, and on which machine."""
    import psutil

    from assistant.model.open import physical_cores

    chat, embedder = coach.chat(), coach.models().embedder
    server = " (on a server)" if coach.settings.server else ""
    return Run(
        date=coach.clock().date().isoformat(),
        model=f"{chat.name}{server}" if chat else None,
        wording=coach.settings.wording if chat else None,
        embedder=embedder.name if embedder else None,
        cpu=_cpu(),
        cores=physical_cores(),
        memory_gb=round(psutil.virtual_memory().total / 1e9),
        corpus=coach.parts().corpus.digest,
        coach=__version__,
    )


def asked(
    answerer: Answerer, sets: Sequence[QuestionSet], progress: Callable[[int, int], None] = lambda done, total: None
) -> Iterator[HandbookAnswer]:
    """The answer to each question, one after the other."""
    questions = [q for some in sets for q in some.questions]
    for number, question in enumerate(questions, 1):
        ask = Ask(question.question, audience=question.audience, id=question.id)
        for earlier in question.before:
            ask = replace(ask, question=earlier)
            for piece in answerer.answer(ask, Event()):
                if isinstance(piece, HandbookAnswer):
                    ask = ask.after(piece)
        for piece in answerer.answer(replace(ask, question=question.question), Event()):
            if isinstance(piece, HandbookAnswer):
                yield piece
        progress(number, len(questions))


def kept(run: Run, answers: Iterator[HandbookAnswer], out: TextIO | None) -> dict[str, Told]:
    """Answers by id; written to `out` as they come, so that a stopped run is not lost."""
    found: dict[str, Told] = {}
    if out:
        _write(out, {"run": run.model_dump(mode="json", exclude={"kept"})})
    for answer in answers:
        line = answer.model_dump(mode="json")
        if out:
            _write(out, line)
        told = Told.model_validate(line)
        found[told.id] = told
    return found


def read_answers(file: Path, complain: Callable[[str], None]) -> tuple[Run, dict[str, Told]]:
    """Kept answers by id, and what they were made with; tells of lines that are no answer and leaves them out."""
    run: Run | None = None
    found: dict[str, Told] = {}
    for number, line in enumerate(read_text(file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            if number == 1 and line.startswith('{"run"'):
                run = _RunLine.model_validate_json(line).run
            else:
                told = Told.model_validate_json(line)
                found[told.id] = told
        except ValidationError:
            complain(f"{file}:{number}: this line is no answer with an id; it is left out.")
    if run is None:
        run = Run(model=", ".join(sorted({told.model for told in found.values() if told.model})) or None)
    return run.model_copy(update={"kept": True}), found


def passages_of(corpus: Corpus) -> dict[str, str]:
    """Id to text of all passages, for holding citations against them."""
    return {p.id: f"{p.title} - {p.heading}\n{p.text}" for p in corpus.passages}


def _write(out: TextIO, line: object) -> None:
    out.write(json.dumps(line, ensure_ascii=False) + "\n")
    out.flush()


def _cpu() -> str:
    """Name of the processor, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        named = ""
    return named or platform.processor() or platform.machine()
