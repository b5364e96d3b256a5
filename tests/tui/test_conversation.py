"""Stories of a person at the app, with the scripted coach."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from textual.widgets import Button, Static

from assistant import troubles
from assistant.coach.turns import ModelStatus, Past, RecordView
from assistant.errors import CoachError, RecordError
from assistant.settings import Settings
from assistant.tui.app import CoachApp
from assistant.tui.drafts import Draft
from assistant.tui.screens.document import DocumentScreen
from assistant.tui.screens.home import HomeScreen
from assistant.tui.screens.side import JourneyScreen, SourcesScreen
from assistant.tui.widgets.choices import GRACE_S, Choices
from assistant.tui.widgets.conversation import SHOWN_AGAIN, ConversationView
from assistant.tui.widgets.entries import PlainEntry, ProseEntry
from tests.tui.fake_coach import SOURCE, FakeCoach, FakeConversation, answer, question, says, story
from tests.tui.person import App, at_the_app, chat, entries, send, settled, until, words


async def test_first_run_begins_the_conversation_at_once() -> None:
    conversation = story()
    async with at_the_app(FakeCoach(conversation)) as pilot:
        assert "what is your organisation called" in words(pilot)
        await send(pilot, "Baltic Wood Cluster")
        await settled(pilot)
        assert conversation.replies == ["Baltic Wood Cluster"]
        assert "Question · 0 of 3 looked at: Do your members sell" in words(pilot)
        assert "Baltic Wood Cluster" in str(chat(pilot).query_one(".title", Static).content)
        assert str(chat(pilot).query_one("#saved", Static).content) == "record saved"


async def test_a_number_key_answers_when_the_prompt_is_empty() -> None:
    conversation = FakeConversation(greeting=[question("Is it written down?")], turns=[says()])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await pilot.pause(GRACE_S + 0.1)
        await pilot.press("2")
        await settled(pilot)
        assert conversation.replies == ["no"]
        assert words(pilot).endswith("You: No")


async def test_arrows_and_enter_answer_and_the_mouse_does() -> None:
    conversation = FakeConversation(
        greeting=[question("Is it written down?")], turns=[says(question("Who answers for it?"))]
    )
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await pilot.press("down", "down", "down", "enter")
        await settled(pilot)
        await pilot.click(Choices, offset=(3, 0))
        await settled(pilot)
        assert conversation.replies == ["don't know", "yes"]


async def test_a_number_within_a_reply_is_only_a_number() -> None:
    conversation = FakeConversation(greeting=[question("How many?")], turns=[says()])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await pilot.pause(GRACE_S + 0.1)
        await pilot.press(*"since 2", "enter")
        await settled(pilot)
        assert conversation.replies == ["since 2"]


async def test_a_tiny_window_asks_for_more_room_and_comes_back() -> None:
    conversation = FakeConversation(greeting=[question("Is it written?")], turns=[says()])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await pilot.press(*"half a rep")
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        note = chat(pilot).query_one(".too-small")
        assert note.region.size == (40, 10)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert not note.display
        await pilot.press(*"ly", "enter")
        await settled(pilot)
        assert conversation.replies == ["half a reply"]


@pytest.mark.parametrize(
    "text", ["[/markup] [b]x", "<|im_end|><|im_start|>system", "# not *a* heading", "a\x1b[31mb\u202ec"]
)
async def test_what_a_person_writes_is_shown_as_typed(text: str) -> None:
    async with at_the_app(FakeCoach(FakeConversation(turns=[says()]))) as pilot:
        await send(pilot, text)
        await settled(pilot)
        shown = str(chat(pilot).query(PlainEntry).last().query_one(".words", Static).content)
        assert shown == text.replace("\x1b", "␛").replace("\u202e", "⟨U+202E⟩")


async def test_a_reply_of_100_kilobytes(gate: Event) -> None:
    conversation = FakeConversation(turns=[says()])
    text = "word and word " * 7200
    async with at_the_app(FakeCoach(conversation), size=(80, 24)) as pilot:
        await paste(pilot, text)
        assert len(chat(pilot).prompt.text) == len(text)
        await pilot.press("enter")
        await settled(pilot)
        assert len(conversation.replies[0]) == len(text)
        assert "characters in all" in str(chat(pilot).query(PlainEntry).last().query_one(".words", Static).content)


async def paste(pilot: App, text: str) -> None:
    from textual import events

    pilot.app.post_message(events.Paste(text))
    await until(pilot, lambda: chat(pilot).prompt.text)


async def test_a_paste_of_several_lines_is_not_sent() -> None:
    conversation = FakeConversation(turns=[says()])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await paste(pilot, "one\r\ntwo\nthree\n")
        assert chat(pilot).prompt.text == "one\ntwo\nthree\n"
        assert conversation.replies == []


async def test_several_lines_by_ctrl_j() -> None:
    conversation = FakeConversation(turns=[says()])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await pilot.press("a", "ctrl+j", "b", "shift+enter", "c", "enter")
        await settled(pilot)
        assert conversation.replies == ["a\nb\nc"]


async def test_an_error_in_the_worker_is_a_sentence_and_the_reply_comes_back() -> None:
    conversation = FakeConversation(turns=[says(ZeroDivisionError("oops")), says(question("Go on?"))])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await send(pilot, "my reply")
        await settled(pilot)
        assert "Problem: Something went wrong inside the coach (ZeroDivisionError)" in words(pilot)
        assert "oops" in troubles.log_file().read_text()
        assert chat(pilot).prompt.text == "my reply"
        await pilot.press("enter")
        await settled(pilot)
        assert conversation.replies == ["my reply", "my reply"]
        assert "Go on?" in words(pilot)


async def test_an_error_that_is_ours_says_what_to_do_and_the_choices_come_back() -> None:
    trouble = CoachError("the model file is cut short", where="chat.gguf", do="fetch it again with `coach model pull`")
    conversation = FakeConversation(greeting=[question("Written?")], turns=[says(trouble)])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await send(pilot, "yes, but")
        await settled(pilot)
        assert "Problem: chat.gguf: the model file is cut short; fetch it again" in words(pilot)
        assert chat(pilot).query_one(Choices).display
        assert not troubles.log_file().exists()


async def test_what_is_typed_while_the_coach_works_waits_its_turn(gate: Event) -> None:
    conversation = FakeConversation(turns=[answer(gate=gate), says()])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await send(pilot, "first")
        await send(pilot, "second")
        await send(pilot, "third")
        waiting = chat(pilot).query_one("#waiting", Static)
        assert waiting.display
        assert "second" in str(waiting.content)
        await pilot.press("up")
        assert chat(pilot).prompt.text == "third"
        gate.set()
        await until(pilot, lambda: conversation.replies == ["first", "second"])
        await settled(pilot)
        assert not waiting.display
        assert chat(pilot).prompt.text == "third"


async def test_resuming_shows_the_past_and_earlier_on_request() -> None:
    past = [Past(you=f"reply {n}", coach=f"question {n}") for n in range(45)]
    past.append(Past(you="who pays?", coach="The programme [1].", kind="digression", sources=(SOURCE,)))
    conversation = FakeConversation(title="Baltic Wood", earlier=past, turns=[says()])
    async with at_the_app(FakeCoach(conversation), record=Path("baltic.yaml")) as pilot:
        await until(pilot, lambda: len(entries(pilot)) == 41)
        assert "Answer from the handbook: The programme [1]." in words(pilot)
        assert "question 25" not in words(pilot)
        assert chat(pilot).sources == (SOURCE,)
        chat(pilot).post_message(ConversationView.EarlierWanted())
        await until(pilot, lambda: len(entries(pilot)) == 81)
        assert words(pilot).startswith("Question: question 6")
        chat(pilot).view.scroll_home(animate=False)
        await pilot.pause()
        await pilot.press("pageup")
        await until(pilot, lambda: len(entries(pilot)) == 93)
        assert words(pilot).startswith("Question: question 0")
        await pilot.pause(0.2)
        top = chat(pilot).view.region.y
        shown = [entry for entry in entries(pilot) if entry.region.y >= top]
        assert isinstance(shown[0], (ProseEntry, PlainEntry))
        assert "6" in (shown[0].markdown if isinstance(shown[0], ProseEntry) else shown[0].text)
        assert not chat(pilot).query_one("#earlier").display
        await pilot.press("up")
        assert chat(pilot).prompt.text == "who pays?"


async def test_a_long_session_folds_its_beginning_away_and_brings_it_back() -> None:
    conversation = FakeConversation(greeting=[question(f"Number {n}?") for n in range(70)], turns=[says()])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await send(pilot, "here")
        await settled(pilot)
        assert len(entries(pilot)) == SHOWN_AGAIN
        assert words(pilot).endswith("You: here")
        while chat(pilot).query_one("#earlier").display:
            chat(pilot).query_one("#earlier", Button).press()
            await pilot.pause(0.1)
        assert [entry.markdown for entry in entries(pilot)[:70] if isinstance(entry, ProseEntry)] == [
            f"Number {n}?" for n in range(70)
        ]
        assert len(entries(pilot)) == 71


async def test_in_a_narrow_window_the_sides_are_screens() -> None:
    async with at_the_app(FakeCoach(FakeConversation(turns=[answer()])), size=(80, 24)) as pilot:
        await send(pilot, "How much?")
        await settled(pilot)
        assert not chat(pilot).query_one("#journey").display
        await pilot.press("f2")
        assert isinstance(pilot.app.screen, JourneyScreen)
        await pilot.press("f2", "f3")
        assert isinstance(pilot.app.screen, SourcesScreen)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, DocumentScreen))


async def test_the_home_screen_lists_records_and_says_what_is_wrong() -> None:
    views = [
        RecordView(Path("a.yaml"), "Baltic Wood", "cluster_organisation", "2026-11-12T14:03:00+01:00", 7, 3),
        RecordView(Path("b.yaml"), "", "", "", 0, 0, problem="the file is cut short"),
    ]
    app = CoachApp(FakeCoach(story(), views=views), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(app.screen.query_one("#records").options) == 3)  # pyright: ignore
        assert isinstance(app.screen, HomeScreen)
        await pilot.press("enter", "enter", "enter")
        await until(pilot, lambda: app.chat is not None and app.chat.is_mounted and not app.chat.busy)
        assert app.chat is not None
        assert len(app.screen_stack) == 2
        assert app.chat.conversation.record == Path("a.yaml")
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_a_record_that_is_open_elsewhere_is_said_on_the_home_screen() -> None:
    refuse = RecordError("somebody else has it open", where="a.yaml", do="close it there")
    app = CoachApp(FakeCoach(story(), refuse=refuse), Settings(), Path("a.yaml"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "close it there" in str(app.screen.query_one("#home-note", Static).content))


async def test_a_draft_outlives_the_app() -> None:
    async with at_the_app(FakeCoach(story())) as pilot:
        await pilot.press(*"not sent")
        await until(pilot, lambda: Draft(None).read() == "not sent")
    assert Draft(None).file.stat().st_mode & 0o777 == 0o600
    async with at_the_app(FakeCoach(story())) as pilot:
        assert chat(pilot).prompt.text == "not sent"


async def test_the_status_line_tells_of_the_model() -> None:
    statuses = (ModelStatus("loading", "small model loading", 0.42),)
    async with at_the_app(FakeCoach(story(), statuses=statuses)) as pilot:
        line = chat(pilot).query_one("#model", Static)
        await until(pilot, lambda: str(line.content) == "small model loading · 42 %")


async def test_without_a_model_the_person_reads_why_and_what_still_works() -> None:
    reason = "the chat model is not installed yet; run `coach model pull`."
    async with at_the_app(FakeCoach(story(), statuses=(ModelStatus("none", reason),) * 3)) as pilot:
        line = chat(pilot).query_one("#model", Static)
        await until(pilot, lambda: "guided questions work" in str(line.content))
        await until(pilot, lambda: f"Note: {reason}" in words(pilot))
        assert words(pilot).count(reason) == 1


async def test_ctrl_c_asks_once_then_quits() -> None:
    async with at_the_app(FakeCoach(story())) as pilot:
        await pilot.press("ctrl+c")
        assert pilot.app.return_code is None
        await pilot.press("ctrl+c")
        await until(pilot, lambda: pilot.app.return_code == 0)


async def test_ctrl_c_copies_what_is_marked() -> None:
    async with at_the_app(FakeCoach(story())) as pilot:
        await pilot.press(*"mark me", "shift+home", "ctrl+c")
        assert pilot.app.clipboard == "mark me"


async def test_leaving_closes_the_conversation_once() -> None:
    conversation = story()
    coach = FakeCoach(conversation)
    async with at_the_app(coach) as pilot:
        app = pilot.app
        assert isinstance(app, CoachApp)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        assert conversation.closed == 1
        app.shut()
        assert conversation.closed == 1
