"""The corpus as a whole, a person's own files over it, and the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import KnowledgeError
from assistant.handbook.corpus import Corpus, load_corpus, problems


def test_the_shipped_corpus_has_no_mistake() -> None:
    assert [problem.sentence() for problem in problems()] == []


def test_sections_of_the_shipped_corpus_are_labels_of_the_contract(shipped_corpus: Corpus) -> None:
    numbered = {f"step-{n}" for n in range(1, 11)} | {f"case-{n}" for n in range(1, 21)} | {"case-7a", "case-7b"}
    named = "utilise-funding tube-map case-mentoring recommendations outstanding-issues glossary linkology introduction"
    known = numbered | set(named.split()) | {"executive-summary", "future-policy", "pentagonal-helix", "references"}
    assert set(shipped_corpus.sections) <= known


def test_order_counts_within_a_section(shipped_corpus: Corpus) -> None:
    for passages in shipped_corpus.sections.values():
        assert [p.order for p in passages] == list(range(len(passages)))


def test_documents_come_before_directory_entries(corpus: Corpus) -> None:
    assert [p.id for p in corpus.sections["case-15"]][-1] == "funding/fund-cir"


def test_a_persons_file_takes_the_place_of_the_shipped_one(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "case-15.md").write_text((folder / "case-15.md").read_text().replace("nine months", "ten months"))
    (own / "case-4.md").write_text(
        (folder / "case-15.md").read_text().replace("case-15", "case-4").replace("Case 15", "Case 4")
    )
    corpus = load_corpus(own, shipped=folder)
    assert "ten months" in corpus.by_id["case-15/amounts#0"].text
    assert [d.head.id for d in corpus.documents] == ["step-2", "case-4", "case-15"]
    assert corpus.digest != load_corpus(shipped=folder).digest


def test_a_folder_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no such folder"):
        load_corpus(tmp_path / "nowhere", shipped=folder)


def test_a_directory_with_a_wrong_name(folder: Path) -> None:
    (folder / "fundings.yaml").write_text("instruments: []\n")
    with pytest.raises(KnowledgeError, match=r"did you mean `funding\.yaml`"):
        load_corpus(shipped=folder)


def test_all_files_with_mistakes_are_listed_at_once(folder: Path) -> None:
    (folder / "step-2.md").write_text("")
    (folder / "glossary.yaml").write_text("terms: 3\n")
    found = problems(shipped=folder)
    assert [Path(p.where.rsplit(":", 1)[0]).name for p in found] == ["glossary.yaml", "step-2.md"]
