"""What a person reads when something failed; the traceback goes to a log file."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from assistant import paths
from assistant.errors import CoachError
from assistant.plain import visible

_LOG = logging.getLogger("assistant.troubles")


def log_file() -> Path:
    """The file that holds the tracebacks."""
    return paths.log_dir() / "app.log"


def log(error: BaseException) -> None:
    """Write the traceback of an error to the log file; a full disk or a closed folder is no second error."""
    try:
        paths.private_dir(paths.log_dir())
        handler = RotatingFileHandler(log_file(), maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    except OSError:
        return
    _LOG.propagate = False
    _LOG.addHandler(handler)
    try:
        _LOG.error("unexpected error", exc_info=error)
    finally:
        _LOG.removeHandler(handler)
        handler.close()


def sentence(error: BaseException) -> str:
    """One sentence for the person. Errors that are not ours are logged with their traceback."""
    if isinstance(error, CoachError):
        return visible(error.sentence())
    log(error)
    return (
        f"Something went wrong inside the coach ({type(error).__name__}); what you said before is safe. "
        f"The details are in {log_file()}."
    )
