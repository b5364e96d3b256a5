"""Every test has folders of its own and sees the same screen whatever the developer's terminal is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def gate() -> Iterator[Event]:
    """Holds an answer in the middle of its stream; opened at the end, whatever happens."""
    event = Event()
    yield event
    event.set()
