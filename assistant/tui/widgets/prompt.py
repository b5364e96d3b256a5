"""The prompt: Enter sends, Ctrl+J makes a new line, a paste never sends, Up and Down walk through earlier replies."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from assistant.plain import visible
from assistant.tui.widgets.choices import Choices


class Prompt(TextArea):
    """Where the person writes."""

    HELP = """\
### The prompt
- **Enter** sends. **Ctrl+J** makes a new line (Shift+Enter and Alt+Enter too, where the terminal passes them on).
  A paste never sends.
- **Up** and **Down** at the first and last line bring back earlier replies.
- While the prompt is empty, **numbers** and **arrows** choose among what is offered.
- **Page Up** and **Page Down** scroll the conversation. **Esc** stops an answer.
- You can write while the coach works: the reply waits and is sent next; **Up** takes it back.
- Plain words work as commands: `why`, `example`, `back`, `later`, `review`, `change 2`, `menu`, `steps`, `summary`,
  `stop`. End with a question mark to ask the handbook.
"""

    class Sent(Message):
        """The person sent a reply."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class TakeBack(Message):
        """The person wants the waiting reply back."""

    class Scroll(Message):
        """The person wants to scroll the conversation by pages."""

        def __init__(self, pages: int) -> None:
            super().__init__()
            self.pages = pages

    def __init__(self, choices: Choices, *, blink: bool) -> None:
        super().__init__(
            id="prompt",
            compact=True,
            highlight_cursor_line=False,
            placeholder="Write here. Enter sends, Ctrl+J makes a new line.",
        )
        self.cursor_blink = blink
        self._choices = choices
        self.waiting = 0  # replies that wait to be sent
        self.replies: list[str] = []
        self._at: int | None = None
        self._unsent = ""

    def put(self, text: str) -> None:
        """Put a text in, the cursor behind it."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def remember(self, text: str) -> None:
        """Add a reply to the history."""
        if text and (not self.replies or self.replies[-1] != text):
            self.replies.append(text)
        self._at = None

    async def _on_key(self, event: events.Key) -> None:
        if self._handled(event.key):
            event.stop()
            event.prevent_default()

    def _handled(self, key: str) -> bool:
        if not self.text and self._choices.press(key):
            return True
        match key:
            case "enter":
                if self.text.strip():
                    text, self._at = self.text, None
                    self.load_text("")
                    self.post_message(self.Sent(text))
            case "ctrl+j" | "shift+enter" | "alt+enter":
                self._type("\n")
            case "pageup":
                self.post_message(self.Scroll(-1))
            case "pagedown":
                self.post_message(self.Scroll(1))
            case "up" if self.waiting and not self.text:
                self.post_message(self.TakeBack())
            case "up":
                return self.cursor_at_first_line and self._walk(-1)
            case "down":
                return self.cursor_at_last_line and self._walk(1)
            case _:
                return False
        return True

    def _walk(self, step: int) -> bool:
        at = len(self.replies) if self._at is None else self._at
        new = at + step
        if not 0 <= new <= len(self.replies):
            return False
        if self._at is None:
            if step > 0:
                return False
            self._unsent = self.text
        if new == len(self.replies):
            self._at = None
            self.put(self._unsent)
        else:
            self._at = new
            self.put(self.replies[new])
        return True

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self._type(visible(event.text))

    def _type(self, text: str) -> None:
        self.move_cursor(self.replace(text, *self.selection).end_location)
