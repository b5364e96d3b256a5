"""The command `coach`. Each group of commands is a file beside this one; nothing heavy is imported too early."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant import __version__
from assistant.cli import ask, bench, chat, evaluate, flow, knowledge, model, record, report
from assistant.errors import CoachError

app = typer.Typer(
    help="Guided coaching for taking a business cluster international, with a local model.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(model.app, name="model", help="Fetch, list, check and choose models.")
app.add_typer(knowledge.app, name="knowledge", help="The corpus: build its index, check it, search it.")
app.add_typer(flow.app, name="flow", help="Flow files: check, list, show.")
app.add_typer(record.app, name="record", help="Records: list, show, validate, path.")
app.command("ask", help="Ask the handbook one question, or a file of them.")(ask.ask)
app.command("chat", help="The coaching conversation; --plain for lines without drawing.")(chat.chat)
app.command("report", help="Write the summary of a record.")(report.report)
app.command("bench", help="Measure what people wait for, and print the figures.")(bench.bench)
app.command("eval", help="Measure the answers to files of questions, and print the figures.")(evaluate.evaluate)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Start the app when no command is given."""
    if version:
        typer.echo(f"journey-coach {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        chat.chat()


def main() -> int:
    """Run the command line; every error that a person may see is one sentence, and exit codes mean something."""
    try:
        app()
    except CoachError as error:
        sys.stdout.flush()
        typer.echo(f"coach: {error.sentence()}", err=True)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has had enough
        return 0
    except OSError as error:
        where = f"{Path(error.filename).name}: " if isinstance(error.filename, str) else ""
        typer.echo(f"coach: {where}{error.strerror or error}.", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
