"""The conversation in plain lines, told as transcripts."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from assistant.coach.turns import AnswerDelta, AnswerDone, AnswerFound, AnswerStarted, Item, Past, RecordView
from assistant.errors import CoachError, RecordError
from assistant.line.chat import run
from assistant.line.words import plain, sentences
from assistant.settings import Settings
from tests.tui.fake_coach import FakeCoach, FakeConversation, answer, question, says, story


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_HOME", str(tmp_path))


def talk(coach: FakeCoach, typed: str, record: Path | None = None, code: int = 0) -> str:
    """What the person reads when they type these lines and the input then ends."""
    out = io.StringIO()
    assert run(coach, Settings(), record, io.StringIO(typed), out) == code
    return out.getvalue()


def test_a_first_session_reads_as_a_transcript() -> None:
    conversation = story()
    coach = FakeCoach(conversation)
    said = talk(coach, "Baltic Wood\nthree of us\nHow much?\n2\nstop\n")
    assert "You: Baltic Wood\nCoach: Thank you. We begin with the reason: why should your members" in said
    assert "Question (0 of 3 looked at): Do your members sell outside your country today?\n1. Yes\n2. No\n" in said
    assert "Answer: In the joint call an SME got 15,000 euros on average [1]. That is" in said
    assert "Sources:\n[1] after the TACTICS handbook (2012)" in said
    assert said.endswith("The summary is written: records/baltic-wood.summary.md\n")
    assert conversation.replies == ["Baltic Wood", "three of us", "How much?", "no", "stop"]
    assert conversation.closed == 1
    assert coach.closed
    assert not any(sign in said for sign in "│─▌█*")


def test_the_end_of_the_input_stops_with_the_record_safe() -> None:
    conversation = story()
    said = talk(FakeCoach(conversation), "Baltic Wood\n")
    assert said.endswith("Coach: We stop here. The record is saved: records/baltic-wood.yaml\n")
    assert conversation.closed == 1


def test_a_number_chooses_and_an_unsaid_key_does_not() -> None:
    conversation = FakeConversation(greeting=[question("Written?")], turns=[says(question("Agreed?")), says()])
    talk(FakeCoach(conversation), "2\n2 of them\n")
    assert conversation.replies == ["no", "2 of them"]


def test_a_backslash_goes_on_on_the_next_line() -> None:
    conversation = FakeConversation(turns=[says()])
    talk(FakeCoach(conversation), "one\\\ntwo\n\n")
    assert conversation.replies == ["one\ntwo"]


def test_control_characters_never_reach_the_terminal() -> None:
    conversation = FakeConversation(turns=[says(AnswerStarted(), AnswerDelta("a\x1b[2Jb. "), AnswerDone("a\x1b[2Jb."))])
    said = talk(FakeCoach(conversation), "x\x1b]0;title\x07\x9b\u202e\n")
    assert not set(said) & set("\x1b\x07\x9b\u202e")


def test_a_checked_answer_that_differs_is_said_again() -> None:
    items: list[Item] = [AnswerStarted(), AnswerDelta("It is 9,000 euros. "), AnswerDone("It is **5,000** euros [1].")]
    said = talk(FakeCoach(FakeConversation(turns=[says(*items)])), "How much?\n")
    assert "Answer: It is 9,000 euros.\nAnswer, as checked: It is 5,000 euros [1].\n" in said


def test_words_found_are_said_to_be_unchecked_until_they_are() -> None:
    found = [AnswerStarted(), AnswerFound("It is 15,000 euros [1].")]
    kept = FakeConversation(turns=[says(*found, AnswerDone("It is 15,000 euros [1].")), says()])
    assert "Answer: closest words, being checked: It is 15,000 euros [1].\nNote: checked.\n" in talk(
        FakeCoach(kept), "a\n"
    )
    no = "The handbook does not say that."
    refused = FakeConversation(turns=[says(*found, AnswerDelta(no), AnswerDone(no)), says()])
    assert f"15,000 euros [1].\nAnswer: {no}\n" in talk(FakeCoach(refused), "a\n")


def test_an_answer_that_came_whole_is_said_once() -> None:
    said = talk(FakeCoach(FakeConversation(turns=[says(AnswerStarted(), AnswerDone("One.\n\n- two"))])), "?\n")
    assert "Answer: One.\n- two\n" in said


@pytest.mark.parametrize("error", [CoachError("no model yet", do="run `coach model pull`"), ZeroDivisionError()])
def test_an_error_is_one_sentence_and_the_talk_goes_on(error: Exception) -> None:
    conversation = FakeConversation(turns=[says(AnswerStarted(), AnswerDelta("Half an"), error), says()])
    said = talk(FakeCoach(conversation), "one\ntwo\n")
    assert "Answer:\nProblem: " in said
    assert "Traceback" not in said
    assert conversation.replies == ["one", "two"]


def test_choosing_among_records() -> None:
    view = RecordView(Path("a.yaml"), "Baltic Wood", "cluster_organisation", "2026-11-12T14:03:00+01:00", 7, 3)
    conversation = FakeConversation(turns=[says()])
    said = talk(FakeCoach(conversation, views=[view]), "9\n1\nhello\n")
    assert "1. Baltic Wood (cluster organisation, changed 2026-11-12, 3 open actions)\n0. New record\n" in said
    assert "Please type a number from 0 to 1." in said
    assert conversation.record == Path("a.yaml")


def test_a_record_that_cannot_be_opened_ends_with_its_code() -> None:
    coach = FakeCoach(refuse=RecordError("somebody else has it open", where="a.yaml", do="close it there"))
    assert talk(coach, "", Path("a.yaml"), code=4) == "Problem: a.yaml: somebody else has it open; close it there.\n"


def test_resuming_says_what_was_said_last() -> None:
    past = [Past(you="yes", coach="Is it **written**?"), Past(you="who pays?", coach="They do [1].", kind="digression")]
    said = talk(FakeCoach(FakeConversation(earlier=past, turns=[says()])), "", Path("a.yaml"))
    assert "Question: Is it written?\nYou: yes\nYou: who pays?\nAnswer: They do [1].\n" in said


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent differently there")
def test_ctrl_c_stops_the_answer_and_at_the_prompt_leaves(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom assistant.line.chat import run\nfrom assistant.settings import Settings\n"
        "from tests.tui.fake_coach import FakeCoach, FakeConversation, answer\n"
        "talk = FakeConversation(turns=[answer('One two. ' * 2000, pause=0.02)], record='a.yaml')\n"
        "sys.exit(run(FakeCoach(talk), Settings(), None, sys.stdin, sys.stdout))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write("Tell me\n")
        child.stdin.flush()
        _read_until(child.stdout, "One two.")
        child.send_signal(signal.SIGINT)
        assert "stopped by you" in _read_until(child.stdout, "finished.")
        _read_until(child.stdout, "You: ")
        child.send_signal(signal.SIGINT)
        assert "The record is saved: a.yaml" in child.communicate(timeout=20)[0]
        assert child.returncode == 0
    finally:
        child.kill()


def _read_until(stream: io.TextIOBase | object, words: str) -> str:
    come = ""
    while words not in come:
        char = stream.read(1)  # type: ignore[attr-defined]
        assert char, come
        come += char
    return come


def test_markdown_becomes_whole_plain_paragraphs() -> None:
    text = "# Title\n\nOne *two*\nthree.\n\n1. first\n2. [second](https://x.eu)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert plain(text) == ["Title", "One two three.", "1. first", "2. second (https://x.eu)", "a; b.", "1; 2."]


def test_sentences_are_cut_where_they_end() -> None:
    assert sentences("One two [1]. Three! Four") == (["One two [1].", "Three!"], "Four")
    assert sentences("At most 5.000") == ([], "At most 5.000")


def test_waiting_for_a_stopped_answer_loses_nothing() -> None:
    gate = Event()
    gate.set()

    def play(conversation: FakeConversation, said: str, cancel: Event) -> Iterator[Item]:
        yield from answer("One. Two.", gate=gate)(conversation, said, cancel)
        yield question("Go on?")

    said = talk(FakeCoach(FakeConversation(turns=[play])), "x\n")
    assert "Answer: One. Two.\n" in said
    assert "Question (0 of 3 looked at): Go on?" in said
