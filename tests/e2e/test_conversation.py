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
from tests.e2e.person import Person

pytestmark = pytest.mark.model
MONDAY = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.UTC)


class Held:
    """What a conversation left behind: everything the coach gave out, the record's state, the summary's text."""

    def __init__(self, given: dict[str, list[Item]], state: State, summary: str) -> None:
        self.given, self.state, self.summary = given, state, summary

    def answer_to(self, question: str) -> AnswerDone:
        """The handbook's answer to a question of the script."""
        return next(i for i in self.given[question] if isinstance(i, AnswerDone))


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """The script talked through once, with one stop and return in the middle of a follow-up."""
    home = tmp_path_factory.mktemp("home")
    models, index = paths.models_dir(), paths.index_dir()
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("COACH_")]:
            patch.delenv(name)
        patch.setenv("COACH_HOME", str(home))
        patch.setenv("COACH_MODELS", str(models))
        if index.is_dir():  # built before from the same corpus: that saves a minute, and an old one is built anew
            shutil.copytree(index, paths.index_dir())
        coach = CoachService(settings.load(), clock=lambda: MONDAY)
        coach.prepare()
        assert coach.chat() is not None, "the model is missing: make test fetches it"
        person = Person(coach)
        person.talk()
        given = person.given
        ended = next(i for i in given["stop"] if isinstance(i, Ended))
        person.conversation.close()
        coach.close()
        assert ended.summary is not None
        yield Held(given, RecordStore.read(Path(ended.record)).state, Path(ended.summary).read_text("utf-8"))


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
