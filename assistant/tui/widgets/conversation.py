"""The conversation in the middle of the screen: keeps to the newest words until the reader scrolls back."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Button

from assistant.coach.turns import Past
from assistant.tui.widgets.entries import AnswerEntry, Entry, entries_of


class ConversationView(VerticalScroll, can_focus=True):
    """All entries, oldest first."""

    HELP = """\
### The conversation
Up, Down, Page Up and Page Down scroll. While you read further up, new words do not pull you down;
End goes to the newest.
Drag with the mouse to mark words, Ctrl+C copies them.
"""

    class EarlierWanted(Message):
        """The reader wants to see older exchanges."""

    def compose(self) -> ComposeResult:
        with Vertical(id="entries"):  # never lower than the view: an anchored view must not scroll below zero
            yield Button("Show earlier exchanges", id="earlier", compact=True)

    def on_mount(self) -> None:
        self.anchor()

    async def add(self, entry: Entry, *, newest: bool = False) -> None:
        """Add an entry at the end; `newest` brings the reader there."""
        await self.query_one("#entries").mount(entry)
        if newest:
            self.anchor()

    async def show_past(self, past: list[Past], more: bool) -> None:
        """Put earlier exchanges before everything shown so far; the reader stays at the words they read."""
        button = self.query_one("#earlier", Button)
        button.display = more
        entries = [entry for exchange in past for entry in entries_of(exchange)]
        with self.app.batch_update():
            await self.query_one("#entries").mount_all(entries, after=button)

    async def answer(self, calm: bool) -> AnswerEntry:
        """A new answer at the end."""
        entry = AnswerEntry(calm)
        await self.query_one("#entries").mount(entry)
        return entry

    @on(Button.Pressed, "#earlier")
    def _earlier(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.EarlierWanted())
