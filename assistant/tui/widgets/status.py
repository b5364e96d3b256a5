"""The status line: what the model is doing, the counts, and whether the record is saved."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from assistant.coach.turns import ModelStatus
from assistant.plain import one_line

_DEFAULTS = {
    "none": "no model: guided questions work; answers quote the handbook",
    "stopped": "model not started",
    "loading": "model loading",
    "indexing": "reading the handbook in",
    "ready": "model ready",
    "working": "model working",
    "failed": "model failed: guided questions work; answers quote the handbook",
}
TOLD = ("none", "failed")  # states whose whole sentence belongs into the conversation


class StatusLine(Horizontal):
    """One line at the foot of the conversation."""

    def compose(self) -> ComposeResult:
        yield Static("", id="model", markup=False)
        yield Static("", id="counts", markup=False)
        yield Static("", id="saved", markup=False)

    def model(self, status: ModelStatus, busy: str = "") -> None:
        """Say what the model does; `busy` says what the coach does right now and goes first."""
        short = status.state in TOLD or not status.sentence
        sentence = _DEFAULTS[status.state] if short else one_line(status.sentence, 120)
        if status.fraction is not None and status.state in ("loading", "indexing"):
            sentence = f"{sentence} · {round(status.fraction * 100)} %"
        self.query_one("#model", Static).update(f"{busy} · {sentence}" if busy else sentence)

    def counts(self, text: str) -> None:
        """Say how far the questions are ("2 of 3 looked at")."""
        self.query_one("#counts", Static).update(one_line(text))

    def saved(self, text: str) -> None:
        """Say how the record stands."""
        self.query_one("#saved", Static).update(one_line(text))
