"""The conversation in the middle of the screen: keeps to the newest words until the reader scrolls back."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button

from assistant.coach.turns import Past
from assistant.tui.widgets.entries import AnswerEntry, Entry, entries_of

MOST_SHOWN = 60  # entries; beyond that the oldest are folded away
SHOWN_AGAIN = 40  # entries left on the screen then, and brought back at once


class ConversationView(VerticalScroll, can_focus=True):
    """All entries, oldest first."""

    HELP = """\
### The conversation
Up, Down, Page Up and Page Down scroll. While you read further up, new words do not pull you down;
End goes to the newest. Page Up at the very top shows earlier exchanges.
Drag with the mouse to mark words, Ctrl+C copies them.
"""

    class EarlierWanted(Message):
        """The reader wants to see older exchanges."""

    def compose(self) -> ComposeResult:
        with Vertical(id="entries"):  # never lower than the view: an anchored view must not scroll below zero
            yield Button("Show earlier exchanges", id="earlier", compact=True)

    def __init__(self) -> None:
        super().__init__()
        self._folded: list[Entry] = []  # taken off the screen, oldest first: every widget slows each new word down
        self._more_past = False

    def on_mount(self) -> None:
        self.anchor()

    async def add(self, entry: Entry, *, newest: bool = False) -> None:
        """Add an entry at the end; `newest` brings the reader there."""
        await self.query_one("#entries").mount(entry)
        if newest:
            await self._fold()
            self.anchor()

    async def _fold(self) -> None:
        shown = list(self.query(Entry))
        if len(shown) > MOST_SHOWN:
            old = shown[: len(shown) - SHOWN_AGAIN]
            self._folded += old
            self.query_one("#earlier").display = True
            await self.query_one("#entries").remove_children(old)

    async def show_past(self, past: list[Past], more: bool) -> None:
        """Put exchanges of the record before everything shown so far."""
        self._more_past = more
        await self._show_first([entry for exchange in past for entry in entries_of(exchange)])

    async def _show_first(self, entries: Sequence[Widget]) -> None:
        button = self.query_one("#earlier", Button)
        button.display = bool(self._folded) or self._more_past
        below = self.virtual_size.height - self.scroll_y
        reading_back = self.scroll_y < self.max_scroll_y
        with self.app.batch_update():
            await self.query_one("#entries").mount_all(entries, after=button)
        if reading_back:  # the reader stays at the words they read
            self.call_after_refresh(
                lambda: self.scroll_to(y=self.virtual_size.height - below, animate=False, force=True)
            )

    async def answer(self, calm: bool) -> AnswerEntry:
        """A new answer at the end."""
        entry = AnswerEntry(calm)
        await self.query_one("#entries").mount(entry)
        return entry

    @on(Button.Pressed, "#earlier")
    async def _earlier(self, event: Button.Pressed) -> None:
        event.stop()
        await self.show_earlier()

    async def show_earlier(self) -> None:
        """Show what was folded away; when nothing was, ask for exchanges of the record."""
        if not self._folded:
            self.post_message(self.EarlierWanted())
            return
        self._folded, back = self._folded[:-SHOWN_AGAIN], self._folded[-SHOWN_AGAIN:]
        await self._show_first([entry.again() for entry in back])
