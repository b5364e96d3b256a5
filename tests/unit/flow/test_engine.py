"""The order of questions, follow-ups, counts and routes, from events alone: no files, no words of the coach."""

from __future__ import annotations

from assistant.flow.engine import Counts
from assistant.record.events import (
    Answered,
    Asked,
    Entered,
    Finished,
    Rated,
    SetAside,
    Settled,
    replay,
)
from tests.support.walk import ENGINE, PROOF, STEP, Walk


def test_the_first_flow_of_a_stop_for_this_audience_comes_first() -> None:
    assert Walk("cluster_organisation").enter("one") == "c1"
    assert Walk("policy_maker").enter("one") == "plan"
    assert Walk("network").enter("one") == "plan"


def test_flows_of_a_stop_follow_each_other_and_end_when_all_is_looked_at() -> None:
    walk = Walk("cluster_organisation")
    walk.enter("one")
    walk.rate("yes")
    before = len(walk.events)
    assert walk.rate("no") == "plan"
    kinds = [type(e) for e in walk.events[before + 1 :]]
    assert kinds == [Finished, Entered, Asked, Asked]  # the second Asked after a statement
    for _ in range(3):
        walk.skip()
    assert walk.skip() is None
    assert walk.state.journey.flows == {"check": "done", "one": "done"}


def test_statements_are_told_once_and_never_counted_or_scored() -> None:
    walk = Walk()
    events = ENGINE.enter(walk.state, "one")
    assert [e.question for e in events if isinstance(e, Asked)] == ["note", "plan"]
    walk.take(events)
    again = ENGINE.enter(walk.state, "one")
    assert [e.question for e in again if isinstance(e, Asked)] == ["plan"]
    assert ENGINE.counts(STEP, walk.state).questions == 5
    assert ENGINE.back(walk.state) == []


def test_a_condition_brings_a_question_in_and_takes_it_out_again() -> None:
    walk = Walk("network")
    walk.enter("one")
    walk.skip()
    assert walk.skip() == "way"
    assert walk.rate(None, choice="left") == "left-only"
    walk.take(ENGINE.ask_again("way"))
    assert walk.rate(None, choice="right") == "story"


def test_an_unrated_answer_is_asked_about_once() -> None:
    walk = Walk()
    walk.enter("one")
    assert walk.rate(None) == "plan confirm"
    assert walk.tell() == "owner"


def test_two_follow_ups_at_most() -> None:
    walk = Walk()
    walk.enter("one")
    assert walk.rate("yes") == "plan evidence"
    assert walk.tell() == "plan probe written"
    assert walk.tell() == "owner"


def test_a_yes_with_evidence_and_all_criteria_met_needs_no_follow_up() -> None:
    walk = Walk()
    walk.enter("one")
    assert walk.rate("yes", PROOF, met=("written", "known")) == "owner"


def test_a_probe_asks_for_the_first_criterion_still_open_and_only_once() -> None:
    walk = Walk()
    walk.enter("one")
    assert walk.rate("yes", PROOF, met=("written",)) == "plan probe known"
    assert walk.tell() == "owner"


def test_a_gap_is_offered_after_partly_and_no_then_owner_then_date() -> None:
    walk = Walk()
    walk.enter("one")
    assert walk.rate("partly") == "plan evidence"
    assert walk.tell() == "plan probe written"
    assert walk.tell() == "plan gap"
    assert walk.note() == "plan owner"
    assert walk.note(owner="Anna") == "plan due"
    assert walk.note(owner="Anna", due="2027") == "owner"


def test_after_a_no_the_gap_comes_at_once() -> None:
    walk = Walk()
    walk.enter("one")
    assert walk.rate("no") == "plan gap"


def test_an_action_with_owner_and_date_is_asked_nothing_more() -> None:
    walk = Walk()
    walk.enter("one")
    walk.rate("no")
    assert walk.note("Anna", "2027") == "owner"


def test_an_owner_and_a_date_that_are_not_given_are_not_asked_for_twice() -> None:
    walk = Walk()
    walk.enter("one")
    walk.rate("no")
    assert walk.note() == "plan owner"
    assert walk.tell() == "plan due"
    assert walk.tell() == "owner"


def test_no_action_wanted_goes_on() -> None:
    walk = Walk()
    walk.enter("one")
    walk.rate("no")
    assert walk.tell() == "owner"


def test_a_question_without_gap_criteria_or_evidence_is_just_noted() -> None:
    walk = Walk()
    walk.enter("one")
    walk.skip()
    assert walk.rate("no") == "way"


def test_skipped_and_set_aside_answers_get_no_follow_up() -> None:
    walk = Walk()
    walk.enter("one")
    assert walk.skip("not_applicable") == "owner"


def test_counts_tell_answered_skipped_and_set_aside_apart() -> None:
    walk = Walk()
    walk.enter("one")
    walk.rate("yes", PROOF, met=("written", "known"))
    walk.rate("no")
    walk.skip("later")
    assert ENGINE.counts(STEP, walk.state) == Counts(5, looked_at=3, met=1, partly=0, unmet=1, skipped=1)
    walk.take([SetAside(question="owner", because="x")])
    assert ENGINE.counts(STEP, walk.state) == Counts(5, looked_at=2, met=1, partly=0, unmet=0, skipped=1)


def test_routes_are_the_first_way_on_and_every_suggestion() -> None:
    walk = Walk("network")
    walk.enter("one")
    assert [r.say for r in ENGINE.routes(STEP, walk.state)] == ["anyway"]
    walk.rate("yes", PROOF, met=("written", "known"))
    walk.rate("yes")
    assert [r.say for r in ENGINE.routes(STEP, walk.state)] == ["all"]
    walk.take([Rated(question="owner", rating="partly")])
    assert [r.say for r in ENGINE.routes(STEP, walk.state)] == ["gap", "anyway"]


def test_gaps_of_another_flow_suggest_something_too() -> None:
    walk = Walk("cluster_organisation")
    walk.enter("one")
    walk.rate("no")
    walk.rate("yes")
    assert [r.say for r in ENGINE.routes(STEP, walk.state)] == ["check", "anyway"]


def test_the_theme_is_never_done_and_only_settles() -> None:
    walk = Walk()
    walk.enter("money")
    walk.rate("yes")
    events = ENGINE.proceed(replay([*walk.events, Answered(flow="money", question="m2", said="s", rating="no")]))
    assert [type(e) for e in events] == [Settled]
    walk.rate("no")
    assert walk.state.journey.flows == {"money": "begun"}
    assert not any(isinstance(e, Asked) for e in ENGINE.enter(walk.state, "money"))


def test_nothing_is_changed_by_asking() -> None:
    walk = Walk()
    walk.enter("one")
    before = walk.state
    for _ in range(2):
        ENGINE.proceed(before)
        ENGINE.back(before)
        ENGINE.enter(before, "money")
    assert walk.state == before
