"""From a free reply to commands: the person's own word first, the model for the rest, nothing without a quotation."""

from __future__ import annotations

from threading import Event

import pytest

from assistant.coach.prompts import Prompts
from assistant.coach.replies.commands import AskHandbook, Choose, Do, Rate, Skip, Tell
from assistant.coach.replies.interpret import Interpreter
from assistant.flow.models import Question
from tests.support import rig
from tests.support.scripted_chat import NotInTheScriptError, ScriptedChat


def asked(name: str) -> Question:
    found = rig.flows().question(name)
    assert found
    return found[1]


PLAN = asked("s01-both-1")
DECISION = asked("s01-decision")
STAGE = asked("uf-stage")
PULL = asked("s01-pull")
LONG = "We have talked. " * 300 + "The plan is written."


def reader(**script: object) -> Interpreter:
    return rig.interpreter(ScriptedChat(rig.flows(), **script))  # type: ignore[arg-type]


def rated(reply: str, says: str, **script: object) -> Rate:
    command = reader(readings={reply: says}, met={reply: []}, **script).read(reply, PLAN)[0]
    assert isinstance(command, Rate)
    return command


@pytest.mark.parametrize("reply", ["yes", "No.", "teilweise", " Oui ! "])
def test_a_plain_word_is_the_persons_own_rating_and_the_model_is_not_asked(reply: str) -> None:
    command = reader().read(reply, PLAN)[0]
    assert isinstance(command, Rate)
    assert (command.by_person, command.sure, command.quote) == (True, 1.0, reply.strip())


@pytest.mark.parametrize(
    ("reply", "model", "rating"),
    [
        ("yes, since May", "no", "yes"),  # the person's own first word decides against the model
        ("No, that is on our list", "yes", "no"),
        ("ja, seit Mai", "unclear", "yes"),
        ("yes, but only the large firms", "partly", "partly"),  # hedged: the model reads on
        ("No, not all of them", "partly", "partly"),
        ("ja, aber nur teilweise", "partly", "partly"),
        ("yes and no, it depends", "partly", "partly"),
        ("Ja und nein", "unclear", None),
        ("no doubt, the board signed it", "yes", "yes"),
        ("No problem at all, we have it", "yes", "yes"),
        ("the board signed it", "yes", "yes"),
        ("not really, that is on our list", "unclear", "no"),
        ("not yet for all, but the large firms have one", "partly", "partly"),
        ("it depends what you mean", "unclear", None),
        ("Nordic firms want it", "yes", "yes"),  # begins with "no", is no "no"
    ],
)
def test_lead_word_hedge_and_model_together(reply: str, model: str, rating: str | None) -> None:
    assert rated(reply, model).rating == rating


def test_a_reading_that_is_not_sure_enough_is_none() -> None:
    class Torn(ScriptedChat):
        def score(self, *args: object, **more: object) -> list[float]:
            return [-0.8, -0.9, -3.0, -3.0]  # 45 % yes, 41 % partly

    command = rig.interpreter(Torn(rig.flows())).read("we are on the way", PLAN)[0]
    assert isinstance(command, Rate)
    assert command.rating is None


def test_without_a_model_free_words_stand_unrated_and_plain_ones_are_read() -> None:
    silent = rig.interpreter(None)
    free, plain = silent.read("the board signed it", PLAN)[0], silent.read("yes, since May", PLAN)[0]
    assert isinstance(free, Rate)
    assert isinstance(plain, Rate)
    assert (free.rating, free.quote, plain.rating) == (None, "the board signed it", "yes")
    assert silent.criterion("it is written down", "own", PLAN.counts["own"]).met is None


def test_a_model_that_breaks_is_as_if_there_were_none() -> None:
    broken = rig.interpreter(ScriptedChat(rig.flows(), breaks=True))
    command = broken.read("the board signed it", PLAN)[0]
    assert isinstance(command, Rate)
    assert (command.rating, command.criteria) == (None, ())


def test_criteria_carry_exact_words_of_the_reply_and_silence_is_left_out() -> None:
    reply = "We would get visitors.  Our firms would gain a test hall;\nthe board agreed in May."
    command = reader(readings={reply: "yes"}, met={reply: ["others"]}, unmet={reply: ["concrete"]}).read(reply, PLAN)[0]
    assert isinstance(command, Rate)
    assert {c.id: c.met for c in command.criteria} == {"others": True, "concrete": False}
    for quote in [c.quote for c in command.criteria] + [e.quote for e in command.evidence] + [command.quote]:
        assert quote
        assert quote in reply


def test_a_no_and_a_reply_of_three_words_are_not_searched_for_criteria() -> None:
    for reply, says in (("we never did that so far", "no"), ("a signed list", "yes")):
        command = reader(readings={reply: says}).read(reply, PLAN)[0]
        assert isinstance(command, Rate)
        assert command.criteria == ()


def test_a_plain_yes_to_a_follow_up_meets_the_criterion_in_those_words() -> None:
    for word, met in (("yes", True), ("Nein!", False)):
        found = reader().criterion(f" {word} ", "own", PLAN.counts["own"])
        assert (found.met, found.quote) == (met, word)
    assert rig.interpreter(None).criterion("partly", "own", PLAN.counts["own"]).met is None


def test_the_words_shown_for_a_rating_are_always_the_persons() -> None:
    for reply in (LONG, "a" * 5000, "One. Two.", "x\ny " * 90):
        command = rated_long(reply)
        assert command.quote in reply
        assert 0 < len(command.quote) <= 200


def rated_long(reply: str) -> Rate:
    told = reply.strip()
    command = reader(readings={told[:4000]: "no"}).read(reply, PLAN)[0]
    assert isinstance(command, Rate)
    return command


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("1", "go-on"),
        ("yes", "go-on"),
        ("Ja", "go-on"),
        ("no", "not-now"),
        ("go on", "go-on"),
        ("Yes, let us go on", "go-on"),
        ("not sure", "unsure"),
        ("Not sure yet.", "unsure"),
        ("NO, NOT FOR US NOW", "not-now"),
    ],
)
def test_an_option_is_chosen_by_number_label_or_its_first_word(reply: str, option: str) -> None:
    assert reader().read(reply, DECISION) == [Choose(reply, option)]


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("we want to write our strategy", "strategy"),
        ("trust_building", None),
        ("building trust", "trust_building"),
        ("money", None),
    ],
)
def test_an_option_is_recognised_by_the_words_of_its_label(reply: str, option: str | None) -> None:
    assert reader().read(reply, STAGE) == [Choose(reply, option) if option else Tell(reply)]


def test_questions_commands_and_skips_are_told_apart() -> None:
    read = reader(readings={"We do.": "yes"}, met={"We do.": []}).read
    assert read("why?", PLAN) == [Do("why")]
    assert read("n/a", PLAN) == [Skip("n/a", "not_applicable")]
    assert read("later", DECISION) == [Skip("later", "later")]
    assert read("What is a cluster?", PLAN) == [AskHandbook("What is a cluster?")]
    assert read("later. What is a cluster?", PLAN) == [Skip("later.", "later"), AskHandbook("What is a cluster?")]
    assert read("We sell there\nalready", PULL) == [Tell("We sell there\nalready")]
    both = read("We do. What is a cluster?", PLAN)
    assert isinstance(both[0], Rate)
    assert both[1:] == [AskHandbook("What is a cluster?")]


def test_the_scripted_model_really_fails_on_what_it_was_not_told() -> None:
    with pytest.raises(NotInTheScriptError):
        reader().read("the board signed it", PLAN)


def test_the_model_sees_at_most_the_first_part_of_a_long_reply() -> None:
    chat = ScriptedChat(rig.flows(), readings={LONG[:4000]: "no"})
    prompts: Prompts = rig.prompts()
    Interpreter(prompts, lambda: chat).read(LONG, PLAN, Event())
    assert [len(text) for text in chat.asked] == [4000]


@pytest.mark.parametrize(
    ("question", "reply", "model", "rating"),
    [
        ("s05-both-3", "we are just planning an exchange with Aarhus, nothing signed", "unclear", "yes"),
        ("s05-both-3", "ein Austausch ist für Herbst geplant", "partly", "yes"),
        ("s09-co-2", "we looked at it and decided against it", "no", "yes"),
        ("s09-co-2", "we have not considered it", "no", "no"),
        ("s05-both-3", "there isn't any plan", "no", "no"),
        ("s05-both-3", "no, that was planned once", "unclear", "no"),  # the person's own first word decides
        ("s09-co-3", "data yes, the evaluation is planned", "partly", "partly"),  # only one of its parts may be planned
        ("s01-both-1", "we are planning to find out", "no", "no"),  # an ordinary question
    ],
)
def test_what_is_under_way_is_a_yes_where_the_handbook_counts_it(
    question: str, reply: str, model: str, rating: str
) -> None:
    read = reader(readings={reply: model}, met={reply: []}).read(reply, asked(question))[0]
    assert isinstance(read, Rate)
    assert read.rating == rating
