"""Help for what has the focus, with the keys that work there."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Markdown, Static

from assistant.tui.screens.base import BaseModal


class HelpScreen(BaseModal[None]):
    """What the focused part is for, and its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [("f1", "dismiss", "Close")]

    def __init__(self, text: str, keys: list[tuple[str, str]]) -> None:
        super().__init__()
        self._text = text
        self._keys = keys

    @classmethod
    def about(cls, screen: Screen[object]) -> HelpScreen:
        """Help about the widget of `screen` that has the focus, or about the screen."""
        node = screen.focused or screen
        texts = [text for item in node.ancestors_with_self if isinstance(text := getattr(item, "HELP", None), str)]
        keys: dict[str, list[str]] = {}
        for _, binding, enabled, _ in screen.active_bindings.values():
            if enabled and binding.description and (binding.show or binding.id):
                keys.setdefault(binding.tooltip or binding.description, []).append(screen.app.get_key_display(binding))
        shown = [(" or ".join(dict.fromkeys(names)), text) for text, names in keys.items()]
        return cls("\n\n".join(texts) or "No help for this part.", shown)

    def body(self) -> ComposeResult:
        with Vertical(classes="window"), VerticalScroll(can_focus=True):
            yield Markdown(self._text, open_links=False)
            yield Static("Keys here", classes="label", markup=False)
            wide = max((len(key) for key, _ in self._keys), default=0)
            lines = "\n".join(f"{key:<{wide}}  {text}" for key, text in self._keys)
            yield Static(lines, classes="keys", markup=False)
        yield Footer()
