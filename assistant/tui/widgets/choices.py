"""What the person can choose with one key, with arrows or with the mouse."""

from __future__ import annotations

from time import monotonic

from textual import events, on
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.coach.turns import Choice
from assistant.plain import visible

GRACE_S = 0.4  # a key meant for the prompt does not answer a question that has just come


class Choices(OptionList):
    """The choices of the pending question. Words of one's own always do as well."""

    HELP = """\
### Choices
Press the number, or go with the arrows and press Enter, or click. You can always write in your own words instead;
a reply that begins with a number can be written after a space.
"""

    class Chosen(Message):
        """The person chose."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__(id="choices", compact=True)
        self.choices: tuple[Choice, ...] = ()
        self._since = 0.0

    def on_mount(self) -> None:
        self.display = False

    def put(self, choices: tuple[Choice, ...]) -> None:
        """Show these choices, or none."""
        self.choices = choices
        self._since = monotonic()
        self.clear_options()
        self.add_options([Option(Content(f"{c.key}  {visible(c.line)}")) for c in choices])
        self.highlighted = None
        self.display = bool(choices)

    def press(self, key: str) -> bool:
        """A key was pressed while the prompt is empty: whether it was meant for the choices."""
        if not self.choices:
            return False
        if key in ("up", "down"):
            return self._move(1 if key == "down" else -1)
        if key == "enter":
            if self.highlighted is None:
                return False
            self.post_message(self.Chosen(self.choices[self.highlighted]))
            return True
        return self._number(key)

    def _move(self, step: int) -> bool:
        at = self.highlighted
        if at is None:
            if step < 0:
                return False
            self.highlighted = 0
        else:
            new = at + step
            self.highlighted = None if new < 0 else min(new, len(self.choices) - 1)
        return True

    def _number(self, key: str) -> bool:
        if len(key) != 1 or not key.isdigit() or monotonic() - self._since < GRACE_S:
            return False
        for index, choice in enumerate(self.choices):
            if choice.key == key:
                longer = any(other.key != key and other.key.startswith(key) for other in self.choices)
                self.highlighted = index
                if not longer:
                    self.post_message(self.Chosen(choice))
                return True
        return False

    def on_key(self, event: events.Key) -> None:
        if self._number(event.key):
            event.stop()
            event.prevent_default()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self.choices[event.option_index]))
