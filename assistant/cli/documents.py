"""`coach knowledge add`, `list` and `remove`: a person's own documents beside the handbook."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant import settings
from assistant.errors import CoachError, KnowledgeError
from assistant.plain import one_line, visible


def add(
    path: Annotated[Path, typer.Argument(help="A PDF, DOCX, PPTX, HTML, Markdown or text file, or a folder of them.")],
) -> None:
    """Add a document of your own, or a folder of them: answers then quote it beside the handbook."""
    from assistant.handbook.own.store import DocumentStore, Outcome

    store = DocumentStore()
    folder = path.is_dir() and not path.is_symlink()
    outcomes = store.add_all(path) if folder else iter([store.add(path)])
    done: list[Outcome] = []
    for outcome in outcomes:
        done.append(outcome)
        typer.echo(visible(_told(outcome)), err=bool(outcome.problem))
    if any(o.new and o.document for o in done):
        _index()
    failed = sum(bool(o.problem) for o in done)
    if failed:
        left = f"{failed} of {len(done)} files were not added"
        raise KnowledgeError(left, where=one_line(str(path), 120), do="the others are there")


def _told(outcome: object) -> str:
    from assistant.handbook.own.store import Outcome

    assert isinstance(outcome, Outcome)
    document = outcome.document
    if document is None:
        return outcome.problem
    if not outcome.new:
        return f"{document.name}: this content is there already."
    size = f"{document.pages} pages" if document.pages else f"{len(document.pieces)} paragraphs"
    known = " It is the TACTICS handbook: its sections keep their names." if document.handbook else ""
    return f"{document.name}: added ({size}).{known}"


def show(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each document, a line each.")] = False,
) -> None:
    """List your own documents."""
    from assistant.handbook.own.store import DocumentStore

    store = DocumentStore()
    documents = store.documents()
    for document in documents:
        if as_json:
            typer.echo(json.dumps(document.model_dump(mode="json", exclude={"pieces"}), ensure_ascii=False))
            continue
        size = f"{document.pages} pages" if document.pages else document.kind
        handbook = ", the TACTICS handbook" if document.handbook else ""
        typer.echo(visible(f"{document.name}  ({size}, added {document.added:%Y-%m-%d}{handbook})"))
    if not documents and not as_json:
        typer.echo("There are no documents of your own yet: `coach knowledge add FILE` adds one.")
    for name in store.damaged():
        typer.echo(f"{name}: this stored document cannot be read; add the original again.", err=True)


def remove(name: Annotated[str, typer.Argument(help="The document's name, as `list` shows it.")]) -> None:
    """Remove one of your own documents from the store and from the index."""
    from assistant.handbook.own.library import forget
    from assistant.handbook.own.store import DocumentStore

    document = DocumentStore().remove(name)
    forget()
    typer.echo(visible(f"{document.name}: removed."))


def _index() -> None:
    """Bring the index up to date now, where the embedding model is there; else the next start does it."""
    from assistant.handbook.own.library import own_retriever
    from assistant.model.open import open_models

    models = open_models(settings.load())
    try:
        retriever = own_retriever(models.embedder)
        if retriever is None or models.embedder is None:
            return
        try:
            retriever.prepare(_progress)
        finally:
            retriever.close()
    except CoachError as error:  # the documents are kept; search goes by words until the index is there
        typer.echo(f"coach: {error.sentence()}", err=True)
    finally:
        models.close()


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\rIndexing: {done} of {total}" + ("\n" if done == total else ""), nl=False, err=True)
