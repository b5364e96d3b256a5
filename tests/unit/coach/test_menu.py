"""The menu over a journey in which every stop has guided questions: short at first, whole on request."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from assistant.coach.conversation import CoachConversation
from assistant.coach.turns import Item, Said
from assistant.flow.models import Flow, FlowSet, Journey, Stop
from assistant.record.state import Subject
from tests.support import rig

NUMBERED = [f"Step {n}: Stop {n}" for n in range(1, 11)]


def flow(n: int) -> Flow:
    """One question, after which a gap leads to Step 5 and everything else to the next step."""
    return Flow.model_validate(
        {
            "id": f"step-{n}",
            "kind": "step",
            "title": f"Stop {n}",
            "purpose": "To try.",
            "questions": [{"id": f"q{n}", "ask": "Is it there?", "why": {"text": "It helps."}}],
            "after": [
                {"when": {"any_gap": True}, "suggest": "step-5", "say": "Step 5 helps.", "ours": True},
                {"go": f"step-{n % 10 + 1}", "say": "On you go.", "ours": True},
            ],
        }
    )


@pytest.fixture
def talk(tmp_path: Path) -> CoachConversation:
    """A conversation that stands at the menu for the first time."""
    stops = [Stop(id=f"step-{n}", number=n, title=f"Stop {n}", about="x", flows=(f"step-{n}",)) for n in range(1, 11)]
    theme = rig.flows().flow("utilise-funding")
    stops.append(Stop(id=theme.id, number=None, title=theme.title, about="x", flows=(theme.id,)))
    stops.append(Stop(id="elsewhere", number=None, title="Elsewhere", about="x"))
    flows = {f.id: f for f in [*map(flow, range(1, 11)), theme]}
    journey = Journey(version="1", phases=(), phases_note="", stops=tuple(stops))
    parts = rig.parts(None, FlowSet(journey=journey, flows=flows, digest="x"))
    record = rig.create(tmp_path, Subject(organisation="Alpine", audience="cluster_organisation"))
    talk = CoachConversation(parts, record, lambda subject: record)
    list(talk.begin())
    return talk


def say(talk: CoachConversation, text: str) -> list[Item]:
    return list(talk.reply(text, Event()))


def offered(items: list[Item]) -> list[str]:
    """The labels of the last choices."""
    return [c.label for c in [i for i in items if isinstance(i, Said) and i.tone == "question"][-1].choices]


def test_at_first_the_next_two_steps_and_funding_are_offered(talk: CoachConversation) -> None:
    assert offered(say(talk, "menu")) == [*NUMBERED[:2], "Utilise Funding", "Another step", "Stop for today"]


def test_every_step_is_offered_on_request_and_can_be_chosen(talk: CoachConversation) -> None:
    labels = offered(say(talk, "4"))  # "Another step"
    assert labels == [*NUMBERED, "Utilise Funding", "Stop for today"]
    asked = [i for i in say(talk, "7") if isinstance(i, Said) and i.tone == "question"]
    assert asked[-1].question == "q7"


def test_what_is_begun_comes_first_and_where_the_answers_lead_is_offered(talk: CoachConversation) -> None:
    say(talk, "go to step 4")
    assert offered(say(talk, "menu"))[0] == NUMBERED[3]
    say(talk, "go to step 8")
    labels = offered(say(talk, "no"))
    # 4 is begun; 5 and 9 are where the answer to 8 leads; 1 and 2 come next by number; 8 is done and not offered
    assert labels[:5] == [NUMBERED[3], NUMBERED[0], NUMBERED[1], NUMBERED[4], NUMBERED[8]]
    assert NUMBERED[7] not in labels
    assert NUMBERED[7] in offered(say(talk, "all steps"))


def test_a_place_can_be_named_though_it_is_not_offered(talk: CoachConversation) -> None:
    asked = [i for i in say(talk, "step 9") if isinstance(i, Said) and i.tone == "question"]
    assert asked[-1].question == "q9"


def test_a_stop_without_questions_says_so_and_the_menu_comes_again(talk: CoachConversation) -> None:
    said = [i for i in say(talk, "elsewhere") if isinstance(i, Said)]
    assert "no guided questions" in said[0].markdown
    assert said[-1].question == "menu"
