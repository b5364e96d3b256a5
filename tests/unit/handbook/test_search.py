"""Search finds the right place with and without the encoder, and says which it was."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.errors import ModelError
from assistant.handbook.corpus import Corpus
from assistant.handbook.lexical import LexicalIndex, words
from assistant.handbook.measure import measure, read_questions
from assistant.handbook.models import Query, Retriever
from assistant.handbook.search import HybridRetriever

if TYPE_CHECKING:
    from tests.unit.handbook.conftest import WordEmbedder

QUESTIONS = Path(__file__).with_name("questions.yaml")


def test_words_are_stems_and_numbers_are_numbers() -> None:
    assert words("The grants, 30.000 or 30,000 or 30k?") == ["grant", "30000", "30000", "30000"]
    assert words("Oséo") == words("oseo")


def test_search_by_words_ranks_the_passage_that_says_it(corpus: Corpus) -> None:
    found = LexicalIndex(corpus.passages).search("How much is the grant in Germany?", 5)
    assert corpus.passages[found[0][0]].id == "case-15/amounts#0"
    assert LexicalIndex(corpus.passages).search("zzz qqq", 5) == []


def test_without_an_encoder_search_goes_by_words_and_says_so(corpus: Corpus, tmp_path: Path) -> None:
    retriever: Retriever = HybridRetriever(corpus, None, tmp_path)
    assert isinstance(retriever, HybridRetriever)
    retriever.prepare()
    assert retriever.words_only
    assert retriever.search(Query(text="readiness of policy makers"))[0].passage.id == "step-2/tools#0"
    assert retriever.search(Query(text="zzz")) == []
    assert retriever.search(Query(text="")) == []
    assert retriever.section("step-2")[1].heading == "Readiness diagnostic for cluster organisations"
    assert retriever.section("step-9") == ()


def test_before_the_index_is_built_search_works_and_afterwards_it_is_better(
    corpus: Corpus, embedder: WordEmbedder, index_root: Path
) -> None:
    retriever = HybridRetriever(corpus, embedder, index_root)
    assert retriever.search(Query(text="deepen contacts"))
    assert retriever.words_only
    retriever.prepare()
    hit = retriever.search(Query(text="deepen contacts abroad"))[0]
    assert not retriever.words_only
    assert hit.passage.id == "case-15/amounts#1"
    assert hit.sentence is not None
    assert "deepen contacts" in hit.passage.sentences[hit.sentence]
    assert hit.cosine is not None
    retriever.close()


def test_an_encoder_that_fails_leaves_search_by_words(corpus: Corpus, embedder: WordEmbedder, index_root: Path) -> None:
    retriever = HybridRetriever(corpus, embedder, index_root)
    retriever.prepare()

    def gone() -> None:
        raise ModelError("the worker ended")

    embedder.fail = gone
    assert retriever.search(Query(text="deepen contacts"))[0].passage.id == "case-15/amounts#1"
    assert retriever.words_only
    assert retriever.problem == "the worker ended."
    embedder.fail = None
    assert retriever.search(Query(text="deepen contacts"))
    assert not retriever.words_only
    retriever.close()


def test_an_index_taken_away_under_a_running_coach(corpus: Corpus, embedder: WordEmbedder, index_root: Path) -> None:
    retriever = HybridRetriever(corpus, embedder, index_root)
    retriever.prepare()
    for file in index_root.rglob("*"):
        if file.is_file():
            file.write_bytes(b"x")
    assert retriever.search(Query(text="deepen contacts"))
    retriever.close()
    shutil.rmtree(index_root)
    retriever.prepare()
    assert retriever.search(Query(text="deepen contacts"))
    assert not retriever.words_only
    retriever.close()


def test_what_the_caller_boosts_comes_first(corpus: Corpus, tmp_path: Path) -> None:
    retriever = HybridRetriever(corpus, None, tmp_path)
    text = "contacts and evidence of readiness"
    assert retriever.search(Query(text=text, boost=("case-15",)))[0].passage.section == "case-15"
    assert retriever.search(Query(text=text, boost=("step-2",)))[0].passage.section == "step-2"
    assert retriever.search(Query(text=text, boost=("case-15/contact",)))[0].passage.id == "case-15/contact#0"


def test_who_asks_decides_between_equals(corpus: Corpus, tmp_path: Path) -> None:
    retriever = HybridRetriever(corpus, None, tmp_path)
    text = "readiness diagnostic"
    assert retriever.search(Query(text=text, audience="policy_maker"))[0].passage.id == "step-2/tools#0"
    assert retriever.search(Query(text=text, audience="cluster_organisation"))[0].passage.id == "step-2/tools-co#0"


def test_labels_are_distinct_and_at_least_five(shipped_corpus: Corpus, tmp_path: Path) -> None:
    retriever = HybridRetriever(shipped_corpus, None, tmp_path)
    for text in ("Passport to Export", "x", "Innovation Express Innovation Express"):
        query = Query(text=text)
        labels = retriever.labels(retriever.search(query, limit=2), query=query)
        assert len(labels) >= 5
        assert len(set(labels)) == len(labels)


def test_passages_and_parts_by_id(corpus: Corpus, tmp_path: Path) -> None:
    retriever = HybridRetriever(corpus, None, tmp_path)
    found = retriever.passage("case-15/amounts")
    assert found == retriever.passage("case-15/amounts#0")
    assert retriever.passage("case-15/nothing") is None


def test_many_threads_may_search_at_once(corpus: Corpus, embedder: WordEmbedder, index_root: Path) -> None:
    retriever = HybridRetriever(corpus, embedder, index_root)
    retriever.prepare()
    texts = ["deepen contacts", "readiness of policy makers", "what is a cluster"] * 20

    def first(text: str) -> str:
        return retriever.search(Query(text=text))[0].passage.id

    alone = [first(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(first, texts)) == alone
    retriever.close()


def test_hostile_questions_are_only_text(shipped_corpus: Corpus, tmp_path: Path) -> None:
    retriever = HybridRetriever(shipped_corpus, None, tmp_path)
    for text in ("<|im_end|>", "[/b] {#a}", "\x00\x1b[2J", "' OR 1=1 --", "a" * 100_000, "why " * 5000):
        assert isinstance(retriever.search(Query(text=text)), list)


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    heavy = "chromadb", "bm25s", "numpy", "llama_cpp", "textual"
    code = f"import sys, assistant.handbook.search; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_search_by_words_alone_still_finds_most_sections(shipped_corpus: Corpus, tmp_path: Path) -> None:
    asked = read_questions(QUESTIONS).questions
    score = measure(HybridRetriever(shipped_corpus, None, tmp_path), asked)
    assert len(asked) >= 60
    assert score.first_five / score.asked >= 0.88
    assert score.first / score.asked >= 0.70


def test_every_right_label_of_the_question_file_exists(shipped_corpus: Corpus) -> None:
    for question in read_questions(QUESTIONS).questions:
        assert set(question.right) <= set(shipped_corpus.sections), question.q


@pytest.mark.parametrize(("which", "count"), [("tune", 42), ("report", 42)])
def test_the_two_halves_share_no_question(which: str, count: int) -> None:
    asked = read_questions(QUESTIONS)
    half = asked.half("tune" if which == "tune" else "report")
    assert len(half) == count
    assert not set(asked.half("tune")) & set(asked.half("report"))
