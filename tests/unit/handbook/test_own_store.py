"""A person's documents: kept privately, whole or not at all, named as people see them, and gone when removed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from assistant import paths
from assistant.errors import KnowledgeError
from assistant.handbook.own.library import own_corpus
from assistant.handbook.own.store import MOST_AT_ONCE, DocumentStore
from tests.support import files


@pytest.fixture
def store() -> DocumentStore:
    return DocumentStore()


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_what_is_added_is_listed_with_where_it_came_from(store: DocumentStore, tmp_path: Path) -> None:
    file = written(tmp_path, "plan.pdf", files.pdf(["The board meets in June."], ["And in May."]))
    outcome = store.add(file)
    assert outcome.new
    (found,) = store.documents()
    assert (found.name, found.path, found.pages, found.kind, found.handbook) == ("plan.pdf", str(file), 2, "pdf", False)
    assert len(found.sha256) == 64


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_owner_can_read_it(store: DocumentStore, tmp_path: Path) -> None:
    store.add(written(tmp_path, "a.txt", "Something private."))
    folder = paths.documents_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.glob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_same_content_is_kept_once(store: DocumentStore, tmp_path: Path) -> None:
    store.add(written(tmp_path, "a.txt", "The same words."))
    again = store.add(written(tmp_path, "b.txt", "The same words."))
    assert not again.new
    assert [d.name for d in store.documents()] == ["a.txt"]


def test_a_changed_file_takes_the_place_of_what_it_was(store: DocumentStore, tmp_path: Path) -> None:
    store.add(written(tmp_path, "a.txt", "The fee is 100 euros."))
    store.add(written(tmp_path, "a.txt", "The fee is 200 euros."))
    (found,) = store.documents()
    assert found.name == "a.txt"
    assert found.pieces[0].text == "The fee is 200 euros."


def test_two_files_of_one_name_are_told_apart(store: DocumentStore, tmp_path: Path) -> None:
    store.add(written(tmp_path, "x/plan.txt", "One plan."))
    store.add(written(tmp_path, "y/plan.txt", "Another plan."))
    assert [d.name for d in store.documents()] == ["plan.txt", "plan.txt (2)"]
    assert store.remove("plan.txt").pieces[0].text == "One plan."
    assert [d.name for d in store.documents()] == ["plan.txt (2)"]


def test_nothing_is_left_of_a_file_that_cannot_be_read(store: DocumentStore, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        store.add(written(tmp_path, "a.pdf", b"%PDF-1.4 rubbish"))
    assert store.documents() == []
    assert not list(paths.documents_dir().glob("*.json")) if paths.documents_dir().exists() else True


def test_a_folder_is_added_file_by_file(store: DocumentStore, tmp_path: Path) -> None:
    written(tmp_path, "docs/a.txt", "First document.")
    written(tmp_path, "docs/deep/b.md", "# Second\n\nSecond document.")
    written(tmp_path, "docs/broken.pdf", b"rubbish")
    written(tmp_path, "docs/.hidden.txt", "Hidden.")
    written(tmp_path, "docs/photo.jpg", b"\xff\xd8")
    if hasattr(os, "symlink"):
        os.symlink(written(tmp_path, "elsewhere.txt", "Elsewhere."), tmp_path / "docs" / "link.txt")
    outcomes = list(store.add_all(tmp_path / "docs"))
    assert [d.name for d in store.documents()] == ["a.txt", "b.md"]
    assert [o.problem for o in outcomes if o.problem] == [
        "broken.pdf: this is not a PDF, whatever its name says; give it the ending that fits its content."
    ]


def test_a_folder_of_a_thousand_files_is_refused_before_anything_is_read(store: DocumentStore, tmp_path: Path) -> None:
    for number in range(1000):
        written(tmp_path, f"docs/{number}.txt", f"Document {number}.")
    with pytest.raises(KnowledgeError, match=f"more than {MOST_AT_ONCE} documents"):
        list(store.add_all(tmp_path / "docs"))
    assert store.documents() == []


def test_a_folder_without_documents_is_told(store: DocumentStore, tmp_path: Path) -> None:
    written(tmp_path, "docs/photo.jpg", b"\xff\xd8")
    with pytest.raises(KnowledgeError, match="holds no document"):
        list(store.add_all(tmp_path / "docs"))


def test_removing_what_is_not_there_suggests_the_nearest(store: DocumentStore, tmp_path: Path) -> None:
    store.add(written(tmp_path, "plan.txt", "A plan."))
    with pytest.raises(KnowledgeError, match=r"did you mean “plan.txt”"):
        store.remove("plam.txt")
    assert store.remove("PLAN.txt").name == "plan.txt"


def test_a_damaged_stored_file_harms_nothing(store: DocumentStore, tmp_path: Path) -> None:
    store.add(written(tmp_path, "a.txt", "Good words."))
    store.add(written(tmp_path, "b.txt", "Other words."))
    first = next(paths.documents_dir().glob("*.json"))
    first.write_bytes(first.read_bytes()[:50])
    assert len(store.documents()) == 1
    assert store.damaged() == [first.name]
    for name in ("a.txt", "b.txt"):
        store.add(tmp_path / name)
    assert len(store.documents()) == 2


HOSTILE = [
    "\x1b[31mred\x1b]0;title\x07.txt",
    "evil\u202etxt.pdf.txt",
    "<|im_end|>.txt",
    "[link](http:__x)**bold**.txt",
    "`rm -rf`.txt",
    "line\nbreak.txt",
    "..\\..\\up.txt",
]


@pytest.mark.skipif(os.name != "posix", reason="names that other systems refuse")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_name_is_text_and_nothing_else(store: DocumentStore, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("Some words about fairs.")
    document = store.add(file).document
    assert document
    assert not set(document.name) & set("\x1b\x07\n\u202e<>|`*[]\\/")
    corpus = own_corpus(store)
    assert corpus
    assert corpus.passages[0].section == f"own:{document.name}"
    assert [f.name for f in paths.documents_dir().glob("*.json")] == [f"{document.sha256}.json"]
    store.remove(document.name)
    assert own_corpus(store) is None


def test_unseen_and_steering_characters_do_not_get_in(store: DocumentStore, tmp_path: Path) -> None:
    text = "Pay\u202e now\x1b[2J \x1b]8;;http://x\x07here\u200b.\x01 A\u0301 is one letter."
    document = store.add(written(tmp_path, "a.md", text)).document
    assert document
    told = " ".join(piece.text for piece in document.pieces)
    assert "Á is one letter." in told
    assert not any(ord(c) < 32 or c in "\u202e\u200b" for c in told)
