"""Where things live: the data that ships with the coach, and the person's own folders.

Everything of the person's sits under the platform's usual folders, or under `$COACH_HOME` when that is set (tests,
portable use).
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("journey-coach", appauthor=False)
_PACKAGE = Path(__file__).resolve().parent


def _home() -> Path | None:
    value = os.environ.get("COACH_HOME")
    return Path(value).expanduser() if value else None


def shipped(kind: str) -> Path:
    """The folder of `knowledge`, `flows` or `prompts` that came with the coach (a wheel's, else the checkout's)."""
    packed = _PACKAGE / "_data" / kind
    return packed if packed.is_dir() else _PACKAGE.parent / kind


def cache_dir() -> Path:
    """What can be made again: models, index, model states."""
    home = _home()
    return home / "cache" if home else Path(_DIRS.user_cache_dir)


def models_dir() -> Path:
    """Model files, shared by all checkouts; `$COACH_MODELS` moves them (tests read the person's, nothing else)."""
    value = os.environ.get("COACH_MODELS")
    return Path(value).expanduser() if value else cache_dir() / "models"


def state_cache_dir() -> Path:
    """Saved model states (prompt prefixes already read)."""
    return cache_dir() / "states"


def index_dir() -> Path:
    """The search index of the corpus."""
    return cache_dir() / "index"


def config_file() -> Path:
    """The settings file."""
    home = _home()
    return (home or Path(_DIRS.user_config_dir)) / "settings.yaml"


def records_dir() -> Path:
    """The records, unless settings say otherwise."""
    home = _home()
    return (home or Path(_DIRS.user_data_dir)) / "records"


def documents_dir() -> Path:
    """The person's own documents, as converted text."""
    home = _home()
    return (home or Path(_DIRS.user_data_dir)) / "documents"


def log_dir() -> Path:
    """Log files: the model's own messages and the coach's errors."""
    home = _home()
    return home / "logs" if home else Path(_DIRS.user_log_dir)


def private_dir(path: Path) -> Path:
    """Make a folder that only its owner can enter, and give it back."""
    path.mkdir(parents=True, exist_ok=True)
    if os.name == "posix" and path.stat().st_uid == os.getuid():
        path.chmod(0o700)
    return path
