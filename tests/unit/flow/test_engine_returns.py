"""Going back, correcting, and entering a place again: what is asked then, from events alone."""

from __future__ import annotations

from assistant.record.events import (
    Asked,
    Entered,
    SetAside,
)
from tests.support.walk import ENGINE, Walk


def test_back_leads_further_back_each_time_and_ends_at_the_beginning() -> None:
    walk = Walk("network")
    walk.enter("one")
    for _ in range(3):
        walk.skip()
    assert walk.waits == "story"
    seen = [walk.take(ENGINE.back(walk.state)) for _ in range(3)]
    assert seen == ["way", "owner", "plan"]
    assert ENGINE.back(walk.state) == []
    assert walk.skip() == "story"  # what was answered before stands
    assert walk.take(ENGINE.back(walk.state)) == "way"


def test_back_from_a_follow_up_is_the_question_before() -> None:
    walk = Walk()
    walk.enter("one")
    walk.skip()
    walk.rate(None)
    assert walk.waits == "owner confirm"
    assert walk.take(ENGINE.back(walk.state)) == "plan"


def test_back_between_flows_is_the_last_question_asked() -> None:
    walk = Walk()
    walk.enter("money")
    walk.rate("yes")
    walk.rate("yes")
    assert walk.waits is None
    assert walk.take(ENGINE.back(walk.state)) == "m2"


def test_back_at_the_very_beginning_is_nothing() -> None:
    assert ENGINE.back(Walk().state) == []


def test_dependents_are_found_through_others_only_among_standing_answers() -> None:
    walk = Walk("network")
    walk.enter("one")
    walk.rate("no")
    walk.tell()
    assert ENGINE.dependents("plan", walk.state) == []
    walk.rate("yes")
    assert ENGINE.dependents("plan", walk.state) == ["owner"]
    walk.rate(None, choice="left")
    walk.rate("yes")
    assert ENGINE.dependents("plan", walk.state) == ["owner", "left-only"]
    assert ENGINE.dependents("way", walk.state) == []
    assert ENGINE.dependents("no such question", walk.state) == []
    walk.take(ENGINE.set_aside("plan", walk.state))
    assert ENGINE.dependents("plan", walk.state) == []
    assert {q for q, a in walk.state.journey.answers.items() if a.set_aside} == {"owner", "left-only"}


def test_a_question_that_depends_on_itself_does_not_go_round_for_ever() -> None:
    walk = Walk("network")
    walk.take([Entered(flow="one"), Asked(flow="one", question="story")])
    walk.rate(None)
    assert ENGINE.dependents("story", walk.state) == []


def test_after_a_correction_what_was_set_aside_comes_next_and_then_the_place_one_was_at() -> None:
    walk = Walk("cluster_organisation")
    walk.enter("one")
    walk.rate("yes")
    walk.rate("yes")
    walk.skip()
    walk.skip()
    assert walk.enter("money") == "m1"
    walk.take(ENGINE.ask_again("c1"))
    assert walk.rate("no") == "m1"
    assert walk.state.journey.flows["money"] == "begun"


def test_a_correction_when_all_is_done_asks_what_rests_on_it_and_settles() -> None:
    walk = Walk()
    walk.enter("one")
    while walk.waits:
        walk.skip()
    walk.take(ENGINE.ask_again("plan"))
    aside = ENGINE.set_aside("plan", walk.state)
    walk.take(aside)
    assert [e.question for e in aside if isinstance(e, SetAside)] == ["owner"]
    assert walk.skip() == "owner"
    assert walk.skip() is None


def test_asking_again_what_nobody_knows_is_nothing() -> None:
    assert ENGINE.ask_again("nothing") == []


def test_questions_left_for_later_come_back_on_entering_and_other_skips_do_not() -> None:
    walk = Walk("network")
    walk.enter("one")
    walk.skip("later")
    walk.skip("not_applicable")
    walk.skip("later")
    walk.skip("dont_know")
    assert walk.waits is None
    events = ENGINE.enter(walk.state, "one")
    assert [e.question for e in events if isinstance(e, SetAside)] == ["plan", "way"]
    assert walk.take(events) == "plan"
    assert walk.skip("later") == "way"
    assert walk.skip("dont_know") is None
    assert [e.question for e in ENGINE.enter(walk.state, "one") if isinstance(e, SetAside)] == ["plan"]


def test_entering_a_stop_goes_to_its_first_unfinished_flow() -> None:
    walk = Walk("cluster_organisation")
    walk.enter("one")
    walk.rate("yes")
    walk.rate("yes")
    walk.enter("money")
    assert walk.enter("one") == "plan"
    walk.take(ENGINE.ask_again("c1"))
    walk.skip("later")
    assert walk.enter("one") == "c1"


def test_a_stop_without_flows_and_an_unknown_place_are_nothing_to_enter() -> None:
    walk = Walk()
    assert ENGINE.enter(walk.state, "two") == []
    assert ENGINE.enter(walk.state, "nowhere") == []
