"""The numbered sources of the last answer; choosing one opens the whole document."""

from __future__ import annotations

from textual import on
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.coach.turns import Source
from assistant.plain import visible


class Sources(OptionList):
    """Sources, one under the other: number, title, the words the answer rests on, where they come from."""

    BORDER_TITLE = "Sources"
    HELP = """\
### Sources
What the last answer rests on. Arrows and Enter, or a click, open the whole document with the passage marked.
"""

    class OpenWanted(Message):
        """The person wants to read the document of a source."""

        def __init__(self, source: Source) -> None:
            super().__init__()
            self.source = source

    def __init__(self, sources: tuple[Source, ...] = (), *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True)
        self.sources = sources

    def on_mount(self) -> None:
        self.put(self.sources)

    def put(self, sources: tuple[Source, ...]) -> None:
        """Show these sources in place of the ones before."""
        self.sources = sources
        self.clear_options()
        self.add_options([Option(_prompt(source)) for source in sources])
        self.highlighted = 0 if sources else None

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.OpenWanted(self.sources[event.option_index]))


def _prompt(source: Source) -> Content:
    return Content.assemble(
        (f"[{source.n}] {visible(source.title)}", "bold"),
        "\n",
        visible(source.quote),
        "\n",
        (visible(source.where), "$foreground-muted"),
        "\n",
    )
