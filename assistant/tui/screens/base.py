"""What all our screens share: a guard for clicks on text being replaced, and a sentence when it is tight."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

Result = TypeVar("Result")
SMALLEST = (50, 14)


class BaseScreen(Screen[Result], Generic[Result]):
    """A screen that survives clicks on a streaming answer and tiny windows. Subclasses compose in `body`."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 (Textual declares it)
        (0, "-slim"),
        (SMALLEST[0], "-narrow"),
        (100, "-wide"),
        (130, "-broad"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-flat"),
        (SMALLEST[1], "-low"),
        (30, "-high"),
    ]

    def compose(self) -> ComposeResult:
        yield from self.body()
        width, height = SMALLEST
        yield Static(
            f"This window is too small for the coach: please make it at least {width} columns wide and {height} lines "
            "high. Nothing is lost.",
            classes="too-small",
            markup=False,
        )

    def body(self) -> ComposeResult:
        """The screen's own widgets."""
        yield from ()

    @property
    def folded(self) -> bool:
        """Whether the sides are folded away."""
        return not (self.has_class("-wide") or self.has_class("-broad"))

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """As Textual's, but nothing for a widget that has just been taken away (Textualize/textual#6643)."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        if widget is not None and widget is not self and (widget.parent is None or not widget.is_attached):
            return None, None
        return widget, offset


class BaseModal(BaseScreen[Result], ModalScreen[Result], Generic[Result]):
    """A screen over another one; Escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Close")]
