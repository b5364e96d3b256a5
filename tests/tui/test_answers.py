"""Answers as they come to the screen: found, streamed, checked, stopped, with their sources."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from threading import Event

import pytest
from textual.widgets import Markdown, Static

from assistant.coach.turns import (
    AnswerDelta,
    AnswerDone,
    AnswerFound,
    AnswerStarted,
    Item,
    Past,
)
from assistant.settings import Settings
from assistant.tui.screens.document import DocumentScreen, around
from assistant.tui.widgets.entries import AnswerEntry
from assistant.tui.widgets.sources import Sources
from tests.tui.fake_coach import ANSWER, SOURCE, FakeCoach, FakeConversation, answer, says
from tests.tui.person import at_the_app, chat, send, settled, until, words


async def test_words_found_stand_there_until_they_are_checked() -> None:
    no = "The handbook does not say that."
    found = [AnswerStarted(), AnswerFound(ANSWER, (SOURCE,))]
    turns = [says(*found, AnswerDone(ANSWER, (SOURCE,))), says(*found, AnswerDelta(no), AnswerDone(no, abstained=True))]
    async with at_the_app(FakeCoach(FakeConversation(turns=turns))) as pilot:
        await send(pilot, "How much?")
        await settled(pilot)
        kept = chat(pilot).query_one(AnswerEntry)
        assert (kept.label, kept.query_one(Markdown).source) == ("Answer from the handbook", ANSWER)
        await send(pilot, "When?")
        await settled(pilot)
        refused = list(chat(pilot).query(AnswerEntry))[-1]
        assert (refused.text, refused.query_one(Markdown).source) == (no, no)
        assert refused.label == "Answer from the handbook · not in the handbook"


async def test_an_answer_from_own_documents_is_not_called_the_handbook_s() -> None:
    turns = [says(AnswerStarted(), AnswerDone(ANSWER, (SOURCE,), own=True))]
    async with at_the_app(FakeCoach(FakeConversation(turns=turns))) as pilot:
        await send(pilot, "What does our visit cost?")
        await settled(pilot)
        assert chat(pilot).query_one(AnswerEntry).label == "Answer from your own documents"


async def test_words_found_are_marked_as_unchecked(gate: Event) -> None:
    def waits(_c: FakeConversation, _said: str, _cancel: Event) -> Iterator[Item]:
        yield AnswerStarted()
        yield AnswerFound(ANSWER)
        gate.wait(10)
        yield AnswerDone(ANSWER)

    async with at_the_app(FakeCoach(FakeConversation(turns=[waits]))) as pilot:
        await send(pilot, "How much?")
        await until(pilot, lambda: "closest words, being checked: In the joint call" in words(pilot))
        gate.set()
        await settled(pilot)
        assert "being checked" not in words(pilot)


async def test_escape_stops_an_answer_and_what_came_stays(gate: Event) -> None:
    conversation = FakeConversation(turns=[answer(gate=gate)])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await send(pilot, "How much per company?")
        await until(pilot, lambda: "joint call" in words(pilot))
        await pilot.press("escape")
        await settled(pilot)
        assert "stopped by you, not finished: In the joint call" in words(pilot)
        assert ANSWER not in words(pilot)
        assert not chat(pilot).busy


async def test_the_checked_answer_takes_the_place_of_the_streamed_one() -> None:
    async with at_the_app(FakeCoach(FakeConversation(turns=[answer()]))) as pilot:
        await send(pilot, "How much?")
        await settled(pilot)
        shown = chat(pilot).query_one(AnswerEntry)
        assert shown.query_one(Markdown).source == ANSWER
        assert shown.label == "Answer from the handbook"


async def test_clicking_an_answer_while_it_streams_does_no_harm() -> None:
    many = " ".join(f"Word{n}.\n\n- item *{n}*\n" for n in range(25))
    conversation = FakeConversation(turns=[answer(many, pause=0.01)])
    async with at_the_app(FakeCoach(conversation), size=(80, 24)) as pilot:
        await send(pilot, "Tell me all")
        await until(pilot, lambda: "Word3." in words(pilot))
        while chat(pilot).busy:
            for row in range(3, 15, 2):
                await pilot.mouse_down(offset=(10 + row, row))
                await asyncio.sleep(0)
                await pilot.mouse_up(offset=(14 + row, row + 1))
        await settled(pilot)
        assert "Word24" in words(pilot)


async def test_a_widget_that_was_taken_away_is_not_under_the_mouse() -> None:
    """The guard of Textualize/textual#6643, without the luck that the click in the stream needs."""
    async with at_the_app(FakeCoach(FakeConversation(turns=[answer()]))) as pilot:
        screen = chat(pilot)
        prose = screen.query_one(Markdown).children[0]
        x, y = prose.region.offset
        assert screen.get_widget_and_offset_at(x, y)[0] is prose
        parent, prose._parent = prose._parent, None  # pyright: ignore[reportPrivateUsage]
        assert screen.get_widget_and_offset_at(x, y) == (None, None)
        prose._parent = parent  # pyright: ignore[reportPrivateUsage]


async def test_resizing_during_a_stream(gate: Event) -> None:
    conversation = FakeConversation(turns=[answer(gate=gate)])
    async with at_the_app(FakeCoach(conversation)) as pilot:
        await send(pilot, "How much?")
        await until(pilot, lambda: "joint call" in words(pilot))
        for size in ((80, 24), (60, 20), (40, 10), (132, 43)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        gate.set()
        await settled(pilot)
        assert chat(pilot).query_one(AnswerEntry).query_one(Markdown).source == ANSWER


async def test_sources_open_the_document_with_the_sentence_marked() -> None:
    async with at_the_app(FakeCoach(FakeConversation(turns=[answer()]))) as pilot:
        await send(pilot, "How much?")
        await settled(pilot)
        assert chat(pilot).query_one(Sources).display
        await pilot.press("f3", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, DocumentScreen))
        await until(pilot, lambda: pilot.app.screen.query("Vertical.cited"))
        marked = pilot.app.screen.query_one("Vertical.cited Markdown", Markdown).source
        assert "**On average an SME\ngot 15,000 euros.**" in marked
        await pilot.press("escape")
        assert pilot.app.screen is chat(pilot)


async def test_a_source_without_a_document_says_so() -> None:
    async with at_the_app(FakeCoach(FakeConversation(turns=[answer()]))) as pilot:
        await send(pilot, "How much?")
        await settled(pilot)
        await pilot.press("f3", "down", "enter")
        await until(
            pilot, lambda: "in no document" in str(pilot.app.screen.query("#document > .label").first(Static).content)
        )


async def test_the_reader_who_scrolls_back_is_left_in_peace(gate: Event) -> None:
    past = [Past(you=f"reply {n}", coach=f"question {n}") for n in range(20)]
    conversation = FakeConversation(earlier=past, turns=[answer("word " * 400, gate=gate)])
    async with at_the_app(FakeCoach(conversation), size=(80, 24)) as pilot:
        await send(pilot, "Tell me")
        await until(pilot, lambda: "word" in words(pilot))
        await pilot.press("pageup", "pageup")
        await pilot.pause()
        at = chat(pilot).view.scroll_y
        gate.set()
        await settled(pilot)
        assert chat(pilot).view.scroll_y == at
        await send(pilot, "More")
        await pilot.pause(0.1)
        assert chat(pilot).view.scroll_y > at


async def test_calm_writes_whole_sentences(gate: Event) -> None:
    conversation = FakeConversation(turns=[answer("One two. Three four five.", gate=gate, after=3)])
    async with at_the_app(FakeCoach(conversation), settings=Settings(calm=True)) as pilot:
        await send(pilot, "Tell me")
        await until(pilot, lambda: "Three" in words(pilot))
        await pilot.pause(0.1)
        assert chat(pilot).query_one(AnswerEntry).query_one(Markdown).source.strip() == "One two."
        assert pilot.app.animation_level == "none"
        assert not chat(pilot).prompt.cursor_blink


@pytest.mark.parametrize(
    ("document", "quote", "cited"),
    [
        ("One.\n\nTwo words here.\n\nThree.", "Two words", "**Two words** here."),
        ("One.\n\n- **Two** words\n- more\n\nThree.", "Two words", "- **Two** words\n- more"),
        ("One.", "Nowhere", ""),
        ("One.\n\nTwo words that go on.\n\nThree.", "Two words…", "**Two words** that go on."),
        ("Start of it.", "Start", "**Start** of it."),
    ],
)
def test_the_cited_words_are_found_in_their_paragraph(document: str, quote: str, cited: str) -> None:
    assert around(document, quote)[1] == cited
