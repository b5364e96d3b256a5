"""`coach model`: fetch, check, choose and remove models."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant import paths, settings
from assistant.errors import UsageError
from assistant.model import fetch, gguf_header, store
from assistant.model.catalogue import Entry, catalogue
from assistant.model.templates import template_of

if TYPE_CHECKING:
    from assistant.model.store import Tick

app = typer.Typer(no_args_is_help=True, help="Fetch, check, choose and remove models.")

_STATES = {
    "missing": "not installed",
    "unchecked": "not checked yet",
    "changed": "changed since it was checked",
    "ready": "installed",
}


@app.command()
def pull(
    models: Annotated[
        list[str] | None, typer.Argument(help="Ids of the catalogue; without any: what is needed.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Take the bytes from this file instead of the network.")] = None,
) -> None:
    """Fetch models and check their hashes. An interrupted pull goes on where it stopped."""
    entries = [catalogue().find(name) for name in models] if models else _needed()
    if file and len(entries) != 1:
        raise UsageError("--file needs the id of the one model that it is", do="name the model, see `coach model list`")
    for entry in entries:
        fresh = store.state_of(entry, paths.models_dir()) != "ready"
        with _bar(entry.id, entry.bytes, show=fresh) as tick:
            path = fetch.pull(entry, paths.models_dir(), user_file=file, tick=tick, say=typer.echo)
        typer.echo(
            f"{entry.id} is {'now ' if fresh else ''}installed ({fetch.size(entry.bytes)}, {entry.licence}): {path}"
        )


@app.command("list")
def list_models() -> None:
    """Show the models of the catalogue and how they stand."""
    chosen = settings.load().model or catalogue().default("chat").id
    for entry in catalogue().models:
        state = _STATES[store.state_of(entry, paths.models_dir())]
        used = ", in use" if entry.id == chosen or entry.role == "embedding" else ""
        typer.echo(f"{entry.id}  {entry.role}, {fetch.size(entry.bytes)}, {entry.licence}: {state}{used}")
    if chosen not in {entry.id for entry in catalogue().models}:
        typer.echo(f"{chosen}  your own file, in use")


@app.command()
def verify(models: Annotated[list[str] | None, typer.Argument(help="Ids; without any: all installed.")] = None) -> None:
    """Take the hashes again. A file with a wrong byte is deleted."""
    folder = paths.models_dir()
    entries = [catalogue().find(name) for name in models] if models else _installed(folder)
    for entry in entries:
        with _bar(entry.id, entry.bytes) as tick:
            store.verify(entry, folder, tick)
        typer.echo(f"{entry.id}: right ({entry.sha256})")
    if not entries:
        typer.echo("No model is installed.")


@app.command()
def use(model: Annotated[str, typer.Argument(help="An id of the catalogue, or a GGUF file you vouch for.")]) -> None:
    """Choose the chat model. A file of your own is looked at, and its hash noted."""
    path = Path(model).expanduser()
    if path.is_file():
        template = template_of(gguf_header.read_metadata(path), str(path))
        with _bar(path.name, path.stat().st_size) as tick:
            note = store.vouch(path, tick)
        chosen = str(path.resolve())
        typer.echo(f"{path.name}: chat format {template.family}, SHA-256 {note.sha256}. Use only files you trust.")
    else:
        entry = catalogue().find(model)
        if entry.role == "embedding":
            raise UsageError(f"{entry.id} is no chat model", do="choose one of the chat models of `coach model list`")
        chosen = entry.id
    saved = settings.save(settings.load().model_copy(update={"model": chosen}))
    typer.echo(f"The coach now uses {chosen} (noted in {saved}).")
    if not path.is_file() and store.state_of(catalogue().find(chosen), paths.models_dir()) == "missing":
        typer.echo(f"It is not installed yet: run `coach model pull {chosen}`.")


@app.command()
def remove(model: Annotated[str, typer.Argument(help="An id of the catalogue.")]) -> None:
    """Delete a model file."""
    entry = catalogue().find(model)
    was_there = store.remove(entry, paths.models_dir())
    typer.echo(f"{entry.id} is removed." if was_there else f"{entry.id} was not installed.")


def _needed() -> list[Entry]:
    """The embedding model, and the chat model that is set (the default one unless it is another of the catalogue)."""
    known, chosen = catalogue(), settings.load().model
    chat = next((entry for entry in known.models if entry.id == chosen), None) or known.default("chat")
    return [known.default("embedding"), chat]


def _installed(folder: Path) -> list[Entry]:
    return [entry for entry in catalogue().models if store.state_of(entry, folder) != "missing"]


@contextmanager
def _bar(name: str, total: int, *, show: bool = True) -> Generator[Tick]:
    """A progress bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not (show and console.is_terminal)) as progress:
        task = progress.add_task(name, total=total)
        yield lambda done, of: progress.update(task, completed=done, total=of)
