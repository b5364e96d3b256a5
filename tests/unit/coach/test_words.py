"""What code understands without the model: plain words in seven languages, commands, and questions inside replies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast, get_args

import pytest
import yaml

import assistant.coach.replies.words as words
from assistant.coach.replies.commands import AskHandbook, Change, Command, Do, Go, Plain, SetRating, Skip
from assistant.record.state import SkipReason

RAW = cast(
    "dict[str, dict[str, list[str]]]",
    yaml.load(Path(words.__file__).with_name("words.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader),
)
RATINGS = [(rating, word) for rating, group in RAW["rating"].items() for word in group]
SKIPS = [(reason, word) for reason, group in RAW["skip"].items() for word in group]
COMMANDS = [(name, word) for name, group in RAW["command"].items() for word in group]


@pytest.mark.parametrize(
    "wear", [str.upper, str.title, "{}.".format, "  {} ! ".format], ids=["UP", "Title", "dot", "gaps"]
)
def test_every_word_of_the_lists_means_what_its_list_says_however_it_is_written(wear: Callable[[str], str]) -> None:
    wrong = [(rating, word) for rating, word in RATINGS if words.rating_word(wear(word)) != rating]
    wrong += [(reason, word) for reason, word in SKIPS if words.skip_word(wear(word)) != reason]
    wrong += [(name, word) for name, word in COMMANDS if words.command(wear(word)) != Do(cast("Plain", name))]
    wrong += [("nothing", word) for word in RAW["nothing"] if not words.says_nothing(wear(word))]
    assert wrong == []


def test_no_word_means_two_things() -> None:
    """Commands are looked for first, so a word in two lists would hide an answer."""
    meanings: dict[str, set[str]] = {}
    for name, word in [*RATINGS, *SKIPS, *COMMANDS]:
        meanings.setdefault(words.plain(word), set()).add(name)
    assert {word: names for word, names in meanings.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    "text", ["", " ", "maybe", "yes but", "know", "nope nope", "later on we will", "not no", "…", "y e s"]
)
def test_other_replies_are_no_plain_words(text: str) -> None:
    assert (words.rating_word(text), words.skip_word(text), words.command(text)) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/why", Do("why")),
        ("hmm, what do you mean?", Do("example")),
        ("er... back", Do("back")),
        ("hmm", None),
        ("well we do that", None),
        ("/WHY ", Do("why")),
        ("/quit", Do("stop")),
        ("/typo", Do("help")),
        ("/?", Do("help")),
        ("/no", SetRating("/no", "no")),
        ("/na", Skip("/na", "not_applicable")),
        ("/ask what is a cluster", AskHandbook("what is a cluster")),
        ("/ask", Do("help")),
        ("/change 3", Change("3")),
        ("/change partners", Change("partners")),
        ("/go step 2", Go("step 2")),
        ("/srv/reports/plan.pdf", None),
        ("/yes we do have a plan", SetRating("/yes we do have a plan", "yes")),
        ("why?", Do("why")),
        ("Why do you ask?", Do("why")),
        ("why do our members leave?", None),
        ("change 2", Change("2")),
        ("Change number 2.", Change("2")),
        ("please correct answer 12", Change("12")),
        ("I want to change my answer about partners", Change("partners")),
        ("can we revise the reply on money?", Change("money")),
        ("change", Change("")),
        ("Change our statutes", None),
        ("correct", None),
        ("Correct, we do", None),
        ("edit the website", None),
        ("step 3", Go("step 3")),
        ("step 3 pls", Go("step 3")),
        ("hm, the menu please!", None),
        ("um, help please!", Do("help")),
        ("go to step 3, thanks", Go("step 3")),
        ("thanks", None),
        ("Step 3: Identify Opportunities", Go("Step 3: Identify Opportunities")),
        ("Step 3 is finished", None),
        ("go to step 3", Go("step 3")),
        ("Go to identify partners", Go("identify partners")),
        ("start utilise funding", Go("utilise funding")),
        ("Start a survey among members", None),
        ("Start funding applications", None),
        ("open an office in Oslo", None),
        ("Go to the fair in Hanover with two members", None),
        ("Let's start with the small firms", None),
    ],
)
def test_commands_are_told_from_replies_that_only_look_like_them(text: str, command: Command | None) -> None:
    assert words.command(text) == command


def test_a_hum_before_not_knowing_and_a_courtesy_behind_it_change_nothing() -> None:
    assert words.skip_word("hm dunno") == "dont_know"
    assert words.skip_word("later, thanks") == "later"
    assert words.skip_word("well, we do that later") is None


@pytest.mark.parametrize(
    ("text", "stop"),
    [
        ("step 1", "step-1"),
        ("Step 10", "step-10"),
        ("the step 4!", "step-4"),
        ("step 11", None),
        ("step-2", "step-2"),
        ("funding", "utilise-funding"),
        ("Utilize funding", "utilise-funding"),
        ("utilise-funding", "utilise-funding"),
        ("we need funding", None),
    ],
)
def test_a_stop_is_named_by_number_or_usual_name(text: str, stop: str | None) -> None:
    assert words.stop_id(text) == stop


@pytest.mark.parametrize(
    ("text", "told", "asked"),
    [
        ("yes, since May. what does EEN stand for?", "yes, since May.", ["what does EEN stand for?"]),
        ("What is EEN? Yes, since May.", "Yes, since May.", ["What is EEN?"]),
        ("We do. What is EEN? In Linz. Who pays?", "We do. In Linz.", ["What is EEN?", "Who pays?"]),
        ("We have one, but who pays for it?", "We have one", ["but who pays for it?"]),
        ("we found a partner in Graz, who pays now?", "", ["we found a partner in Graz, who pays now?"]),
        ("yes since May, what is EEN?", "yes since May", ["what is EEN?"]),
        ("what does EEN stand for", "", ["what does EEN stand for"]),
        ("tell me about the Tube Map", "", ["tell me about the Tube Map"]),
        ("What we have is a plan from 2020", "What we have is a plan from 2020", []),
        ("When we started in 2019 we wrote it down", "When we started in 2019 we wrote it down", []),
        ("Who else", "Who else", []),
        ("we have one, right?", "we have one, right?", []),
        ("We do, don't we?", "We do, don't we?", []),
        ("it is in the plan, isn’t it?", "it is in the plan, isn’t it?", []),
        ("is it in the plan, or not?", "", ["is it in the plan, or not?"]),
        ("Yes (since 2019?) we have", "Yes (since 2019?) we have", []),
        ("Really?! What is a cluster?", "Really?!", ["What is a cluster?"]),
        ("see http://e.org/?q=a for it", "see http://e.org/?q=a for it", []),
        ("We met on 3.5. in Linz. Dr. Berg wrote it.", "We met on 3.5. in Linz. Dr. Berg wrote it.", []),
        ("ein Brief vom 3. Mai 2026; was kostet EEN?", "ein Brief vom 3. Mai 2026;", ["was kostet EEN?"]),
        ("We have 3. What is EEN?", "We have 3.", ["What is EEN?"]),
        ("two\n\nlines  and   spaces", "two\n\nlines  and   spaces", []),
        ("Was ist EEN?", "", ["Was ist EEN?"]),
        ("Tak. Co to jest EEN?", "Tak.", ["Co to jest EEN?"]),
        ("?", "?", []),
        ("", "", []),
        ("A? B1? C2? D3? E4?", "A?", ["B1?", "C2?", "D3? E4?"]),
    ],
)
def test_a_reply_is_cut_into_what_it_tells_and_what_it_asks(text: str, told: str, asked: list[str]) -> None:
    assert words.split_questions(text) == (told, asked)


@pytest.mark.parametrize(
    "text", ["We do.\nWhat is it?\nYes, really!", "a. b? c! d… e", "x?y? z", "Ä? ö. ?", "one?\ntwo?\nthree?\nfour?"]
)
def test_nothing_of_a_reply_is_lost_in_cutting_it(text: str) -> None:
    told, asked = words.split_questions(text)
    assert sorted("".join([told, *asked]).replace(" ", "").replace("\n", "")) == sorted(
        text.replace(" ", "").replace("\n", "")
    )


def test_reasons_for_skipping_are_the_records_own() -> None:
    assert set(RAW["skip"]) == set(get_args(SkipReason))
