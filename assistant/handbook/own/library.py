"""The person's documents as a corpus of their own, searched as the handbook is, in an index of its own."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from assistant import paths
from assistant.errors import KnowledgeError
from assistant.handbook.corpus import Corpus
from assistant.handbook.index import FORMAT, open_index, passage_text, sentence_text, stored_vectors
from assistant.handbook.models import Passage
from assistant.handbook.own import passages, recognise
from assistant.handbook.own.store import DocumentStore, Stored
from assistant.handbook.ports import Embedder
from assistant.handbook.search import HybridRetriever

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class OwnCorpus(Corpus):
    """A corpus without directories: the passages of the person's documents, `Passage.own` naming each one's."""

    own: tuple[Passage, ...] = ()

    def _unordered(self) -> Iterator[Passage]:
        yield from self.own


def own_corpus(store: DocumentStore | None = None) -> OwnCorpus | None:
    """The corpus of all documents; None when there are none."""
    found = [passage for document in (store or DocumentStore()).documents() for passage in passages_of(document)]
    return OwnCorpus(documents=(), own=tuple(found)) if found else None


def passages_of(document: Stored) -> list[Passage]:
    """The passages of a document; those of the handbook itself carry its section labels."""
    place = recognise.labelled if document.handbook else passages.under_headings
    return passages.passages(document.sha256[:16], document.name, place(document.name, document.pieces))


def own_retriever(embedder: Embedder | None, store: DocumentStore | None = None) -> HybridRetriever | None:
    """A search over the person's documents; None when there are none. `prepare` opens or builds its index."""
    corpus = own_corpus(store)
    if corpus is None:
        return None
    root = _index_root()
    return HybridRetriever(corpus, Reusing(embedder, corpus, root) if embedder else None, root)


def forget(store: DocumentStore | None = None) -> None:
    """After a document was removed: take it out of the index. Nothing is embedded for that, so it needs no model."""
    root = _index_root()
    if not root.is_dir():
        return
    corpus = own_corpus(store)
    kept: Path | None = None
    if corpus is not None:
        with suppress(KnowledgeError, _NotThere):
            was = _newest(root)
            if was:
                index = open_index(corpus, Reusing(_Named(*was[1]), corpus, root), root)
                kept = index.folder
                index.close()
    for folder in root.iterdir():
        if folder.is_dir() and folder != kept:
            shutil.rmtree(folder, ignore_errors=True)


class _NotThere(Exception):
    """A text that no index holds was to be embedded without a model."""


@dataclass(frozen=True)
class _Named:
    """Stands for an embedding model that is not there: it only has a name."""

    name: str
    dims: int

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> list[list[float]]:
        raise _NotThere


class Reusing:
    """An embedder that takes what an earlier index holds from there, so that one more document costs only its own."""

    def __init__(self, embedder: Embedder, corpus: Corpus, root: Path) -> None:
        self._embedder, self._corpus, self._root = embedder, corpus, root
        self._known: dict[str, list[float]] | None = None

    @property
    def name(self) -> str:
        """The embedding model's name."""
        return self._embedder.name

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return self._embedder.dims

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> list[list[float]]:
        """Vectors of the texts."""
        if kind == "query":
            return self._embedder.embed(texts, kind=kind)
        if self._known is None:
            self._known = self._earlier()
        new = [text for text in texts if text not in self._known]
        made = dict(zip(new, self._embedder.embed(new, kind=kind), strict=True)) if new else {}
        return [self._known.get(text) or made[text] for text in texts]

    def _earlier(self) -> dict[str, list[float]]:
        """Text to vector, from the newest index of this model; ids name content, so the same id is the same text."""
        was = _newest(self._root)
        if was is None or was[1] != (self.name, self.dims):
            return {}
        try:
            vectors = stored_vectors(was[0])
        except Exception:  # a damaged database, whatever it throws: everything is embedded again
            _LOG.info("nothing to reuse in %s", was[0], exc_info=True)
            return {}
        found: dict[str, list[float]] = {}
        for passage in self._corpus.passages:
            if vector := vectors.get(passage.id):
                found[passage_text(passage)] = vector
            for number in range(len(passage.sentences)):
                if vector := vectors.get(f"{passage.id}@{number}"):
                    found[sentence_text(passage, number)] = vector
        return found


def _newest(root: Path) -> tuple[Path, tuple[str, int]] | None:
    """The newest whole index of the present format, with its model's name and length of vectors."""
    found: list[tuple[float, Path, tuple[str, int]]] = []
    for manifest in root.glob("index-*/manifest.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = cast("dict[str, object]", json.loads(manifest.read_text(encoding="utf-8")))
            if said["format"] == FORMAT and manifest.parent.suffix == "":
                model = (str(said["embedder"]), int(cast("int", said["dims"])))
                found.append((manifest.stat().st_mtime, manifest.parent, model))
    return max(found)[1:] if found else None


def _index_root() -> Path:
    return paths.index_dir() / "own"
