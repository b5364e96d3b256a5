"""The journey at the side: every stop with its state in a sign and a word."""

from __future__ import annotations

from textwrap import fill

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.coach.turns import Progress, StopView
from assistant.plain import visible

_STATES = {
    "not_looked_at": ("○", "not looked at"),
    "begun": ("◐", "begun"),
    "done_with_gaps": ("◆", "done, with gaps"),
    "done": ("●", "done"),
    "reference": ("·", "to look things up"),
}


class Journey(VerticalScroll, can_focus=True):
    """The stops of the journey, where one is, and how much of each has been looked at."""

    BORDER_TITLE = "Journey"
    HELP = """\
### The journey
○ not looked at · ◐ begun · ◆ done, with gaps · ● done. The counts say how many questions have been looked at; the
arrow says where you are.
"""

    def __init__(self, progress: Progress, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._progress = progress
        self._list = Static("", id="stops")

    def compose(self) -> ComposeResult:
        yield self._list

    def put(self, progress: Progress) -> None:
        """Show where the journey stands now."""
        self._progress = progress
        self._list.update(_lines(progress, self.scrollable_content_region.width))

    def on_resize(self) -> None:
        self.put(self._progress)


def here(progress: Progress) -> str:
    """Where one is, in words."""
    for stop in progress.stops:
        if stop.here:
            return name(stop)
    return ""


def name(stop: StopView) -> str:
    """The name of a stop as people say it."""
    return f"Step {stop.number}: {visible(stop.title)}" if stop.number else visible(stop.title)


def _lines(progress: Progress, width: int) -> Content:
    parts: list[Content] = []
    for stop in progress.stops:
        sign, word = _STATES[stop.state]
        number = f"{stop.number} " if stop.number else ""
        state = f"{word} · {stop.looked_at} of {stop.questions}" if stop.looked_at or stop.here else word
        if stop.here:
            state = f"{state} ← here" if stop.questions else "← here"
        parts.append(
            Content.assemble(
                (_wrapped(f"{sign} {number}{visible(stop.title)}", width), "bold $text-accent" if stop.here else ""),
                "\n",
                (_wrapped(f"    {state}", width), "$text-accent" if stop.here else "$foreground-muted"),
            )
        )
    return Content("\n").join(parts) if parts else Content("The journey appears here once we have begun.")


def _wrapped(text: str, width: int) -> str:
    return fill(text, max(width, 12), subsequent_indent="    ")
