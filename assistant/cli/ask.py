"""`coach ask`: a cited answer in the terminal, as JSON, or for a whole file of questions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant import settings as configuration
from assistant.errors import UsageError
from assistant.plain import visible

if TYPE_CHECKING:
    from assistant.coach.answers.answerer import Answerer
    from assistant.coach.answers.models import Ask, HandbookAnswer
    from assistant.coach.turns import ModelStatus

_LONGEST = 4000  # characters of a question
_RULE = "-" * 8
_AUDIENCES = ("cluster_organisation", "policy_maker", "network")


class _BatchLine(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)
    id: str | None = None
    question: str
    audience: str | None = None


def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object an answer, one line each with --batch.")
    ] = False,
    batch: Annotated[
        Path | None, typer.Option("--batch", help="A JSONL file: {id, question, audience?} a line.")
    ] = None,
    audience: Annotated[str | None, typer.Option(help=f"Who asks: {', '.join(_AUDIENCES)}.")] = None,
) -> None:
    """Answer from the handbook, with sources; "the handbook does not say" where it does not."""
    if (question is None) == (batch is None):
        raise UsageError("give a question, or --batch with a file", do='for example: coach ask "What is a cluster?"')
    if audience is not None and audience not in _AUDIENCES:
        raise UsageError(f"there is no audience `{audience}`", do=f"use {', '.join(_AUDIENCES)}")
    if batch is not None and not as_json:
        raise UsageError("--batch prints JSON only", do="add --json")
    from assistant.coach.answers.models import Ask
    from assistant.coach.service import CoachService

    asks = (
        list(_lines(batch, audience)) if batch else [Ask(_checked(question or "", "the question"), audience=audience)]
    )
    coach = CoachService(configuration.load())
    try:
        coach.prepare(_progress)
        if coach.chat() is None:
            typer.echo(f"coach: {coach.status().sentence}", err=True)
        answerer = coach.parts().answerer
        for one in asks:
            _answer(answerer, one, as_json)
    finally:
        coach.close()


def _progress(status: ModelStatus) -> None:
    """What is being loaded, on a terminal only: the first time, building the index takes a minute or two."""
    if sys.stderr.isatty():
        text = status.sentence if status.state in ("loading", "indexing") else ""
        typer.echo(f"\r{text:<60}\r", err=True, nl=False)


def _answer(answerer: Answerer, ask: Ask, as_json: bool) -> None:
    from assistant.coach.answers.models import Found, Words

    cancel = Event()
    printer = _Printer(live=sys.stdout.isatty() and not as_json)
    try:
        for piece in answerer.answer(ask, cancel):
            if isinstance(piece, Found):
                printer.put(piece.answer.answer, "Closest in the handbook, being checked:")
            elif isinstance(piece, Words):
                printer.put(piece.text)
            elif as_json:
                typer.echo(json.dumps(piece.model_dump(mode="json"), ensure_ascii=False))
                sys.stdout.flush()
            else:
                printer.end(piece)
    except KeyboardInterrupt:
        cancel.set()
        raise


class _Printer:
    """Prints words as they come to a terminal, and nothing but the checked answer to anything else."""

    def __init__(self, live: bool) -> None:
        self._live = live
        self._found = self._words = ""

    def put(self, text: str, heading: str = "") -> None:
        """Words found (with their heading) or words of the answer."""
        if heading:
            self._found, text = text, f"{heading}\n\n{text}\n"
        else:
            text = f"\n{_RULE}\n\n{text}" if self._found and not self._words else text
            self._words += text
        if self._live:
            typer.echo(visible(text), nl=False)

    def end(self, answer: HandbookAnswer) -> None:
        """The answer as checked: in full where it is not what stands there already; then sources and notes."""
        if self._live and answer.answer in (self._found, self._words.rpartition(f"{_RULE}\n\n")[2].strip()):
            typer.echo("" if self._words else "(checked)")
        else:
            typer.echo(f"\n{_RULE} as checked:\n\n" if self._live and (self._words or self._found) else "", nl=False)
            typer.echo(visible(answer.answer))
        for cited in answer.citations:
            typer.echo(f"  [{cited.n}] {visible(cited.where)} ({cited.passage})")
        for note in answer.notes:
            typer.echo(f"  Note: {visible(note)}")


def _lines(file: Path, audience: str | None) -> Iterator[Ask]:
    from assistant.coach.answers.models import Ask

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("the file is not UTF-8 text", where=str(file), do="save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"the file cannot be read ({error.strerror})", where=str(file), do="check its name") from None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        try:
            one = _BatchLine.model_validate_json(line)
        except ValidationError:
            do = 'write {"id": "...", "question": "..."}'
            raise UsageError("this line is not a question in JSON", where=where, do=do) from None
        if one.audience is not None and one.audience not in _AUDIENCES:
            raise UsageError(f"there is no audience `{one.audience}`", where=where, do=f"use {', '.join(_AUDIENCES)}")
        yield Ask(_checked(one.question, where), audience=one.audience or audience, id=one.id)


def _checked(question: str, where: str) -> str:
    text = question.strip()
    if not text:
        raise UsageError("the question is empty", where=where, do="write a question")
    if len(text) > _LONGEST:
        raise UsageError(f"the question has {len(text):,} characters", where=where, do=f"use at most {_LONGEST:,}")
    return text
