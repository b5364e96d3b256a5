"""A whole document of the handbook with the cited sentence marked."""

from __future__ import annotations

import re
from collections.abc import Callable

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Footer, Markdown, Static

from assistant import troubles
from assistant.coach.turns import Source
from assistant.plain import visible
from assistant.tui.messages import DocumentCame
from assistant.tui.screens.base import BaseModal

_MARKS = "*_`"


class DocumentScreen(BaseModal[None]):
    """The passage at once, the whole document as soon as it is read."""

    HELP = """\
### A document of the handbook
The words that the answer rests on stand behind a bar, under the label "cited here". Esc goes back to the conversation.
"""

    def __init__(self, source: Source, read: Callable[[str], tuple[str, str]]) -> None:
        super().__init__()
        self._source = source
        self._read = read

    def body(self) -> ComposeResult:
        with Vertical(classes="window"):
            yield Static(visible(self._source.title), classes="title", markup=False)
            yield Static(visible(self._source.where), classes="where", markup=False)
            with VerticalScroll(id="document", can_focus=True):
                yield Static(visible(self._source.quote), classes="cited", markup=False)
                yield Static("The whole document is being opened …", classes="label", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self._open()

    @work(thread=True, exclusive=True, group="document", exit_on_error=False)
    def _open(self) -> None:
        try:
            title, markdown = self._read(self._source.passage)
            self.post_message(DocumentCame(title, markdown))
        except Exception as error:
            self.post_message(DocumentCame("", "", error))

    async def on_document_came(self, event: DocumentCame) -> None:
        document = self.query_one("#document", VerticalScroll)
        if event.error is not None:
            self.query_one("#document > .label", Static).update(troubles.sentence(event.error))
            return
        self.query_one(".title", Static).update(visible(event.title))
        before, cited, after = around(visible(event.markdown), self._source.quote)
        with self.app.batch_update():
            await document.remove_children()
            if before:
                await document.mount(Markdown(before, open_links=False))
            if cited:
                passage = Vertical(
                    Static("cited here", classes="label", markup=False),
                    Markdown(cited, open_links=False),
                    classes="cited",
                )
                await document.mount(passage)
                self.call_after_refresh(document.scroll_to_widget, passage, animate=False, top=True)
            if after:
                await document.mount(Markdown(after, open_links=False))
        document.focus()


def around(markdown: str, quote: str) -> tuple[str, str, str]:
    """The document before the block that holds the quote, that block with the quote in bold, and what follows.

    Emphasis signs, line breaks and the "…" of a quote cut short are not counted. A quote that is not there gives
    ("whole document", "", "").
    """
    span = _find(markdown, quote)
    if span is None:
        return markdown, "", ""
    start, end = span
    breaks = [m.span() for m in re.finditer(r"\n[ \t]*\n+", markdown)]
    top = max((stop for _, stop in breaks if stop <= start), default=0)
    bottom = min((begin for begin, _ in breaks if begin >= end), default=len(markdown))
    words = markdown[start:end]
    plain = "\n\n" not in words and not any(mark in words for mark in _MARKS) and not markdown[:start].endswith("\\")
    cited = f"{markdown[top:start]}**{words}**{markdown[end:bottom]}" if plain else markdown[top:bottom]
    return markdown[:top].rstrip(), cited, markdown[bottom:].lstrip("\n")


def _find(markdown: str, quote: str) -> tuple[int, int] | None:
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(markdown):
        if char in _MARKS:
            continue
        letter = " " if char.isspace() else char
        if letter == " " and letters and letters[-1] == " ":
            continue
        letters.append(letter)
        places.append(place)
    wanted = " ".join("".join(c for c in visible(quote) if c not in _MARKS).split()).removesuffix("…").rstrip()
    at = "".join(letters).find(wanted) if wanted else -1
    return (places[at], places[at + len(wanted) - 1] + 1) if at >= 0 else None
