"""`coach report`: the summary of a record as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant import paths, settings
from assistant.errors import UsageError
from assistant.flow.engine import Engine
from assistant.flow.load import load as load_flows
from assistant.plain import one_line
from assistant.record.store import RecordStore, system_clock
from assistant.report.write import write_summary


def report(
    record: Annotated[str, typer.Argument(help="A record's name or path.")],
    to: Annotated[str, typer.Option(help="The form of the summary: md.")] = "md",
    out: Annotated[Path | None, typer.Option(help="The file to write; beside the record when not given.")] = None,
) -> None:
    """Write the summary of a record as Markdown and print where it is."""
    if to != "md":
        raise UsageError(
            f"a summary cannot be written as `{one_line(to, 20)}`", do="use --to md, the only form there is"
        )
    current = settings.load()
    path = RecordStore.resolve(record, current.records_dir())
    loaded = RecordStore.read(path)
    own = current.flows
    engine = Engine(load_flows(paths.shipped("flows"), own.expanduser() if own else None))
    typer.echo(str(write_summary(path, loaded.state, engine, today=system_clock().date(), out=out)))
