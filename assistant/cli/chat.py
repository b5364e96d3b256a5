"""`coach` and `coach chat`: the conversation, in the terminal app or in plain lines."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from assistant import settings as configuration


def chat(
    record: Annotated[str | None, typer.Argument(help="A record's name or path; none shows those there are.")] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Plain lines: for screen readers, pipes and simple terminals.")
    ] = False,
) -> None:
    """Hold the coaching conversation; everything said is saved as it is said."""
    from assistant.coach.service import CoachService
    from assistant.record.store import RecordStore

    settings = configuration.load()
    path = RecordStore.resolve(record, settings.records_dir()) if record else None
    coach = CoachService(settings)
    lines = plain or os.environ.get("TERM") == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty())
    try:
        if lines:
            from assistant.line.chat import run as run_lines

            code = run_lines(coach, settings, path, sys.stdin, sys.stdout)
        else:
            from assistant.tui.app import run as run_app

            code = run_app(coach, settings, path)
    finally:
        coach.close()
    raise typer.Exit(code)
