"""`coach record`: list, show, validate and find records. All of it is plain text, whatever a person typed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant import paths, settings
from assistant.errors import CoachError, RecordError
from assistant.flow.load import load as load_flows
from assistant.flow.models import FlowSet
from assistant.plain import one_line
from assistant.record.file import SCHEMA, Loaded, answer_state
from assistant.record.state import Answer
from assistant.record.store import RecordStore

app = typer.Typer(help="Look at records.", no_args_is_help=True)

_Which = Annotated[str | None, typer.Argument(help="A record's name or path; not needed when there is only one.")]
_STATES = {
    "dont_know": "don't know",
    "not_applicable": "does not apply",
    "later": "later",
    "set_aside": "to be asked again",
    "answered": "answered",
}


@app.command(name="list")
def list_() -> None:
    """List the records: name, organisation, answers, open actions, last change."""
    folder = settings.load().records_dir()
    found = RecordStore.records(folder)
    for path in found:
        try:
            loaded = RecordStore.read(path)
        except CoachError as error:
            typer.echo(f"{path.stem:32} {error.what}")
            continue
        state = loaded.state
        actions = sum(action.state == "open" for action in state.actions)
        counts = f"{len(state.journey.answers):3} answers {actions:3} open actions"
        name = one_line(state.subject.organisation, 40)
        typer.echo(f"{path.stem:32} {counts}  {loaded.events[-1].at[:16]}  {name}")
    if not found:
        typer.echo(f"There are no records in {folder} yet. Begin one with `coach`.")


@app.command()
def show(record: _Which = None) -> None:
    """Show one record: whom it is about, the answers, the actions, where it waits."""
    path = find(record)
    loaded = RecordStore.read(path)
    own = settings.load().flows
    flows = load_flows(paths.shipped("flows"), own.expanduser() if own else None)
    for line in _shown(path, loaded, flows):
        typer.echo(line)


@app.command()
def validate(record: _Which = None) -> None:
    """Check records: form, and that each says what its events add up to. Ends with 4 when one is not whole."""
    folder = settings.load().records_dir()
    found = [find(record)] if record else RecordStore.records(folder)
    if not found:
        typer.echo(f"There are no records in {folder} yet.")
    bad = 0
    for path in found:
        try:
            loaded = RecordStore.read(path)
        except CoachError as error:
            bad += 1
            typer.echo(error.sentence())
            continue
        old = f", to be brought forward from {loaded.migrated_from}" if loaded.migrated_from else ""
        typer.echo(f"{path.name}: whole ({SCHEMA}{old}, revision {loaded.revision}, {len(loaded.events)} events).")
    if bad:
        raise typer.Exit(RecordError.exit_code)


@app.command()
def path(record: _Which = None) -> None:
    """Print the path of a record; without a name that of their folder."""
    folder = settings.load().records_dir()
    typer.echo(str(RecordStore.resolve(record, folder) if record else folder))


def find(record: str | None) -> Path:
    """The record that is meant; the only one there is when none is named."""
    folder = settings.load().records_dir()
    if record is not None:
        return RecordStore.resolve(record, folder)
    found = RecordStore.records(folder)
    if len(found) == 1:
        return found[0]
    what = "there are several records" if found else "there are no records yet"
    do = "name one of those that `coach record list` shows" if found else "begin one with `coach`"
    raise RecordError(what, where=str(folder), do=do)


def _shown(path: Path, loaded: Loaded, flows: FlowSet) -> list[str]:
    state = loaded.state
    subject = state.subject
    about = ", ".join(filter(None, (subject.audience.replace("_", " "), subject.country)))
    lines = [
        f"{one_line(subject.organisation)} ({one_line(about)})",
        f"{path}",
        f"revision {loaded.revision}, {len(loaded.events)} events, last change {loaded.events[-1].at}",
    ]
    flow = ""
    for answer in state.journey.answers.values():
        if answer.flow != flow:
            flow = answer.flow
            title = flows.flows[flow].title if flow in flows.flows else flow
            lines += ["", one_line(title)]
        lines += _answer(answer, flows)
    if state.actions:
        lines += ["", "Actions"]
        for action in state.actions:
            who = f"{one_line(action.owner or 'no owner yet')}, {one_line(action.due or 'no date yet')}"
            lines.append(f"  [{action.state}] {one_line(action.what, 200)} ({who})")
    if state.consulted:
        lines += ["", "Asked of the handbook", *(f"  {one_line(note.asked, 200)}" for note in state.consulted)]
    pending = state.journey.pending
    waiting = flows.question(pending.question) if pending else None
    if pending:
        lines += ["", f"The coach waits at: {waiting[1].ask if waiting else pending.question}"]
    return lines


def _answer(answer: Answer, flows: FlowSet) -> list[str]:
    found = flows.question(answer.question)
    state = answer_state(answer)
    verdict = _STATES[state] if state != "answered" else answer.rating or answer.choice or "answered"
    said = [f"      “{one_line(text, 200)}”" for text in (answer.said, *answer.also_said) if text.strip()]
    return [f"  [{verdict}] {found[1].ask if found else answer.question}", *said]
