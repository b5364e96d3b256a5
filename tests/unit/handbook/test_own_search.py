"""Own documents are searched apart, in an index that grows by what is new and forgets what is removed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from assistant import paths
from assistant.cli.knowledge import app
from assistant.errors import CoachError
from assistant.handbook.index import stored_vectors
from assistant.handbook.models import Query
from assistant.handbook.own.library import forget, own_corpus, own_retriever
from assistant.handbook.own.passages import MOST_WORDS
from assistant.handbook.own.store import DocumentStore
from assistant.handbook.search import HybridRetriever
from tests.support import files

if TYPE_CHECKING:
    from tests.unit.handbook.conftest import WordEmbedder

PLAN = (
    ["Travel costs of delegations", "", "Members get back 400 euros of each journey."],
    ["The board meets in June."],
)


Open = Callable[[], HybridRetriever]


@pytest.fixture(autouse=True)
def _no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODELS", str(tmp_path / "no-models"))


def add(folder: Path, name: str, content: bytes | str) -> None:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    DocumentStore().add(folder / name)


@pytest.fixture
def opened(embedder: WordEmbedder) -> Iterator[Open]:
    """Opens a search over the documents that are there, and closes it at the end."""
    held: list[HybridRetriever] = []

    def open_() -> HybridRetriever:
        retriever = own_retriever(embedder)
        assert retriever
        retriever.prepare()
        held.append(retriever)
        return retriever

    yield open_
    for retriever in held:
        retriever.close()


def index_folders() -> list[Path]:
    return [f for f in (paths.index_dir() / "own").glob("*") if f.is_dir()]


def test_without_documents_there_is_nothing_to_search(embedder: WordEmbedder) -> None:
    assert own_retriever(embedder) is None
    assert not paths.documents_dir().exists()


def test_a_source_names_document_and_page(tmp_path: Path, opened: Open) -> None:
    add(tmp_path, "plan.pdf", files.pdf(*PLAN))
    hits = opened().search(Query(text="when does the board meet?"))
    assert (hits[0].passage.kind, hits[0].passage.section) == ("own", "own:plan.pdf")
    assert hits[0].passage.source == "your document plan.pdf, page 2"
    assert hits[0].cosine is not None


def test_one_more_document_costs_only_its_own(tmp_path: Path, opened: Open, embedder: WordEmbedder) -> None:
    add(tmp_path, "a.txt", "\n\n".join(f"Fact {n} is about fairs. It stands alone here." for n in range(40)))
    opened().close()
    before = embedder.asked
    add(tmp_path, "b.txt", "One more fact about visits.")
    retriever = opened()
    assert embedder.asked - before <= 3
    assert "b.txt" in {hit.passage.own for hit in retriever.search(Query(text="visits"), limit=50)}


def test_what_is_removed_leaves_no_vector_behind(tmp_path: Path, opened: Open, embedder: WordEmbedder) -> None:
    add(tmp_path, "a.txt", "Words about fairs. More words about fairs stand here.")
    add(tmp_path, "b.txt", "Words about visits. More words about visits stand here.")
    opened().close()
    gone = DocumentStore().remove("a.txt")
    asked = embedder.asked
    forget()
    assert embedder.asked == asked
    (folder,) = index_folders()
    assert stored_vectors(folder)
    assert not any(gone.sha256[:16] in name for name in stored_vectors(folder))
    retriever = opened()
    assert embedder.asked <= asked + 1
    assert {hit.passage.own for hit in retriever.search(Query(text="words about fairs"))} == {"b.txt"}


def test_removing_the_last_document_removes_the_index(tmp_path: Path, opened: Open) -> None:
    add(tmp_path, "a.txt", "Words about fairs.")
    opened().close()
    DocumentStore().remove("a.txt")
    forget()
    assert index_folders() == []
    assert own_corpus() is None


@pytest.mark.parametrize("harm", ["missing", "cut", "manifest"])
def test_a_missing_or_damaged_index_is_built_again(tmp_path: Path, opened: Open, harm: str) -> None:
    add(tmp_path, "a.txt", "Words about fairs. More words about fairs stand here.")
    opened().close()
    (folder,) = index_folders()
    if harm == "missing":
        shutil.rmtree(folder)
    elif harm == "cut":
        (folder / "chroma.sqlite3").write_bytes(b"rubbish")
    else:
        (folder / "manifest.json").write_text("{}")
    retriever = opened()
    assert not retriever.words_only
    assert retriever.search(Query(text="fairs"))


def test_a_long_paragraph_is_cut_between_sentences(tmp_path: Path) -> None:
    add(tmp_path, "a.txt", " ".join(f"Sentence number {n} has seven words." for n in range(200)) + " x" * 3000)
    corpus = own_corpus()
    assert corpus
    assert all(len(p.text.split()) <= MOST_WORDS for p in corpus.passages)
    assert sum(p.text.count("Sentence number") for p in corpus.passages) == 200


# -- as a person types it ----------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    if isinstance(result.exception, CoachError):
        return result.exception.exit_code, result.output + result.exception.sentence()
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_add_list_search_remove(tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_bytes(files.pdf(*PLAN))
    assert run("list") == (0, "There are no documents of your own yet: `coach knowledge add FILE` adds one.\n")
    assert run("add", str(tmp_path / "plan.pdf")) == (0, "plan.pdf: added (2 pages).\n")
    assert run("add", str(tmp_path / "plan.pdf")) == (0, "plan.pdf: this content is there already.\n")
    code, said = run("list")
    assert code == 0
    assert said.startswith("plan.pdf  (2 pages, added 20")
    code, said = run("search", "400 euros of each journey")
    own = said.partition("In your own documents:")[2]
    assert "1. your document plan.pdf, page 1" in own
    assert "400 euros" in own
    found = json.loads(run("search", "400 euros of each journey", "--json")[1])
    assert found["own"][0]["section"] == "own:plan.pdf"
    assert not any(label.startswith("own:") for label in found["sections"])
    assert run("remove", "plan.pdf") == (0, "plan.pdf: removed.\n")
    assert json.loads(run("search", "travel costs", "--json")[1])["own"] == []


def test_a_folder_with_a_bad_file_tells_and_goes_on(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("Words about fairs.")
    (docs / "b.pdf").write_bytes(b"")
    code, said = run("add", str(docs))
    assert code == 6
    assert "a.txt: added (1 paragraphs)." in said
    assert "b.pdf: the file is empty" in said
    assert "1 of 2 files were not added" in said


def test_listing_as_json_has_no_text_in_it(tmp_path: Path) -> None:
    add(tmp_path, "a.txt", "Words about fairs.")
    line = json.loads(run("list", "--json")[1])
    assert line["name"] == "a.txt"
    assert "pieces" not in line
