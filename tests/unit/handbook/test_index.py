"""The dense index is a cache: whatever is wrong with it, it is built again, and never by two at once."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from assistant.errors import KnowledgeError, ModelError
from assistant.handbook.corpus import Corpus, load_corpus
from assistant.handbook.index import DenseIndex, open_index

if TYPE_CHECKING:
    from tests.unit.handbook.conftest import WordEmbedder

Open = Callable[..., DenseIndex]


@pytest.fixture
def opened(corpus: Corpus, embedder: WordEmbedder, index_root: Path) -> Iterator[Open]:
    """Opens indexes and closes them at the end."""
    held: list[DenseIndex] = []

    def open_(
        with_corpus: Corpus | None = None, with_embedder: WordEmbedder | None = None, **how: object
    ) -> DenseIndex:
        index = open_index(with_corpus or corpus, with_embedder or embedder, index_root, **how)  # pyright: ignore[reportArgumentType]
        held.append(index)
        return index

    yield open_
    for index in held:
        index.close()


def _folder(root: Path) -> Path:
    (folder,) = [f for f in root.iterdir() if f.is_dir()]
    return folder


def test_the_nearest_passage_and_sentence_are_found(opened: Open, corpus: Corpus, embedder: WordEmbedder) -> None:
    index = opened()
    vector = embedder.embed(["deepen contacts abroad"], kind="query")[0]
    assert index.sentences(vector, 1)[0][:2] == ("case-15/amounts#1", 1)
    ids = [name for name, _ in index.passages(vector, 50)]
    assert sorted(ids) == sorted(corpus.by_id)
    cosines = [cosine for _, cosine in index.passages(vector, 50)]
    assert cosines == sorted(cosines, reverse=True)
    assert -1.0 <= cosines[-1] <= cosines[0] <= 1.0001


def test_a_second_start_embeds_nothing(opened: Open, embedder: WordEmbedder) -> None:
    opened().close()
    asked = embedder.asked
    opened()
    assert embedder.asked == asked


def test_building_tells_how_far_it_is(opened: Open) -> None:
    seen: list[tuple[int, int]] = []

    def told(done: int, total: int) -> None:
        seen.append((done, total))

    opened(progress=told)
    assert seen[-1][0] == seen[-1][1] > 0
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def _cut_database(folder: Path) -> None:
    database = folder / "chroma.sqlite3"
    database.write_bytes(database.read_bytes()[:5000])


def _garbage_database(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"not a database" * 1000)


def _no_database(folder: Path) -> None:
    (folder / "chroma.sqlite3").unlink()


def _garbage_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"\xff\x00{")


def _other_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"chroma": "0.1"}))


def _no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _file_in_its_place(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        _cut_database,
        _garbage_database,
        _no_database,
        _garbage_manifest,
        _other_manifest,
        _no_manifest,
        _file_in_its_place,
    ],
)
def test_a_damaged_or_foreign_index_is_built_again(
    opened: Open, embedder: WordEmbedder, index_root: Path, damage: Callable[[Path], None]
) -> None:
    opened().close()
    damage(_folder(index_root))
    asked = embedder.asked
    index = opened()
    assert embedder.asked > asked
    assert index.passages(embedder.embed(["contacts"], kind="query")[0], 1)


def test_missing_entries_are_noticed(opened: Open, embedder: WordEmbedder, index_root: Path) -> None:
    opened().close()
    import chromadb

    client = chromadb.PersistentClient(path=str(_folder(index_root)))
    collection = client.get_collection("passages", embedding_function=None)
    collection.delete(ids=collection.get(limit=1)["ids"])
    client.close()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    asked = embedder.asked
    opened()
    assert embedder.asked > asked


def test_a_changed_corpus_or_another_encoder_means_another_index(
    opened: Open, embedder: WordEmbedder, folder: Path
) -> None:
    opened()
    asked = embedder.asked
    (folder / "case-15.md").write_text((folder / "case-15.md").read_text().replace("nine months", "ten months"))
    opened(load_corpus(shipped=folder))
    assert embedder.asked > asked
    other = type(embedder)(dims=32, name="other")
    assert len(opened(None, other).passages(other.embed(["x"], kind="query")[0], 3)) == 3


def test_an_interrupted_build_leaves_nothing_and_the_old_index_stands(
    opened: Open, embedder: WordEmbedder, index_root: Path
) -> None:
    opened().close()

    def stop() -> None:
        raise ModelError("the worker ended")

    embedder.fail = stop
    with pytest.raises(ModelError):
        opened(rebuild=True)
    embedder.fail = None
    assert not list(index_root.glob("*.part"))
    asked = embedder.asked
    opened()
    assert embedder.asked == asked


def test_it_can_be_built_anew_while_open(opened: Open, embedder: WordEmbedder) -> None:
    opened().close()
    index = opened(rebuild=True)
    assert index.passages(embedder.embed(["contacts"], kind="query")[0], 1)


def test_a_second_coach_waits_and_opens_what_the_first_built(
    corpus: Corpus, embedder: WordEmbedder, index_root: Path
) -> None:
    index_root.mkdir()
    with ThreadPoolExecutor(2) as pool:
        with FileLock(index_root / "build.lock"):
            both = [pool.submit(open_index, corpus, embedder, index_root) for _ in range(2)]
            wait(both, timeout=0.3)
            assert embedder.asked == 0
        indexes = [one.result() for one in both]
    once = embedder.asked
    assert len({index.folder for index in indexes}) == 1
    for index in indexes:
        index.close()  # Chroma shares what it opens within a process: nothing may hold what is built again
    open_index(corpus, embedder, index_root, rebuild=True).close()
    assert embedder.asked == 2 * once


def _build_and_stop(folder: str, root: str) -> None:
    """What another process does; it ends in the middle of building."""
    import os

    from assistant.handbook.corpus import load_corpus

    class Slow:
        name, dims, asked = "words", 64, 0

        def embed(self, texts: list[str], *, kind: str) -> list[list[float]]:
            self.asked += 1
            if self.asked > 0:
                os._exit(9)
            return []

    open_index(load_corpus(shipped=Path(folder)), Slow(), Path(root))  # pyright: ignore[reportArgumentType]


def test_a_build_that_was_killed_does_not_block_the_next(
    opened: Open, embedder: WordEmbedder, folder: Path, index_root: Path
) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_build_and_stop, args=(str(folder), str(index_root)))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    index = opened()
    assert index.passages(embedder.embed(["contacts"], kind="query")[0], 1)
    assert not list(index_root.glob("*.part"))


def test_a_folder_that_cannot_be_written_is_one_sentence(
    corpus: Corpus, embedder: WordEmbedder, tmp_path: Path
) -> None:
    (tmp_path / "index").write_text("a file")
    with pytest.raises(KnowledgeError, match="cannot be written"):
        open_index(corpus, embedder, tmp_path / "index")
