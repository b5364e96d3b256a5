"""Questions name things; what they name is found by rules."""

from __future__ import annotations

import pytest

from assistant.handbook.corpus import Corpus
from assistant.handbook.named import Names


@pytest.fixture(scope="module")
def names(shipped_corpus: Corpus) -> Names:
    """The names of the real corpus."""
    return Names(shipped_corpus)


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("Who is the contact for case 15?", {"case-15"}),
        ("Cases 7a and Step 2", {"case-7a", "step-2"}),
        ("Was steht in Schritt 2?", {"step-2"}),
        ("que dit l'étape 1", {"step-1"}),
        ("How much did Global Links pay?", {"funding/fund-global-links"}),
        ("who can get CIR money", {"funding/fund-cir", "glossary/acronym-cir"}),
        ("how does the EEN help", {"glossary/acronym-een"}),
        ("something for swedish clusters", {"SE", "glossary/gl-cluster"}),
    ],
)
def test_what_is_named_is_found(names: Names, question: str, labels: set[str]) -> None:
    found = {name.label for name in names.find(question) if name.kind not in ("thing", "link")}
    assert found == labels


def test_a_name_within_a_longer_one_does_not_count(names: Names) -> None:
    found = {name.label for name in names.find("What is a Cluster Insight Report?")}
    assert "glossary/gl-cluster" not in found
    assert "funding/fund-cir" in found


def test_acronyms_that_are_words_count_in_capitals_only(names: Names) -> None:
    assert "glossary/acronym-eco" in {n.label for n in names.find("what is ECO")}
    assert "glossary/acronym-eco" not in {n.label for n in names.find("an eco label")}
    assert "glossary/acronym-create" not in {n.label for n in names.find("how do we create trust")}
    assert names.find("bananas") == []


def test_a_term_is_preferred_only_where_its_meaning_is_asked(names: Names) -> None:
    for question in ("What is a Platform?", "platform", "what does platform mean", "Was bedeutet Platform?"):
        assert names.boosts(question) == {"glossary/gl-platform": 1.0}
    assert names.boosts("which platform should we use to find partners") == {}


def test_common_words_for_money_name_no_scheme(names: Names) -> None:
    assert names.boosts("which grants are there") == {}
    assert set(names.boosts("a bank in Spain")) <= {"case-2", "case-6", "case-7a", "case-16"}  # cases of the country


def test_an_address_that_is_asked_for_is_preferred(names: Names) -> None:
    assert names.boosts("What is the website of the EFQM Excellence Model?")["links/url-09"] == 1.0
    assert "links/url-09" not in names.boosts("What is the EFQM Excellence Model?")


def test_a_word_without_definition_leads_to_where_it_is_used(names: Names) -> None:
    boosts = names.boosts("What is market failure?")
    assert boosts["step-1"] > boosts["glossary/undefined-market-failure"]
