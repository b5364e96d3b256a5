"""The order of questions, follow-ups, corrections and routes, from events alone: no files, no words of the coach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.flow.engine import Counts, Engine
from assistant.flow.models import Condition, Flow, FlowSet, Gap, Journey, Option, Question, Route, Stop, Why
from assistant.record.events import (
    ActionNoted,
    Added,
    Answered,
    Asked,
    Entered,
    Event,
    Finished,
    Opened,
    Rated,
    SetAside,
    Settled,
    Skipped,
    replay,
)
from assistant.record.state import Action, Criterion, Evidence, Rating, SkipReason, State, Subject

WHY = Why(text="To know.")
PROOF = Evidence(kind="document", text="the plan", quote="the plan")


def question(name: str, **more: Any) -> Question:
    return Question(id=name, ask=f"{name}?", why=WHY, **more)


def flow(name: str, *questions: Question, kind: Any = "step", **more: Any) -> Flow:
    return Flow(id=name, kind=kind, title=name, purpose="", questions=questions, **more)


CHECK = flow("check", question("c1"), question("c2"), kind="diagnostic", **{"for": ("cluster_organisation",)})
STEP = flow(
    "one",
    question("note", kind="statement"),
    question(
        "plan",
        evidence=("a plan",),
        counts={"written": "w", "known": "k"},
        probe={"written": "?", "known": "?"},
        gap=Gap(action="Write it."),
    ),
    question("owner", depends_on=("plan",)),
    question("way", kind="choice", options=(Option(id="left", label="L"), Option(id="right", label="R"))),
    question("left-only", when=Condition(chosen={"way": "left"}), depends_on=("owner",)),
    question("policy", **{"for": ("policy_maker",)}),
    question("story", kind="text", depends_on=("story",)),
    after=(
        Route(when=Condition(all_met=True), go="two", say="all"),
        Route(when=Condition(any_gap=True), suggest="one", say="gap"),
        Route(when=Condition(gaps_in="check"), suggest="money", say="check"),
        Route(go="two", say="anyway"),
    ),
)
MONEY = flow("money", question("m1"), question("m2"), kind="theme", never_done=True)
FLOWS = FlowSet(
    journey=Journey(
        version="1",
        phases=(),
        phases_note="",
        stops=(
            Stop(id="one", number=1, title="One", about="", flows=("check", "one")),
            Stop(id="two", number=2, title="Two", about=""),
            Stop(id="money", number=None, title="Money", about="", flows=("money",)),
        ),
    ),
    flows={f.id: f for f in (CHECK, STEP, MONEY)},
    digest="x",
)
ENGINE = Engine(FLOWS)


class Walk:
    """A record in memory: what the engine says is applied, and so is what the person says."""

    def __init__(self, audience: str = "policy_maker") -> None:
        self.events: list[Event] = [Opened(subject=Subject(organisation="A", audience=audience), flows="1 x")]

    @property
    def state(self) -> State:
        return replay(self.events)

    @property
    def waits(self) -> str | None:
        pending = self.state.journey.pending
        return (
            None
            if pending is None
            else " ".join(
                filter(
                    None, (pending.question, "" if pending.stage == "question" else pending.stage, pending.criterion)
                )
            )
        )

    def take(self, events: Sequence[Event]) -> str | None:
        self.events += events
        return self.waits

    def enter(self, where: str) -> str | None:
        return self.take(ENGINE.enter(self.state, where))

    def go_on(self) -> str | None:
        return self.take(ENGINE.proceed(self.state))

    def rate(
        self, rating: Rating | None, *evidence: Evidence, met: Sequence[str] = (), choice: str | None = None
    ) -> str | None:
        pending = self.state.journey.pending
        assert pending
        criteria = tuple(Criterion(id=c, met=True, quote="q") for c in met)
        self.events.append(
            Answered(
                flow=pending.flow,
                question=pending.question,
                said="s",
                rating=rating,
                choice=choice,
                evidence=evidence,
                criteria=criteria,
            )
        )
        return self.go_on()

    def skip(self, reason: SkipReason = "dont_know") -> str | None:
        pending = self.state.journey.pending
        assert pending
        self.events.append(Skipped(flow=pending.flow, question=pending.question, reason=reason, said="s"))
        return self.go_on()

    def tell(self, *evidence: Evidence, met: Sequence[str] = ()) -> str | None:
        pending = self.state.journey.pending
        assert pending
        criteria = tuple(Criterion(id=c, met=True, quote="q") for c in met)
        self.events.append(
            Added(question=pending.question, said="s", about="probe", evidence=evidence, criteria=criteria)
        )
        return self.go_on()

    def note(self, owner: str | None = None, due: str | None = None) -> str | None:
        pending = self.state.journey.pending
        assert pending
        action = Action(id="a1", question=pending.question, what="w", owner=owner, due=due)
        self.events.append(ActionNoted(action=action))
        return self.go_on()


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


def test_nothing_is_changed_by_asking() -> None:
    walk = Walk()
    walk.enter("one")
    before = walk.state
    for _ in range(2):
        ENGINE.proceed(before)
        ENGINE.back(before)
        ENGINE.enter(before, "money")
    assert walk.state == before
