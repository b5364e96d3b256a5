"""What people may ask is found with: by words, by meaning, and in the index; it is never shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.handbook.corpus import load_corpus, problems
from assistant.handbook.index import open_index
from assistant.handbook.lexical import LexicalIndex
from assistant.handbook.models import Query
from assistant.handbook.search import HybridRetriever

if TYPE_CHECKING:
    from tests.unit.handbook.conftest import WordEmbedder

ASKED = "where do I find the postman of this zoo"


@pytest.fixture
def asking(folder: Path) -> Path:
    """The small corpus with a file of questions."""
    (folder / "asks").mkdir()
    (folder / "asks" / "case-15.yaml").write_text(f"questions:\n  case-15/contact#0:\n    - {ASKED}\n")
    return folder


def test_a_passage_has_the_questions_that_it_answers(asking: Path) -> None:
    found = load_corpus(shipped=asking)
    assert found.by_id["case-15/contact#0"].asks == (ASKED,)
    assert found.by_id["case-15/amounts#0"].asks == ()
    assert problems(shipped=asking) == []
    (asking / "asks" / "case-15.yaml").unlink()
    assert load_corpus(shipped=asking).digest != found.digest


def test_questions_of_a_passage_that_is_gone_are_told_with_their_line(asking: Path) -> None:
    file = asking / "asks" / "case-15.yaml"
    file.write_text("questions:\n  case-15/contakt#0:\n    - who\n")
    (problem,) = problems(shipped=asking)
    assert problem.where == f"{file}:2"
    assert "case-15/contact#0" in problem.sentence()


def test_it_is_found_by_the_words_of_the_question_and_shows_none_of_them(asking: Path) -> None:
    passages = load_corpus(shipped=asking).passages
    (hit, *_) = LexicalIndex(passages).search("postman of the zoo", 3)
    assert passages[hit[0]].id == "case-15/contact#0"
    assert "postman" not in passages[hit[0]].text


def test_it_is_found_by_meaning(asking: Path, embedder: WordEmbedder, tmp_path: Path) -> None:
    found = load_corpus(shipped=asking)
    index = open_index(found, embedder, tmp_path / "index")
    try:
        (nearest,) = index.asks(embedder.embed([ASKED], kind="query")[0], 5)
    finally:
        index.close()
    assert nearest[0] == "case-15/contact#0"
    assert nearest[1] == pytest.approx(1.0, abs=1e-3)
    retriever = HybridRetriever(found, embedder, tmp_path / "index")
    retriever.prepare()
    assert retriever.search(Query(text=ASKED))[0].passage.id == "case-15/contact#0"
    retriever.close()


def test_every_longer_paragraph_that_is_shipped_can_be_asked_for() -> None:
    told = (p for p in load_corpus().passages if not p.id.split("#")[0].endswith("not-given"))
    assert [p.id for p in told if len(p.text.split()) >= 25 and not p.asks] == []
