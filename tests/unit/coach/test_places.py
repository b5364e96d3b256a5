"""Questions that point somewhere, on the shipped corpus: addresses, contacts, cases, checklists, recommendations."""

from __future__ import annotations

import pytest

from assistant.coach.answers.models import Ask, HandbookAnswer
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat

NEVER_ASKED = ScriptedChat(rig.flows())  # fails loudly when anything is put to the model


def ask(question: str, audience: str | None = None) -> HandbookAnswer:
    *_, answer = rig.answerer(NEVER_ASKED).answer(Ask(question, audience=audience))
    assert isinstance(answer, HandbookAnswer)
    return answer


@pytest.mark.parametrize(
    ("question", "address"),
    [
        ("What is the website of the EFQM Excellence Model?", "http://www.efqm.org/en"),
        ("ERRIN's web page?", "errin.eu"),
        ("where can I find the Cluster Observatory online", "clusterobservatory.eu"),
    ],
)
def test_an_address_comes_with_its_date(question: str, address: str) -> None:
    answer = ask(question)
    assert address in answer.answer
    assert "(as printed in 2012)" in answer.answer
    assert (answer.how, answer.abstained) == ("data", False)


def test_a_postal_address_is_not_made_of_a_web_address() -> None:
    answer = ask("the postal address of VINNOVA?")
    assert answer.abstained
    assert "http" not in answer.answer


def test_a_case_without_a_contact_says_so() -> None:
    answer = ask("Who is the contact for case 13?")
    assert answer.abstained
    assert "no contact" in answer.answer
    assert {c.section for c in answer.citations} <= {"case-13"}


@pytest.mark.parametrize(
    ("question", "audience", "holds", "lacks"),
    [
        ("checklist of step 3", "policy_maker", "RIS3", "Checklist of Step 3 for cluster"),
        (
            "What does a ministry have to tick at the end of measuring success?",
            None,
            "three questions for policy makers",
            "co-3",
        ),
        ("Step nine for cluster organisations: what is asked?", None, "Cluster Dynamics", "three questions for policy"),
        ("When is Utilise Funding done?", "cluster_organisation", "never", ""),
    ],
)
def test_a_checklist_is_whole_and_of_the_right_audience(
    question: str, audience: str | None, holds: str, lacks: str
) -> None:
    answer = ask(question, audience)
    assert holds in answer.answer
    assert not lacks or lacks not in answer.answer
    assert answer.how == "data"


@pytest.mark.parametrize(
    ("question", "cases"),
    [
        ("Which cases are about Finland?", {"case-2", "case-19"}),
        ("Welche Fälle gibt es zu Japan?", {"case-3", "case-18"}),
        ("Any examples with Tuscany?", {"case-2", "case-7a", "case-13"}),
    ],
)
def test_the_cases_of_a_country_or_region_are_all_told(question: str, cases: set[str]) -> None:
    answer = ask(question)
    assert {c.section for c in answer.citations} == cases
    assert answer.answer.count("\n- ") == len(cases)


def test_a_recommendation_is_told_with_what_it_asks_of_the_audience() -> None:
    answer = ask("what does the fifth recommendation say?", "cluster_organisation")
    passages = {c.passage.split("#")[0] for c in answer.citations}
    assert passages == {"recommendations/rec-5", "recommendations/rec-5-cluster-organisations"}
