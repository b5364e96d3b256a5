"""Writes a report to disk, in one step, never over a record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assistant.errors import UsageError
from assistant.flow.engine import Engine
from assistant.record.disk import explained, write_whole
from assistant.record.state import State
from assistant.report.markdown import markdown
from assistant.report.summary import summary


def summary_path(record: Path) -> Path:
    """Where the summary of a record goes when nothing else is said: beside it."""
    return record.with_name(f"{record.stem}.summary.md")


def write_summary(record: Path, state: State, engine: Engine, *, today: date, out: Path | None = None) -> Path:
    """Write the summary of a record as Markdown; its path. `RecordError` when it cannot be written."""
    path = (out or summary_path(record)).expanduser()
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            raise UsageError(
                "a summary can only be written to a file", where=str(path), do="give a file name with --out"
            )
        if path.name.endswith((".yaml", ".yaml.bak")):
            raise UsageError("this is the name of a record", where=str(path), do="let the summary's name end in .md")
        write_whole(path, markdown(summary(state, engine, today)).encode("utf-8"))
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, OSError):
            raise explained(error, path) from None
        raise UsageError("this cannot be a path", where=str(path), do="give another with --out") from None
    return path
