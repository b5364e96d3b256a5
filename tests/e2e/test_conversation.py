"""A whole conversation with the real models: typed replies in, record and summary out."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import paths, settings
from assistant.coach.service import CoachService
from assistant.coach.turns import AnswerDone, Ended, Item, Said
from assistant.record.state import State
from assistant.record.store import RecordStore
from tests.e2e.person import Person, Script

pytestmark = pytest.mark.model
MONDAY = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.UTC)


SCRIPTS = ("cluster-organisation", "policy-maker", "network")


class Held:
    """What a conversation left behind: everything the coach gave out, the record's state, the summary's text."""

    def __init__(self, person: Person, state: State, summary: str) -> None:
        self.person, self.state, self.summary = person, state, summary
        self.given: dict[str, list[Item]] = person.given

    def answer_to(self, question: str) -> AnswerDone:
        """The handbook's answer to a question of the script."""
        return next(i for i in self.given[question] if isinstance(i, AnswerDone))


def talk(name: str) -> Held:
    """The script of that name talked through once, with one stop and return in the middle of it."""
    coach = CoachService(settings.load(), clock=lambda: MONDAY)
    coach.prepare()
    assert coach.chat() is not None, "the model is missing: make test fetches it"
    person = Person(coach, Script.load(name))
    person.talk()
    ended = next(i for i in person.given["stop"] if isinstance(i, Ended))
    person.conversation.close()
    coach.close()
    assert ended.summary is not None
    return Held(person, RecordStore.read(Path(ended.record)).state, Path(ended.summary).read_text("utf-8"))


@pytest.fixture(scope="module")
def all_held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Held]]:
    """All the scripts, by name."""
    home = tmp_path_factory.mktemp("home")
    models, index = paths.models_dir(), paths.index_dir()
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("COACH_")]:
            patch.delenv(name)
        patch.setenv("COACH_HOME", str(home))
        patch.setenv("COACH_MODELS", str(models))
        if index.is_dir():  # built before from the same corpus: that saves a minute, and an old one is built anew
            shutil.copytree(index, paths.index_dir())
        yield {name: talk(name) for name in SCRIPTS}


@pytest.fixture
def held(all_held: dict[str, Held]) -> Held:
    """The cluster organisation's conversation: Steps 1 and 2 with their readiness questions, and Utilise Funding."""
    return all_held["cluster-organisation"]


def test_free_replies_are_read_right_or_asked_back_never_turned_round(all_held: dict[str, Held]) -> None:
    pairs = [
        (question, wanted, held.person.read_as[question])
        for held in all_held.values()
        for question, wanted in held.person.script.reads.items()
    ]
    right = sum(wanted == got for _, wanted, got in pairs)
    print(f"{right} of {len(pairs)} read as a person would, {sum(not got for *_, got in pairs)} asked back")
    assert not [pair for pair in pairs if set(pair[1:]) == {"yes", "no"}]
    assert right > len(pairs) / 2


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_audience_gets_through_to_a_profile_and_a_summary(all_held: dict[str, Held], name: str) -> None:
    held = all_held[name]
    script = held.person.script
    assert set(script.reads) <= set(held.state.journey.answers)
    assert held.state.journey.pending is None
    for reply in script.replies.values():
        assert reply["question"].split(":")[0].rstrip(".") in held.state.model_dump_json()
    heading = "Readiness" if name != "network" else script.opening[0]
    assert heading in held.summary


def test_gaps_of_a_diagnostic_become_actions_and_point_to_training(all_held: dict[str, Held]) -> None:
    for name, question, owner in (
        ("cluster-organisation", "rco-staff", "Jonas Wulf"),
        ("policy-maker", "rpm-strategy", "Ilse Maurer"),
    ):
        held = all_held[name]
        assert [a.owner for a in held.state.actions if a.question == question] == [owner]
        assert owner in held.summary
        told = [i.markdown for _, items in held.person.exchanges for i in items if isinstance(i, Said)]
        assert any("Step 5" in text for text in told)


def test_replies_in_free_words_are_read(held: Held) -> None:
    answers = held.state.journey.answers
    assert answers["s01-both-1"].rating == "yes"
    assert answers["s01-both-2"].rating == "partly"
    assert answers["s01-both-3"].rating == "no"
    assert answers["s01-decision"].choice == "go-on"


def test_no_criterion_is_ticked_without_the_person_s_words(held: Held) -> None:
    for answer in held.state.journey.answers.values():
        told = [answer.said, *answer.also_said]
        for criterion in answer.criteria:
            assert criterion.met is None or (criterion.quote and any(criterion.quote in said for said in told))
        for evidence in answer.evidence:
            assert any(evidence.quote in said for said in told)


def test_evidence_and_actions_are_noted(held: Held) -> None:
    assert any("12 March 2026" in e.text for e in held.state.journey.answers["s01-both-1"].evidence)
    actions = {a.question: a for a in held.state.actions}
    assert (actions["s01-both-2"].owner, actions["s01-both-2"].due) == ("Anna Petersen", "2027-03-31")
    assert (actions["s01-both-3"].owner, actions["s01-both-3"].due) == ("the board", "2026-12-31")


def test_every_reply_stands_in_the_record(held: Held) -> None:
    text = held.state.model_dump_json()
    for said in ("nobody here can test large robots", "fourteen robotics firms", "9 of 14 firms"):
        assert said in text


def test_questions_about_funding_are_answered_right_and_cited(held: Held) -> None:
    each = held.answer_to("how much per company from Innovation Express?")
    assert "15,000" in each.markdown
    assert "average" in each.markdown
    assert "2012" in each.markdown
    assert {s.section for s in each.sources} == {"case-20"}
    phase = held.answer_to("we have found a partner abroad, who pays for the next phase?")
    assert "30,000" in phase.markdown
    assert "Germany" in phase.markdown
    assert phase.sources[0].section == "case-15"


def test_what_the_handbook_does_not_say_is_said_so(held: Held) -> None:
    paid = held.answer_to("when is the money paid out?")
    assert paid.abstained
    assert "does not say" in paid.markdown


def test_a_digression_leaves_the_question_pending(held: Held) -> None:
    items = held.given["what does EEN stand for?"]
    assert any(isinstance(i, AnswerDone) and "Enterprise Europe Network" in i.markdown for i in items)
    last = [i for i in items if isinstance(i, Said) and i.tone == "question"][-1]
    assert last.question is not None
    assert last.question.startswith("s01-both")


def test_the_summary_holds_the_session(held: Held) -> None:
    for expected in ("Nordlicht Robotics Cluster", "Anna Petersen", "nobody here can test large robots", "2012"):
        assert expected in held.summary
