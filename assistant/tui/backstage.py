"""The conversation behind the screen: every call in a worker thread, one at a time, and only messages come back."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from textual.message import Message

from assistant import troubles
from assistant.coach.turns import Conversation
from assistant.tui.messages import Done, ItemCame, PastCame, ProgressCame, Turn, TurnEnded

PAST_SHOWN = 20  # exchanges put on the screen at once


class Backstage:
    """Blocking work on one conversation. Methods are for worker threads; they post to the screen and never raise."""

    def __init__(self, conversation: Conversation, post: Callable[[Message], object]) -> None:
        self.conversation = conversation
        self._post = post
        self._lock = Lock()
        self._past_shown = 0
        self._closed = False

    def take(self, turn: Turn) -> None:
        """Work on a turn and post what comes; `TurnEnded` comes last, whatever happens."""
        error: Exception | None = None
        try:
            with self._lock:
                for item in turn.start(turn.cancel):
                    self._post(ItemCame(turn, item))
        except Exception as caught:
            error = caught
        finally:
            self._post(TurnEnded(turn, error))

    def recall(self) -> None:
        """Post the exchanges before those shown, and where the journey stands."""
        try:
            with self._lock:
                wanted = self._past_shown + PAST_SHOWN
                past = self.conversation.past(wanted + 1)
                progress = self.conversation.progress()
        except Exception as error:
            self._post(Done(error=error))
            return
        more = len(past) > wanted
        newest_first = past[::-1][self._past_shown : wanted]
        self._past_shown += len(newest_first)
        self._post(PastCame(newest_first[::-1], more))
        self._post(ProgressCame(progress))

    def document(self, passage: str) -> tuple[str, str]:
        """Title and Markdown of a document. This one does raise: the caller shows why."""
        with self._lock:
            return self.conversation.document(passage)

    def summary(self) -> None:
        """Write the summary and post where it lies."""
        try:
            with self._lock:
                path = self.conversation.summary()
        except Exception as error:
            self._post(Done(error=error))
        else:
            self._post(Done(f"The summary is written: {path}"))

    def close(self) -> None:
        """Close the conversation once the work in hand has ended. A second time does nothing."""
        try:
            with self._lock:
                if not self._closed:
                    self._closed = True
                    self.conversation.close()
        except Exception as error:
            troubles.log(error)
