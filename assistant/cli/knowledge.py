"""`coach knowledge`: build the search index, check the corpus, search it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from assistant import paths, settings
from assistant.cli import documents
from assistant.errors import KnowledgeError
from assistant.handbook.corpus import load_corpus, problems
from assistant.handbook.measure import measure, read_questions
from assistant.handbook.models import Hit, Query
from assistant.handbook.own.library import own_retriever
from assistant.handbook.search import HybridRetriever
from assistant.plain import one_line, visible

app = typer.Typer(no_args_is_help=True, help="The handbook's corpus and your own documents.")
app.command("add")(documents.add)
app.command("list")(documents.show)
app.command("remove")(documents.remove)


@app.command()
def build(fresh: Annotated[bool, typer.Option("--fresh", help="Build anew even when the index fits.")] = False) -> None:
    """Build the search index; does nothing when it is there and fits the corpus."""
    with _retriever(prepare=False) as retriever:
        passages = len(retriever.corpus.passages)
        start = time.monotonic()
        retriever.prepare(_progress, rebuild=fresh)
        if retriever.words_only:
            what = "without the embedding model there is no index to build"
            raise KnowledgeError(what, do="run `coach model pull`; search by words works without it")
        typer.echo(f"The index is ready: {passages} passages ({time.monotonic() - start:.1f} s).")


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Your own corpus folder, laid over the shipped one.")] = None,
    questions: Annotated[Path | None, typer.Option(help="A question file: measure how well search answers it.")] = None,
) -> None:
    """Check every corpus file: each mistake with file, line and how to mend it. Ends with 6 when there are any."""
    overlay = folder or settings.load().knowledge
    found = problems(overlay)
    for problem in found:
        typer.echo(problem.sentence())
    if found:
        typer.echo(f"{len(found)} mistake{'s' if len(found) > 1 else ''}.")
        raise typer.Exit(KnowledgeError.exit_code)
    corpus = load_corpus(overlay)
    typer.echo(f"{len(corpus.documents)} documents, {len(corpus.passages)} passages: no mistakes.")
    if questions is not None:
        _measure(questions, overlay)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with sections and passages.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many passages.")] = 8,
) -> None:
    """Show the passages that fit a question best, without any wording by the model."""
    with _retriever() as retriever, _own(retriever) as own:
        wanted = Query(text=query)
        start = time.perf_counter()
        hits = retriever.search(wanted, limit=limit)
        mine = own.search(wanted, limit=limit) if own else []
        seconds = time.perf_counter() - start
        if as_json:
            found = {
                "query": query,
                "sections": retriever.labels(hits, query=wanted),
                "passages": [_hit(hit) for hit in hits],
                "own": [_hit(hit) for hit in mine],
                "words_only": retriever.words_only,
                "retrieval_s": round(seconds, 4),
            }
            typer.echo(json.dumps(found, ensure_ascii=False))
            return
        if retriever.words_only:
            typer.echo("(searched by words only: the embedding model is not there)", err=True)
        for number, hit in enumerate(hits, 1):
            typer.echo(f"{number}. {hit.passage.heading} [{hit.passage.id}]\n   {one_line(hit.passage.text, 240)}")
        if not hits:
            typer.echo("Nothing in the handbook fits this.")
        if mine:
            typer.echo("\nIn your own documents:")
        for number, hit in enumerate(mine, 1):
            typer.echo(f"{number}. {visible(hit.passage.source)}\n   “{one_line(hit.passage.text, 240)}”")


@contextmanager
def _own(handbook: HybridRetriever) -> Generator[HybridRetriever | None]:
    """The search over the person's documents, with the same embedding model; None when there are none."""
    own = own_retriever(handbook.embedder)
    try:
        if own:
            own.prepare(_progress)
        yield own
    finally:
        if own:
            own.close()


def _measure(file: Path, overlay: Path | None) -> None:
    asked = read_questions(file)
    with _retriever(overlay) as retriever:
        typer.echo("Searched by words only." if retriever.words_only else "Searched by meaning and words.")
        for name, some in (("tuned on", asked.half("tune")), ("kept apart", asked.half("report"))):
            if some:
                score = measure(retriever, some)
                typer.echo(f"{name}: {score.line()}")
                for question, labels in score.missed:
                    typer.echo(
                        f"  missed: {question.q} (right: {', '.join(question.right)}; found: {', '.join(labels)})"
                    )


@contextmanager
def _retriever(overlay: Path | None = None, *, prepare: bool = True) -> Generator[HybridRetriever]:
    """A retriever with the embedding model where it is installed; closed, with the model, at the end."""
    from assistant.model.open import open_models

    chosen = settings.load()
    corpus = load_corpus(overlay or chosen.knowledge)
    models = open_models(chosen)
    retriever = HybridRetriever(corpus, models.embedder, paths.index_dir())
    try:
        if prepare:
            retriever.prepare(_progress)
        yield retriever
    finally:
        retriever.close()
        models.close()


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\rBuilding the index: {done} of {total}" + ("\n" if done == total else ""), nl=False, err=True)


def _hit(hit: Hit) -> dict[str, object]:
    passage = hit.passage
    return {
        "passage": passage.id,
        "section": passage.section,
        "title": passage.title,
        "heading": passage.heading,
        "text": passage.text,
        "source": passage.source,
        "page": passage.page,
        "score": round(hit.score, 5),
        "sentence": passage.sentences[hit.sentence] if hit.sentence is not None else None,
    }
