"""The journey and the sources as screens of their own, for narrow windows."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Footer

from assistant.coach.turns import Progress, Source
from assistant.tui.screens.base import BaseModal
from assistant.tui.widgets.journey import Journey
from assistant.tui.widgets.sources import Sources


class JourneyScreen(BaseModal[None]):
    """The journey over the conversation."""

    BINDINGS: ClassVar[list[BindingType]] = [("f2", "dismiss", "Close")]

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def body(self) -> ComposeResult:
        with Vertical(classes="window"):
            yield Journey(self._progress)
        yield Footer()


class SourcesScreen(BaseModal[Source]):
    """The sources over the conversation; answers with the one to open."""

    BINDINGS: ClassVar[list[BindingType]] = [("f3", "dismiss", "Close")]

    def __init__(self, sources: tuple[Source, ...]) -> None:
        super().__init__()
        self._sources = sources

    def body(self) -> ComposeResult:
        with Vertical(classes="window"):
            yield Sources(self._sources)
        yield Footer()

    def on_sources_open_wanted(self, event: Sources.OpenWanted) -> None:
        self.dismiss(event.source)
