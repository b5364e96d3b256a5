"""The corpus is complete, says each thing once, keeps its figures and stays easy to read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from assistant.handbook.corpus import Corpus, load_corpus, problems
from assistant.handbook.models import Passage

HERE = Path(__file__).parent
KNOWLEDGE = HERE.parents[2] / "knowledge"
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)]+[^\s).,;:]/?")
OPENS_WITHOUT_A_SUBJECT = ("it", "they", "its", "their", "he", "she", "this", "that")
MOST_WORDS, MOST_ITEMS = 130, 8


class ExpectedDocument(BaseModel):
    ids: list[str]
    figures: list[str]


class Expected(BaseModel):
    funding: list[str]
    glossary: list[str]
    acronyms: list[str]
    sections: list[str]


DOCUMENTS = {
    file.stem: ExpectedDocument.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    for file in sorted((HERE / "expected").glob("*.yaml"))
}
EXPECTED = Expected.model_validate(yaml.safe_load((HERE / "expected.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(shipped=KNOWLEDGE)


def written(corpus: Corpus) -> Iterable[Passage]:
    """Passages of the documents, without those made from directories."""
    return (p for document in corpus.documents for p in document.passages)


def test_nothing_in_the_corpus_hangs_loose() -> None:
    assert [str(p) for p in problems(shipped=KNOWLEDGE)] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_item_of_a_document_is_covered_by_exactly_one_part(corpus: Corpus, name: str) -> None:
    document = next(d for d in corpus.documents if d.head.id == name)
    assert Counter(i for part in document.parts for i in part.covers) == Counter(DOCUMENTS[name].ids)


def test_every_document_is_expected(corpus: Corpus) -> None:
    assert {d.head.id for d in corpus.documents} == set(DOCUMENTS)


def test_no_item_is_covered_by_two_documents(corpus: Corpus) -> None:
    covered = Counter(i for d in corpus.documents for part in d.parts for i in part.covers)
    assert [i for i, times in covered.items() if times > 1] == []


@pytest.mark.parametrize(("name", "figure"), [(n, f) for n, d in DOCUMENTS.items() for f in d.figures])
def test_a_figure_stands_in_one_passage_with_its_unit_or_caveat(corpus: Corpus, name: str, figure: str) -> None:
    assert any(re.search(figure, p.text) for p in written(corpus) if p.id.startswith(f"{name}/"))


def test_what_the_handbook_does_not_say_is_said_where_people_look(corpus: Corpus) -> None:
    for name in ("case-4", "case-15", "case-20", "utilise-funding"):
        missing = " ".join(p.text for p in corpus.parts[f"{name}/not-given"])
        for asked in (r"paid|payment", r"\bform", r"deadline", r"rate"):
            assert re.search(asked, missing), f"{name}/not-given is silent on {asked}"
    taking_part = " ".join(p.text for p in corpus.parts["case-20/figures"])
    assert re.search(r"were funded is not given.*no success rate", taking_part)


def test_a_passage_can_be_read_alone(corpus: Corpus) -> None:
    for passage in written(corpus):
        words = passage.text.split()
        assert len(words) <= MOST_WORDS, f"{passage.id} has {len(words)} words"
        assert words[0].lower() not in OPENS_WITHOUT_A_SUBJECT, f"{passage.id} starts with `{words[0]}`"


def test_a_list_is_short_and_led_in(corpus: Corpus) -> None:
    for passage in written(corpus):
        items = [line for line in passage.text.splitlines() if line.startswith("- ")]
        assert len(items) <= MOST_ITEMS, f"{passage.id} has {len(items)} items"
        assert not passage.text.startswith("- "), f"{passage.id} is a list without a sentence before it"


def test_an_address_is_known_and_dated(corpus: Corpus) -> None:
    known = {form for link in corpus.links.links for form in (link.printed, *link.also_printed, link.url)}
    for passage in written(corpus):
        found = ADDRESS.findall(passage.text)
        if passage.id == "step-1/tools-benchmarking#1":  # names a second site only to tell it from the first
            found = [a for a in found if a != "www.cluster-excellence.eu"]
        assert set(found) <= known, passage.id
        assert not found or "as printed in 2012" in passage.text, passage.id


def test_a_link_stands_in_the_text_of_its_sections(corpus: Corpus) -> None:
    """But for the Linkology, which is a directory and no text."""
    for link in corpus.links.links:
        forms = (link.printed, link.url, *link.also_printed)
        for label in (link.section, *link.also_in):
            texts = [p.text for p in written(corpus) if p.section == label]
            assert label == "linkology" or any(form in text for form in forms for text in texts), (link.id, label)


def test_the_directories_are_complete(corpus: Corpus) -> None:
    assert [i.id for i in corpus.funding.instruments] == EXPECTED.funding
    assert [t.id for t in corpus.glossary.terms] == EXPECTED.glossary
    assert [a.acronym for a in corpus.glossary.acronyms] == EXPECTED.acronyms
    sizes = (len(EXPECTED.funding), len(EXPECTED.glossary), len(EXPECTED.acronyms), len(corpus.funding.principles))
    assert sizes == (41, 23, 46, 11)


def test_every_section_that_is_cited_exists(corpus: Corpus) -> None:
    cited = {i.section for i in corpus.funding.instruments} | {p.section for p in corpus.funding.principles}
    cited |= {u.where for u in corpus.glossary.undefined} | {link.section for link in corpus.links.links}
    cited |= {s for i in corpus.funding.instruments for s in (*i.steps, *([i.case] if i.case else []))}
    cited |= {d.head.section for d in corpus.documents} | {s for d in corpus.documents for s in d.steps}
    assert cited <= set(EXPECTED.sections)


def test_a_funding_entry_rests_on_a_part_of_the_section_it_cites(corpus: Corpus) -> None:
    documents = {d.head.id for d in corpus.documents}
    for entry in (*corpus.funding.instruments, *corpus.funding.principles):
        if entry.section in DOCUMENTS:
            assert entry.passage, f"{entry.id} cites {entry.section} without a passage"
        if entry.passage:
            assert entry.passage in corpus.parts, entry.id
            assert entry.passage.startswith(f"{entry.section}/"), entry.id
            assert entry.section in documents, entry.id


def test_an_amount_keeps_its_currency_and_its_caveat_and_agrees_with_the_text(corpus: Corpus) -> None:
    for instrument in corpus.funding.instruments:
        assert instrument.not_given, instrument.id
        for amount in instrument.amounts:
            assert amount.currency == "EUR"
            assert amount.caveat, instrument.id
            figures = [f"{value:,.0f}" for value in (amount.value, amount.value_max) if value and value < 1_000_000]
            assert all(f in amount.text for f in figures), instrument.id
            if instrument.passage:
                text = " ".join(p.text for p in corpus.parts[instrument.passage])
                assert all(f"EUR {f}" in text for f in figures), instrument.id


def test_only_open_money_is_offered_as_a_source(corpus: Corpus) -> None:
    offered = [i for i in corpus.funding.instruments if i.as_available_source]
    assert len(offered) == 10
    kinds = " ".join(i.kind for i in offered)
    for closed in ("ended", "not funding", "idea", "gap", "recommendation", "outside EU"):
        assert closed not in kinds


def test_a_successor_has_a_source_and_nothing_unchecked(corpus: Corpus) -> None:
    assert len(corpus.successors.successors) == 8
    assert "(?)" not in (KNOWLEDGE / "successors.yaml").read_text(encoding="utf-8")
    for row in corpus.successors.successors:
        assert row.source, row.id
        assert row.checked.isoformat() == "2026-11-23", row.id


def test_a_programme_leads_to_its_own_successor_only(corpus: Corpus) -> None:
    cip = corpus.successors.for_("Competitiveness and Innovation Framework Programme")
    assert [row.id for row in cip] == ["successor-cip"]
    assert corpus.successors.for_("Innovation Express") == []


def test_innovation_express_is_case_20_and_never_simply_case_7(corpus: Corpus) -> None:
    for passage in written(corpus):
        if re.search(r"Case 7\b", passage.text + passage.heading):
            assert "slip" in passage.text, passage.id
            assert "Case 20" in passage.text, passage.id
