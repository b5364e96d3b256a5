"""Directories: looked up as people name things, told in sentences, with what the handbook leaves open."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import KnowledgeError
from assistant.handbook.corpus import Corpus, load_corpus, problems
from assistant.handbook.glossary import Acronym, Term


def test_a_term_is_found_whatever_its_form(corpus: Corpus) -> None:
    for name in ("cluster", "Clusters", "the cluster", "CLUSTER"):
        found = corpus.glossary.find(name)
        assert isinstance(found, Term)
        assert found.id == "gl-cluster"
    assert corpus.glossary.find("clustering") is None


def test_an_acronym_and_its_expansion_are_one_entry(corpus: Corpus) -> None:
    assert corpus.glossary.find("een") is corpus.glossary.find("Enterprise Europe Network")
    assert isinstance(corpus.glossary.find("EEN"), Acronym)


def test_an_acronym_nobody_explains_says_so(corpus: Corpus) -> None:
    assert corpus.by_id["glossary/acronym-rie"].text == "The handbook uses RIE without spelling it out."


def test_terms_that_are_easily_confused_name_each_other(corpus: Corpus) -> None:
    assert 'Not to be confused with "Tool".' in corpus.by_id["glossary/gl-cluster"].sentences


def test_funding_is_found_by_name_alias_and_id(corpus: Corpus) -> None:
    names = ("cir", "CIR programme", "Cluster Insight Report call", "trust-building grants", "fund-cir")
    assert {getattr(corpus.funding.find(name), "id", None) for name in names} == {"fund-cir"}
    assert corpus.funding.find("lottery") is None


def test_funding_for_a_stage_minds_the_country_but_for_policy_makers(corpus: Corpus) -> None:
    ids = [i.id for i in corpus.funding.for_stage("trust_building", country="DE")]
    assert ids == ["fund-cir"]
    assert corpus.funding.for_stage("trust_building", country="SE") == []
    assert [i.id for i in corpus.funding.for_stage("trust_building", "policy_maker", "SE")] == ["fund-cir"]


def test_a_funding_passage_says_amount_caveat_and_what_is_missing(corpus: Corpus) -> None:
    text = corpus.by_id["funding/fund-cir"].text
    assert "Amount: about EUR 30,000 (printed with a point)." in text
    assert "Not given for Cluster Insight Report call (CIR programme): deadline and success rate." in text
    other = corpus.by_id["funding/fund-vc"].text
    assert "gives no amount" in other
    assert "not a source to which one can apply" in other


def test_what_is_never_given_is_a_passage(corpus: Corpus) -> None:
    assert "payment date" in corpus.by_id["funding/never-given"].text


def test_entries_cite_the_section_they_name(corpus: Corpus) -> None:
    assert corpus.by_id["funding/fund-cir"].section == "case-15"
    assert corpus.by_id["glossary/gl-tool"].section == "glossary"


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "said"),
    [
        ("funding.yaml", "stage: [any]", "stage: [anytime]", 25, "stage"),
        ("funding.yaml", "    who: members", "    whom: members", 23, "did you mean `who`"),
        ("funding.yaml", "value: 30000", "value: thirty", 9, "value"),
        ("glossary.yaml", "definition: An instrument.", "definition: An instrument, a thing", 3, "no `a thing` here"),
        ("glossary.yaml", "printed: false}", "printed: perhaps}", 6, "printed"),
    ],
)
def test_a_mistake_in_a_directory_is_named_with_its_line(
    folder: Path, name: str, old: str, new: str, line: int, said: str
) -> None:
    file = folder / name
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(KnowledgeError) as caught:
        load_corpus(shipped=folder)
    assert caught.value.where == f"{file}:{line}"
    assert said in caught.value.sentence()


def test_references_to_parts_that_are_not_there_are_found(folder: Path) -> None:
    file = folder / "funding.yaml"
    file.write_text(file.read_text().replace("case-15/amounts", "case-15/amount"))
    (problem,) = problems(shipped=folder)
    assert problem.where == f"{file}:14"
    assert "did you mean `case-15/amounts`" in problem.sentence()


def test_successors_come_only_from_the_list(shipped_corpus: Corpus) -> None:
    rows = shipped_corpus.successors.for_("What became of CIP and FP7?")
    assert [row.id for row in rows] == ["successor-cip", "successor-fp7"]
    assert all(row.source and row.checked for row in rows)
    assert shipped_corpus.successors.for_("Is eco tourism funded?") == []


def test_addresses_are_found_by_what_they_are_about(shipped_corpus: Corpus) -> None:
    (link,) = shipped_corpus.links.find("EFQM Excellence Model")
    assert link.printed == "www.efqm.org/en"
    assert "as printed in 2012" in shipped_corpus.by_id[link.passage_id].text
