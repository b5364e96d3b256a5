"""The dense index: passages and sentence windows in Chroma, a cache that is rebuilt whenever it does not fit."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from filelock import FileLock, Timeout

from assistant import paths
from assistant.errors import KnowledgeError
from assistant.handbook.corpus import Corpus
from assistant.handbook.models import Passage
from assistant.handbook.ports import Embedder

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

_LOG = logging.getLogger(__name__)
_OPENING = threading.Lock()  # Chroma shares what is open by path within a process, and must not be opened twice at once
Progress = Callable[[int, int], None]
"""Called with (texts embedded, texts in all)."""

FORMAT = 2  # of what is embedded and how it is stored; another number means another index
_BATCH = 32  # texts embedded at a time
_WRITTEN = 32 * 32  # and vectors written at a time: each writing costs a transaction
_KEPT = 3  # indexes of other corpora or embedders that stay beside the current one
_COLLECTIONS = ("passages", "sentences", "asks")


def passage_text(passage: Passage) -> str:
    """What is embedded for a passage: its place, then its words."""
    return f"{passage.title}. {passage.heading}. {passage.text}"


def sentence_text(passage: Passage, number: int) -> str:
    """What is embedded for one sentence: its heading gives it the context it lacks."""
    return f"{passage.heading}. {passage.sentences[number]}"


class DenseIndex:
    """An open index. Use `open_index`; queries may come from several threads."""

    def __init__(self, folder: Path, manifest: dict[str, object]) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._client = _client(folder)
        self._collections: dict[str, Collection] = {}
        try:
            for name in _COLLECTIONS:
                collection = self._client.get_collection(name, embedding_function=None)
                if collection.count() != manifest.get(name):
                    raise ValueError(f"{name}: {collection.count()} entries in place of {manifest.get(name)}")
                self._collections[name] = collection
            self._nearest(_COLLECTIONS[0], [1.0] + [0.0] * (cast("int", manifest["dims"]) - 1), 1)
        except BaseException:
            self._client.close()
            raise

    def passages(self, vector: Sequence[float], limit: int) -> list[tuple[str, float]]:
        """(passage id, cosine), nearest first."""
        return self._nearest("passages", vector, limit)

    def sentences(self, vector: Sequence[float], limit: int) -> list[tuple[str, int, float]]:
        """(passage id, number of the sentence, cosine), nearest first."""
        found = self._nearest("sentences", vector, limit)
        return [(name.rpartition("@")[0], int(name.rpartition("@")[2]), cosine) for name, cosine in found]

    def asks(self, vector: Sequence[float], limit: int) -> list[tuple[str, float]]:
        """(passage id, cosine of the closest question that it answers), nearest first, each passage once."""
        found: dict[str, float] = {}
        for name, cosine in self._nearest("asks", vector, limit):
            found.setdefault(name.rpartition("?")[0], cosine)
        return list(found.items())

    def _nearest(self, name: str, vector: Sequence[float], limit: int) -> list[tuple[str, float]]:
        with self._lock:
            found = self._collections[name].query(
                query_embeddings=[list(vector)], n_results=limit, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return [(name, 1.0 - float(distance)) for name, distance in zip(found["ids"][0], distances, strict=True)]

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()


def open_index(
    corpus: Corpus, embedder: Embedder, root: Path, *, progress: Progress | None = None, rebuild: bool = False
) -> DenseIndex:
    """The index of this corpus and embedder under `root`, built first when it is missing, damaged or out of date.

    Two processes never build at once: the second waits and then opens what the first has built.
    """
    with _OPENING:  # Chroma shares what it opens within a process
        return _open_or_build(corpus, embedder, root, progress, rebuild)


def _open_or_build(
    corpus: Corpus, embedder: Embedder, root: Path, progress: Progress | None, rebuild: bool
) -> DenseIndex:
    wanted = _manifest(corpus, embedder)
    final = root / _key(wanted)
    if not rebuild and (ready := _opened(final, wanted)):
        return ready
    try:
        paths.private_dir(root)
        with FileLock(root / "build.lock", timeout=1800):
            if not rebuild and (ready := _opened(final, wanted)):
                return ready
            _build(corpus, embedder, final, wanted, progress)
            _drop_old(root, keep=final)
    except Timeout:
        do = "end the other coach or wait until it is done"
        raise KnowledgeError(
            "another coach has been building the index for half an hour", where=str(root), do=do
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        do = "make room or check the folder's permissions; search by words works meanwhile"
        raise KnowledgeError(f"the search index cannot be written ({reason})", where=str(root), do=do) from None
    ready = _opened(final, wanted)
    if ready is None:
        do = "run `coach knowledge build --fresh`; search by words works meanwhile"
        raise KnowledgeError("the search index cannot be opened", where=str(final), do=do)
    return ready


def stored_vectors(folder: Path) -> dict[str, list[float]]:
    """Every vector of an index by its id; raises whatever a damaged database throws.

    Reads a copy: Chroma keeps hold of a path whose database it could not open, and the index is built again there.
    """
    copy = folder.with_name(f"{folder.name}.{os.getpid()}.read")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    client: Client | None = None
    try:
        client = _client(copy)
        found: dict[str, list[float]] = {}
        for name in _COLLECTIONS:
            held = client.get_collection(name, embedding_function=None).get(include=["embeddings"])
            vectors = cast("Any", held["embeddings"])
            found |= {i: [float(x) for x in v] for i, v in zip(held["ids"], vectors, strict=True)}
        return found
    finally:
        if client:
            client.close()
        shutil.rmtree(copy, ignore_errors=True)


def _windows(passage: Passage) -> list[int]:
    """The sentences of a passage that are embedded by themselves: not one that is all of it, nor a word or two."""
    numbers = range(len(passage.sentences)) if len(passage.sentences) > 1 else range(0)
    return [n for n in numbers if len(passage.sentences[n].split()) > 2]


def _manifest(corpus: Corpus, embedder: Embedder) -> dict[str, object]:
    return {
        "format": FORMAT,
        "corpus": corpus.digest,
        "embedder": embedder.name,
        "dims": embedder.dims,
        "chroma": version("chromadb"),
        "passages": len(corpus.passages),
        "sentences": sum(len(_windows(p)) for p in corpus.passages),
        "asks": sum(len(p.asks) for p in corpus.passages),
    }


def _key(manifest: dict[str, object]) -> str:
    return "index-" + hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]


def _opened(folder: Path, wanted: dict[str, object]) -> DenseIndex | None:
    """The index in a folder if it is ours, whole and the one wanted; a folder without our manifest is never opened."""
    try:
        found = cast("object", json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
        if found != wanted:
            return None
        return DenseIndex(folder, wanted)
    except FileNotFoundError:
        return None
    except Exception:  # whatever a damaged database throws: the index is a cache, so it is built again
        _LOG.info("index in %s not usable", folder, exc_info=True)
        return None


def _build(
    corpus: Corpus, embedder: Embedder, final: Path, manifest: dict[str, object], progress: Progress | None
) -> None:
    part = final.with_name(f"{final.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    paths.private_dir(part)
    client = _client(part)
    try:
        texts = {
            "passages": [(p.id, passage_text(p)) for p in corpus.passages],
            "sentences": [(f"{p.id}@{n}", sentence_text(p, n)) for p in corpus.passages for n in _windows(p)],
            "asks": [(f"{p.id}?{n}", text) for p in corpus.passages for n, text in enumerate(p.asks)],
        }
        total, done = sum(len(entries) for entries in texts.values()), 0
        for name, entries in texts.items():
            collection = client.create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
            )
            for first in range(0, len(entries), _WRITTEN):
                some = entries[first : first + _WRITTEN]
                vectors: list[list[float]] = []
                for start in range(0, len(some), _BATCH):
                    batch = [text for _, text in some[start : start + _BATCH]]
                    vectors += embedder.embed(batch, kind="query" if name == "asks" else "passage")
                    done += len(batch)
                    if progress:
                        progress(done, total)
                collection.add(ids=[i for i, _ in some], embeddings=cast("Any", vectors))
    except BaseException:
        client.close()
        shutil.rmtree(part, ignore_errors=True)
        raise
    client.close()
    (part / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    if final.exists():
        old = final.with_name(f"{final.name}.{os.getpid()}.old")
        shutil.rmtree(old, ignore_errors=True)
        os.replace(final, old)
        shutil.rmtree(old, ignore_errors=True)
    os.replace(part, final)


def _drop_old(root: Path, *, keep: Path) -> None:
    """Remove indexes that were not used for longest, and what an interrupted build left."""
    others = [d for d in root.glob("index-*") if d.is_dir() and d != keep]
    others.sort(key=lambda d: d.stat().st_mtime, reverse=True)
    for number, folder in enumerate(others):
        if number >= _KEPT or folder.suffix in (".part", ".old", ".read"):
            shutil.rmtree(folder, ignore_errors=True)


def _client(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    return cast("Client", chromadb.PersistentClient(path=str(folder), settings=settings))
