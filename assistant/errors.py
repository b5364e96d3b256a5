"""Errors that a person may see: one sentence each, saying what happened, where, and what to do about it."""

from __future__ import annotations


class CoachError(Exception):
    """An error for a person. `what` happened, `where` (a file, a line, a name; may be empty), `do`: the way out.

    `exit_code` is what `coach` ends with when nobody handles the error.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what, self.where, self.do = what, where, do
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The error as one line: `where: what; do.`"""
        start = f"{self.where}: {self.what}" if self.where else self.what
        whole = f"{start}; {self.do}" if self.do else start
        return whole if whole.endswith(("?", "!", ".")) else f"{whole}."


class UsageError(CoachError):
    """Wrong arguments or settings (exit code 2, as for any command-line mistake)."""

    exit_code = 2


class ModelError(CoachError):
    """A model file, the worker process or a model server cannot do its work."""

    exit_code = 3


class RecordError(CoachError):
    """A record cannot be read, locked or written."""

    exit_code = 4


class FlowError(CoachError):
    """A flow file has a mistake."""

    exit_code = 5


class KnowledgeError(CoachError):
    """A corpus document, a directory file or the index cannot be used."""

    exit_code = 6
