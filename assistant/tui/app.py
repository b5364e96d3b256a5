"""The terminal app: home screen, conversations, the model's state, themes and the app's own commands."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import TextArea

from assistant import troubles
from assistant.coach.turns import Coach, ModelStatus
from assistant.settings import Settings
from assistant.tui.messages import ModelChanged, Opened
from assistant.tui.screens.home import HomeScreen
from assistant.tui.themes import DARK, LIGHT, THEMES

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen

_TWICE_S = 2.0


class CoachApp(App[int]):
    """Journey Coach in the terminal. Shows its first frame before anything heavy is loaded."""

    TITLE = "Journey Coach"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [  # the ids let a person's own keymap come later
        Binding("f1", "help", "Help", tooltip="Help for what has the focus.", id="app.help"),
        Binding("ctrl+c", "copy_or_ask", "Copy", show=False, priority=True, id="app.copy",
                tooltip="Copy what is marked; pressed twice with nothing marked, quit."),
        Binding("ctrl+q", "quit", "Quit", priority=True, tooltip="Quit; the record is saved.", id="app.quit"),
    ]  # fmt: skip

    def __init__(self, coach: Coach, settings: Settings, record: Path | None = None) -> None:
        super().__init__()
        self.coach = coach
        self.settings = settings
        self._record = record
        self.model = ModelStatus("stopped", "")
        self._asked_to_quit = 0.0
        self._opening = False
        self._conversations: list[ChatScreen] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = settings.theme if settings.theme in self.available_themes else DARK.name
        if settings.calm:
            self.animation_level = "none"

    def get_default_screen(self) -> Screen[None]:
        return HomeScreen(self.coach.records, wait=self._record is not None)

    def on_mount(self) -> None:
        if self.theme != self.settings.theme:
            self.notify(f"There is no theme “{self.settings.theme}”; this is {DARK.name}.", markup=False)
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            with suppress(NotImplementedError, AttributeError, ValueError, RuntimeError):
                loop.add_signal_handler(getattr(signal, name), self._signalled)
        self.call_after_refresh(self._first_frame)

    def _first_frame(self) -> None:
        Thread(target=self._load, name="load", daemon=True).start()
        if self._record is not None:
            self.open(self._record)

    # the model

    def _load(self) -> None:
        said: tuple[object, ...] = ()

        def listen(status: ModelStatus) -> None:
            nonlocal said
            now = (status.state, status.sentence, None if status.fraction is None else round(status.fraction * 100))
            if now != said:
                said = now
                with suppress(Exception):  # the app may be gone already
                    self.post_message(ModelChanged(status))

        try:
            self.coach.load(listen)
        except Exception as error:
            listen(ModelStatus("failed", troubles.sentence(error)))

    @on(ModelChanged)
    def _model_changed(self, event: ModelChanged) -> None:
        self.model = event.status
        if self.chat is not None and self.chat.is_mounted:
            self.chat.model(event.status)

    # conversations

    @property
    def chat(self) -> ChatScreen | None:
        """The conversation on the screen stack, if there is one."""
        last = self._conversations[-1] if self._conversations else None
        return last if last in self.screen_stack else None

    def open(self, record: Path | None) -> None:
        """Open a record, or a new one; one at a time, however often Enter is pressed."""
        if not self._opening:
            self._opening = True
            self._open(record)

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def _open(self, record: Path | None) -> None:
        try:
            import_module("assistant.tui.screens.chat")  # 100 ms: after the first frame, in this thread

            self.post_message(Opened(record, self.coach.open(record) if record else self.coach.new()))
        except Exception as error:
            self.post_message(Opened(record, None, error))

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        self._opening = False
        if event.conversation is not None:
            from assistant.tui.screens.chat import ChatScreen

            screen = ChatScreen(event.conversation, self.model, calm=self.settings.calm)
            self._conversations.append(screen)
            self.push_screen(screen)
        elif event.error is not None and isinstance(home := self.screen_stack[0], HomeScreen):
            home.tell(troubles.sentence(event.error))

    @on(HomeScreen.Chosen)
    def _chosen(self, event: HomeScreen.Chosen) -> None:
        self.open(event.record.path if event.record else None)

    @on(HomeScreen.Empty)
    def _no_record_yet(self) -> None:
        self.open(None)

    async def action_new(self) -> None:
        """Leave the conversation for a new one."""
        if self.chat is not None:
            await self.chat.action_records()
        self.open(None)

    # keys and commands

    def action_help(self) -> None:
        from assistant.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen.about(self.screen))

    def action_copy_or_ask(self) -> None:
        focused = self.focused
        marked = focused.selected_text if isinstance(focused, TextArea) else ""
        marked = marked or self.screen.get_selected_text() or ""
        if marked:
            self.copy_to_clipboard(marked)
            self.notify("Copied.", timeout=2)
        elif monotonic() - self._asked_to_quit < _TWICE_S:
            self.call_later(self.action_quit)
        else:
            self._asked_to_quit = monotonic()
            self.notify("Press Ctrl+C again, or Ctrl+Q, to quit. The record is saved.", timeout=_TWICE_S)

    def action_copy_answer(self) -> None:
        answer = self.chat.last_answer if self.chat else ""
        if answer:
            self.copy_to_clipboard(answer)
        self.notify("The last answer is copied." if answer else "There is no answer to copy yet.", timeout=2)

    def action_theme(self) -> None:
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_calm(self) -> None:
        self.settings = self.settings.model_copy(update={"calm": not self.settings.calm})
        self.animation_level = "none" if self.settings.calm else "full"
        if self.chat is not None:
            self.chat.be_calm(self.settings.calm)
        self.notify("Calm is on: nothing moves or blinks." if self.settings.calm else "Calm is off.", timeout=2)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        if self.chat is not None:
            chat = self.chat
            yield SystemCommand("Record: open another", "Leave for the list of records", chat.action_records)
            yield SystemCommand("Record: write the summary now", "The summary file of this record", chat.action_summary)
            yield SystemCommand("Show: sources", "The sources of the last answer (F3)", chat.action_sources)
            yield SystemCommand("Show: journey", "The stops of the journey (F2)", chat.action_journey)
            yield SystemCommand("Copy: last answer", "Copy the last answer", self.action_copy_answer)
        yield SystemCommand("Record: new", "Begin a new record", self.action_new)
        yield SystemCommand("Look: light or dark", "Switch between the two themes", self.action_theme)
        yield SystemCommand("Look: other theme", "Choose among all themes", self.action_change_theme)
        yield SystemCommand("Look: calm", "Turn motion and blinking off or on", self.action_calm)
        yield SystemCommand("Help", "Help for what has the focus (F1)", self.action_help)
        yield SystemCommand("Quit", "Close the coach; the record is saved", self.action_quit)

    # the end

    def _signalled(self) -> None:
        self.call_later(self.action_quit)

    async def action_quit(self) -> None:
        self._keep()
        self.exit(0)

    def _keep(self) -> None:
        for screen in self._conversations:
            with suppress(Exception):
                screen.keep()

    def shut(self) -> None:
        """After the last frame: close what is open."""
        for screen in self._conversations:
            screen.backstage.close()

    def _fatal_error(self) -> None:
        """A mistake of ours on the screen: a sentence in place of Textual's traceback, which goes to the log."""
        error = self._exception
        said = troubles.sentence(error) if error else "The coach had to stop."
        self._keep()
        self._exit_renderables.append(Text(said))
        self._close_messages_no_wait()


def run(coach: Coach, settings: Settings, record: Path | None) -> int:
    """Run the app until the person quits; the exit code."""
    app = CoachApp(coach, settings, record)
    try:
        app.run()
    finally:
        app.shut()
        coach.close()
    return app.return_code or 0
