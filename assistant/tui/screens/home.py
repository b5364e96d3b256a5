"""The first screen: the records there are, and the way to a new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from assistant import troubles
from assistant.coach.turns import RecordView
from assistant.plain import visible
from assistant.tui.messages import RecordsRead
from assistant.tui.screens.base import BaseScreen


class HomeScreen(BaseScreen[None]):
    """Records with name, audience, last change and open actions. Enter opens one."""

    HELP = """\
### Records
Each line is one record: the organisation, who it is, when it last changed, how many actions are open.
Enter or a click opens it where you stopped. "New record" begins a new conversation.
"""

    class Chosen(Message):
        """The person wants this record, or a new one."""

        def __init__(self, record: RecordView | None) -> None:
            super().__init__()
            self.record = record

    class Empty(Message):
        """There is no record yet."""

    def __init__(self, records: Callable[[], list[RecordView]], *, wait: bool = False) -> None:
        super().__init__()
        self._records = records
        self._wait = wait  # something else opens first; do not go to a new conversation by oneself
        self._shown: list[RecordView] = []

    def body(self) -> ComposeResult:
        yield Static("Journey Coach", classes="title", markup=False)
        yield Static("Your records are being read …", id="home-note", markup=False)
        yield OptionList(id="records")
        yield Footer()

    def on_screen_resume(self) -> None:
        self._read()

    def tell(self, sentence: str) -> None:
        """Say a sentence above the list."""
        self.query_one("#home-note", Static).update(sentence)
        self.query_one("#home-note").set_class(True, "-error")

    @work(thread=True, exclusive=True, group="records", exit_on_error=False)
    def _read(self) -> None:
        try:
            self.post_message(RecordsRead(self._records()))
        except Exception as error:
            self.post_message(RecordsRead([], error))

    @on(RecordsRead)
    def _came(self, event: RecordsRead) -> None:
        if event.error is not None:
            self.tell(troubles.sentence(event.error))
        elif not event.records and not self._wait:
            self.post_message(self.Empty())
        self._wait = True
        self._shown = event.records
        note = self.query_one("#home-note", Static)
        if not note.has_class("-error"):
            note.update("Go on with a record, or begin a new one." if event.records else "No record yet.")
        options = self.query_one("#records", OptionList)
        options.clear_options()
        options.add_options([*(Option(_prompt(view)) for view in event.records), Option(Content("+ New record\n"))])
        options.highlighted = 0
        options.focus()

    @on(OptionList.OptionSelected, "#records")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        index = event.option_index
        self.post_message(self.Chosen(self._shown[index] if index < len(self._shown) else None))


def _prompt(view: RecordView) -> Content:
    audience = visible(view.audience).replace("_", " ")
    name = (visible(view.organisation) or view.path.stem, "bold")
    if view.problem:
        return Content.assemble(name, "\n", (f"  Problem: {visible(view.problem)}", "$text-error"), "\n")
    actions = {0: "no open actions", 1: "1 open action"}.get(view.open_actions, f"{view.open_actions} open actions")
    parts = [audience, f"changed {_day(view.changed)}", f"{view.looked_at} looked at", actions]
    return Content.assemble(name, "\n", ("  " + " · ".join(part for part in parts if part), "$foreground-muted"), "\n")


def _day(changed: str) -> str:
    try:
        when = datetime.fromisoformat(changed)
    except ValueError:
        return visible(changed) or "at an unknown time"
    return f"{when.day} {when:%b %Y, %H:%M}"
