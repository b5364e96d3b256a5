"""The conversation: journey at the left, words in the middle, sources at the right, prompt and status below."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Footer, Markdown, Static, TextArea

from assistant import troubles
from assistant.coach.turns import (
    AnswerDelta,
    AnswerDone,
    AnswerFound,
    AnswerStarted,
    Choice,
    Conversation,
    Ended,
    ModelStatus,
    Progress,
    Said,
    Source,
)
from assistant.plain import one_line, visible
from assistant.tui.backstage import Backstage
from assistant.tui.drafts import Draft
from assistant.tui.messages import Done, ItemCame, PastCame, ProgressCame, Turn, TurnEnded
from assistant.tui.screens.base import BaseScreen
from assistant.tui.screens.document import DocumentScreen
from assistant.tui.screens.side import JourneyScreen, SourcesScreen
from assistant.tui.widgets.choices import Choices
from assistant.tui.widgets.conversation import ConversationView
from assistant.tui.widgets.entries import AnswerEntry, PlainEntry, ProseEntry
from assistant.tui.widgets.journey import Journey, here
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.sources import Sources
from assistant.tui.widgets.status import TOLD, StatusLine

_TYPING_PAUSE_S = 0.4


class ChatScreen(BaseScreen[None]):
    """One conversation over one record."""

    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", tooltip="Stop the answer; what has come stays.", id="chat.stop"),
        Binding("f2", "journey", "Journey", tooltip="Show or hide the journey.", id="chat.journey"),
        Binding("f3", "sources", "Sources", tooltip="Go to the sources of the last answer.", id="chat.sources"),
        Binding(
            "ctrl+o", "records", "Records", show=False, tooltip="Leave for the list of records.", id="chat.records"
        ),
    ]
    busy: reactive[bool] = reactive(False, bindings=True)
    sources: reactive[tuple[Source, ...]] = reactive((), bindings=True)

    def __init__(self, conversation: Conversation, status: ModelStatus, *, calm: bool) -> None:
        super().__init__()
        self.conversation = conversation
        self.backstage = Backstage(conversation, self.post_message)
        self.draft = Draft(conversation.record)
        self.last_answer = ""
        self._status = status
        self.calm = calm
        self._turn: Turn | None = None
        self._model_told = ""
        self._waiting: list[str] = []
        self._answer: AnswerEntry | None = None
        self._offered: tuple[Choice, ...] = ()
        self._progress = Progress()
        self._typing: Timer | None = None

    # what is on the screen

    def body(self) -> ComposeResult:
        choices = Choices()
        yield Static("Journey Coach", classes="title", markup=False)
        with Horizontal():
            yield Journey(self._progress, id="journey")
            with Vertical(id="middle"):
                yield ConversationView()
                yield Static("", id="waiting", markup=False)
                yield choices
                yield Prompt(choices, blink=not self.calm)
            yield Sources(id="sources")
        yield StatusLine()
        yield Footer()

    def on_mount(self) -> None:
        self.prompt.put(self.draft.read())
        self.model(self._status)
        self._recall()
        self._begin(Turn(lambda _: self.conversation.begin()))

    @property
    def prompt(self) -> Prompt:
        return self.query_one(Prompt)

    @property
    def view(self) -> ConversationView:
        return self.query_one(ConversationView)

    def be_calm(self, calm: bool) -> None:
        """Turn motion off or on."""
        self.calm = calm
        self.prompt.cursor_blink = not calm

    def model(self, status: ModelStatus) -> None:
        """Show what the model is doing; why there is none is said once in the conversation."""
        if status.state in TOLD and status.sentence and status.sentence != self._model_told:
            self._model_told = status.sentence
            self.post_message(Done(status.sentence))
        self._status = status
        busy = "stopping …" if self._turn and self._turn.cancel.is_set() else "the coach is working"
        self.query_one(StatusLine).model(status, busy if self.busy else "")

    def _where(self) -> None:
        parts = ["Journey Coach", one_line(self.conversation.title), here(self._progress)]
        self.query_one(".title", Static).update(" · ".join(part for part in parts if part))
        record = self.conversation.record
        self.query_one(StatusLine).saved("record saved" if record else "nothing to save yet")

    # a turn, from the reply to the next question

    @work(thread=True, exclusive=True, group="conversation", exit_on_error=False)
    def _take(self, turn: Turn) -> None:
        self.backstage.take(turn)

    @work(thread=True, group="recall", exit_on_error=False)
    def _recall(self) -> None:
        self.backstage.recall()

    def _begin(self, turn: Turn) -> None:
        self._turn, self.busy = turn, True
        self.query_one(Choices).put(())
        self.model(self._status)
        self._take(turn)

    async def say(self, text: str, shown: str = "") -> None:
        """Send a reply, or let it wait while the coach works."""
        self.prompt.remember(text)
        if self.busy:
            self._waiting.append(text)
            self._show_waiting()
            return
        self.draft.write(text)  # kept until the coach has taken it
        await self.view.add(PlainEntry(shown or text), newest=True)
        self._begin(Turn(partial(self.conversation.reply, text), said=text))

    @on(Prompt.Sent)
    async def _sent(self, event: Prompt.Sent) -> None:
        await self.say(event.text)

    @on(Choices.Chosen)
    async def _chosen(self, event: Choices.Chosen) -> None:
        self.prompt.focus()
        if not self.busy:
            await self.say(event.choice.reply, event.choice.label)

    @on(ItemCame)
    async def _item(self, event: ItemCame) -> None:
        event.turn.items += 1
        match event.item:
            case Said() as said:
                await self._close_answer()
                if said.choices or said.question is not None:
                    self._offered = said.choices  # a note leaves the pending question as it is
                if said.counts:
                    self.query_one(StatusLine).counts(said.counts)
                if said.sources:
                    self._show_sources(said.sources)
                await self.view.add(PlainEntry(said.markdown) if said.tone == "you" else ProseEntry.of(said))
            case AnswerStarted() as started:
                await self._close_answer()
                self._show_sources(started.sources)
                self._answer = await self.view.answer(self.calm)
            case AnswerFound(markdown, sources):
                if self._answer is not None and not event.turn.cancel.is_set():
                    await self._answer.found(markdown)
                    self._show_sources(sources)
            case AnswerDelta(text):
                if self._answer is not None and not event.turn.cancel.is_set():
                    await self._answer.write(text)
            case AnswerDone() as done:
                answer, self._answer = self._answer or await self.view.answer(self.calm), None
                await answer.finish(done)
                self.last_answer = done.markdown
                self._show_sources(done.sources)
            case Progress() as progress:
                self._progress_came(ProgressCame(progress))
            case Ended() as ended:
                self._offered = ()
                lines = [f"We stop here. The record is saved: {ended.record}"]
                lines += [f"The summary is written: {ended.summary}"] if ended.summary else []
                lines.append("Ctrl+Q closes the coach, Ctrl+O shows your records; write something to go on.")
                await self.view.add(PlainEntry("\n".join(lines), "notice"))

    @on(TurnEnded)
    async def _ended(self, event: TurnEnded) -> None:
        self._turn, self.busy = None, False
        await self._close_answer()
        if event.error is None:
            self.draft.write("")
            self.draft = Draft(self.conversation.record)  # the record may have got its name just now
            self.draft.write(self.prompt.text)
        else:
            await self.view.add(PlainEntry(troubles.sentence(event.error), "error"))
            lost = [event.turn.said] if not event.turn.items else []
            self._give_back([*lost, *self._waiting])
        self.query_one(Choices).put(self._offered)
        self._where()
        self.model(self._status)
        if self._waiting:
            text = self._waiting.pop(0)
            self._show_waiting()
            await self.say(text)

    async def _close_answer(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and answer.open:
            await answer.fail()

    def _give_back(self, texts: list[str]) -> None:
        self._waiting = []
        self._show_waiting()
        if any(texts):
            self.prompt.put("\n".join(text for text in [*texts, self.prompt.text] if text))

    def _show_waiting(self) -> None:
        self.prompt.waiting = len(self._waiting)
        waiting = self.query_one("#waiting", Static)
        waiting.display = bool(self._waiting)
        waiting.update("\n".join(f"Waiting to be sent (Up takes it back): {one_line(t)}" for t in self._waiting[-4:]))

    @on(Prompt.TakeBack)
    def _take_back(self) -> None:
        if self._waiting:
            self.prompt.put(self._waiting.pop())
            self._show_waiting()

    # typing

    @on(TextArea.Changed, "#prompt")
    def _typed(self) -> None:
        if self._typing is None:
            self._typing = self.set_timer(_TYPING_PAUSE_S, self._pause)

    def _pause(self) -> None:
        self._typing = None
        text = self.prompt.text
        if not self.busy:
            self.draft.write(text)
            if text:
                try:
                    self.conversation.typing(text)
                except Exception as error:
                    troubles.log(error)

    @on(Prompt.Scroll)
    async def _scroll(self, event: Prompt.Scroll) -> None:
        if event.pages < 0 and self.view.scroll_y <= 0 and self.query_one("#earlier").display:
            await self.view.show_earlier()
        elif event.pages < 0:
            self.view.scroll_page_up(animate=False)
        else:
            self.view.scroll_page_down(animate=False)

    # past, progress, sources

    @on(ConversationView.EarlierWanted)
    def _earlier(self) -> None:
        self._recall()

    @on(PastCame)
    async def _past(self, event: PastCame) -> None:
        await self.view.show_past(event.past, event.more)
        answered = [exchange.sources for exchange in event.past if exchange.sources]
        if answered and not self.sources:
            self._show_sources(answered[-1])
        self.prompt.replies[:0] = [exchange.you for exchange in event.past if exchange.you]

    @on(ProgressCame)
    def _progress_came(self, event: ProgressCame) -> None:
        self._progress = event.progress
        self.query_one("#journey", Journey).put(event.progress)
        self._where()

    @on(Done)
    async def _done(self, event: Done) -> None:
        if event.error is not None:
            await self.view.add(PlainEntry(troubles.sentence(event.error), "error"))
        elif event.sentence:
            await self.view.add(PlainEntry(event.sentence, "notice"))

    def _show_sources(self, sources: tuple[Source, ...]) -> None:
        self.sources = sources
        panel = self.query_one("#sources", Sources)
        panel.put(sources)
        panel.set_class(bool(sources), "-some")

    @on(Sources.OpenWanted)
    def _open_source(self, event: Sources.OpenWanted) -> None:
        self._open(event.source)

    def _open(self, source: Source | None) -> None:
        if source is not None:
            self.app.push_screen(DocumentScreen(source, self.backstage.document))

    @on(Markdown.LinkClicked)
    def _link(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        self.app.copy_to_clipboard(event.href)
        self.notify(f"Copied, not opened: {visible(event.href)}", markup=False)

    # actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop":
            return self.busy
        if action == "sources":
            return bool(self.sources)
        return True

    async def action_stop(self) -> None:
        if self._turn is not None:
            self._turn.cancel.set()
            if self._answer is not None:
                await self._answer.stop()
            self.model(self._status)

    def action_journey(self) -> None:
        if self.folded:
            self.app.push_screen(JourneyScreen(self._progress))
        else:
            self.toggle_class("-hide-journey")

    def action_sources(self) -> None:
        panel = self.query_one("#sources", Sources)
        if self.folded:
            self.app.push_screen(SourcesScreen(self.sources), self._open)
        elif panel.has_focus:
            self.add_class("-hide-sources")
            self.prompt.focus()
        else:
            self.remove_class("-hide-sources")
            panel.focus()

    @work(thread=True, group="summary", exit_on_error=False)
    def action_summary(self) -> None:
        self.backstage.summary()

    async def action_records(self) -> None:
        await self.leave()
        self.dismiss()

    def keep(self) -> None:
        """Before the app ends: stop the work in hand and keep what is typed."""
        if self._turn is not None:
            self._turn.cancel.set()
            if not self._turn.items and self._turn.said and not self.prompt.text:
                return  # the draft file still holds the reply that was not taken
        self.draft.write("\n".join([*self._waiting, self.prompt.text]).strip("\n"))

    async def leave(self) -> None:
        """Close the conversation and wait for it, so that its record can be opened again."""
        self.keep()
        await self._close().wait()

    @work(thread=True, group="close", exit_on_error=False)
    def _close(self) -> None:
        self.backstage.close()
