"""Who is asked a thing by a checklist, and where; and questions that no checklist answers though they name one."""

from __future__ import annotations

import pytest

from assistant.coach.answers.models import Ask, HandbookAnswer
from assistant.coach.answers.question import understand
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat

NEVER_ASKED = ScriptedChat(rig.flows())  # fails loudly when anything is put to the model


def ask(question: str) -> HandbookAnswer:
    *_, answer = rig.answerer(NEVER_ASKED).answer(Ask(question))
    assert isinstance(answer, HandbookAnswer)
    return answer


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Contingency plan: who is asked about a Plan B, clusters or ministries?", ["Step 8 asks this of cluster org"]),
        ("at which step are we asked about the Enterprise Europe Network?", ["Step 6 asks this of cluster org"]),
        ("which step asks about market failure", ["Step 1 asks this of cluster organisations and of policy makers"]),
        ("are clusters or funders asked about Innovation Express?", ["Utilise Funding asks this of policy makers"]),
        (
            "who is asked about benchmarking, clusters or policy makers?",
            ["Step 9 asks this of cluster org", "Step 9 asks this of policy makers"],
        ),
    ],
)
def test_whom_a_checklist_asks_and_where_is_told_with_the_item(question: str, asked: list[str]) -> None:
    answer = ask(question)
    assert answer.how == "data"
    assert answer.citations
    assert len(answer.answer.split("\n\n")) == len(asked)
    for words in asked:
        assert words in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "how many clusters have filled in the step 3 checklist up to now?",
        "by when does a ministry have to hand in the checklist of step 6?",
        "who checks our answers to the checklist of step 2?",
    ],
)
def test_what_a_checklist_does_not_say_is_not_answered_with_it(question: str) -> None:
    asked = understand(question)
    assert not asked.checklist
    assert not asked.checklist_of_step


@pytest.mark.parametrize(
    "question",
    ["how many questions has the checklist of step 8?", "how many points are there on the step 8 checklist?"],
)
def test_how_many_questions_a_checklist_has_is_answered_with_it(question: str) -> None:
    assert understand(question).checklist


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("our plan abroad has targets and actions. what else is ticked off before step five?", "Step 4 (Create"),
        ("what has to be answered before we go on to step 10?", "Step 9 (Measure"),
        ("funding chcklist", "Utilise Funding asks two"),
        ("our clusters are busy running their projects. What do I, the funder, have to answer?", "Step 8 (Implement"),
        ("we are members of networks and use the ECCP. what is a cluster office asked about that?", "Step 6 (Identify"),
    ],
)
def test_a_checklist_is_told_whole_though_only_its_place_or_a_situation_is_named(question: str, first: str) -> None:
    answer = ask(question)
    assert answer.how == "data"
    assert answer.answer.startswith(first)


@pytest.mark.parametrize(
    "question", ["what is asked before we leave step 5?", "what has to be ticked before step 5 counts as finished?"]
)
def test_leaving_a_step_is_asked_about_that_step(question: str) -> None:
    assert understand(question).step == "step-5"


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("The case with creative industries and Japan, Dubai, India: is there a contact?", "filas.eu"),
        ("whom do we turn to about the Mediterranean think tank on innovation?", "cote-azur.cci.fr"),
    ],
)
def test_a_contact_is_told_of_a_case_that_is_only_described(question: str, named: str) -> None:
    answer = ask(question)
    assert answer.how == "data"
    assert named in answer.answer
