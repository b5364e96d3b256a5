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
