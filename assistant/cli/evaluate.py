"""`coach eval`: put files of questions to the coach, score the answers, print the figures."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant import settings as configuration
from assistant.errors import KnowledgeError, UsageError
from assistant.plain import visible

if TYPE_CHECKING:
    from assistant.coach.turns import ModelStatus
    from assistant.evaluate.figures import Run
    from assistant.evaluate.questions import QuestionSet
    from assistant.evaluate.scoring import Told


def evaluate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Question files; in a checkout all of tests/answers when none is given.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind of question; may be repeated.")] = None,
    model: Annotated[
        str | None, typer.Option(help="A model's id or GGUF file, or `none`: extracts only. Else as set.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Keep the answers in this JSONL file.")] = None,
    answers: Annotated[Path | None, typer.Option(help="Score these kept answers again; no model is asked.")] = None,
    wrong: Annotated[
        Path | None, typer.Option(help="Write the answers that are not good to this Markdown file.")
    ] = None,
    roc: Annotated[
        bool, typer.Option("--roc", help="Also how well the model's check tells what is not stated.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole result as one JSON object.")] = False,
) -> None:
    """Measure the coach's answers over files of questions. Ends with 0 whatever the figures are."""
    from assistant.coach.answers.gate import LEAST
    from assistant.evaluate import run as runs
    from assistant.evaluate.figures import evaluated
    from assistant.evaluate.questions import default_files, of_kinds, read_sets
    from assistant.evaluate.tables import report, wrong_ones
    from assistant.handbook.corpus import load_corpus

    if answers and (save or model):
        what = f"--answers scores answers that are there, so that {'--save' if save else '--model'} has nothing to do"
        raise UsageError(what, do="leave one of the two out")
    sets = of_kinds(read_sets(files or default_files(Path())), kind or [])
    for out in filter(None, (save, wrong)):
        _can_be_written(out)
    if answers:
        passages = runs.passages_of(corpus := load_corpus(configuration.load().knowledge))
        run, told = _kept(answers, sets)
        if run.corpus and run.corpus != corpus.digest:
            _say("the corpus has changed since these answers were made; citations are held against today's.")
    else:
        run, told, passages = _live(sets, model, save)
    by = next((t.check_by for t in told.values() if t.check_by), "word")
    result = evaluated(run, sets, told, passages, threshold=LEAST[by] if roc else None)
    if wrong:
        wrong.write_text(wrong_ones(result.scores) + "\n", encoding="utf-8")
    typer.echo(result.model_dump_json() if as_json else visible(report(result)))


def _live(sets: list[QuestionSet], model: str | None, save: Path | None) -> tuple[Run, dict[str, Told], dict[str, str]]:
    from assistant.evaluate import run as runs

    coach = runs.open_coach(configuration.load(), model)
    try:
        coach.prepare(_loading)
        if coach.chat() is None:
            _say(coach.status().sentence)
        run = runs.described(coach)
        parts = coach.parts()
        with save.open("w", encoding="utf-8") if save else nullcontext() as out:
            told = runs.kept(run, runs.asked(parts.answerer, sets, _asking), out)
        return run, told, runs.passages_of(parts.corpus)
    finally:
        coach.close()


def _kept(file: Path, sets: list[QuestionSet]) -> tuple[Run, dict[str, Told]]:
    from assistant.evaluate.run import read_answers

    try:
        run, told = read_answers(file, lambda words: typer.echo(visible(words), err=True))
    except KnowledgeError as error:
        raise UsageError(error.what, where=error.where, do=error.do) from None
    if not any(question.id in told for some in sets for question in some.questions):
        raise UsageError("there is no answer to any of the questions", where=str(file), do="name the files asked then")
    return run, told


def _can_be_written(file: Path) -> None:
    """Told before a run of many minutes, not after it."""
    try:
        with file.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        what = f"the file cannot be written ({(error.strerror or 'error').lower()})"
        raise UsageError(what, where=str(file), do="name another file") from None


def _say(sentence: str) -> None:
    typer.echo(f"coach: {visible(sentence)}", err=True)


def _loading(status: ModelStatus) -> None:
    """What is being loaded, on a terminal only."""
    _line(status.sentence if status.state in ("loading", "indexing") else "")


def _asking(done: int, total: int) -> None:
    _line(f"{done} of {total}" if done < total else "")


def _line(text: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{text:<60}\r", err=True, nl=False)
