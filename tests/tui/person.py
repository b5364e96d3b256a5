"""A person at the app: opens it, types, reads, waits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from assistant.settings import Settings
from assistant.tui.app import CoachApp
from assistant.tui.screens.chat import ChatScreen
from assistant.tui.widgets.entries import AnswerEntry, Entry, PlainEntry, ProseEntry
from tests.tui.fake_coach import FakeCoach

App = Pilot[int]


async def until(pilot: App, true: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something holds; what the screen does takes a few frames."""
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        await pilot.pause(0.02)
    raise AssertionError("it never came true")


@asynccontextmanager
async def at_the_app(
    coach: FakeCoach, size: tuple[int, int] = (120, 36), record: Path | None = None, settings: Settings | None = None
) -> AsyncGenerator[App]:
    """The app with its first conversation open and the coach silent."""
    app = CoachApp(coach, settings or Settings(), record)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.chat is not None and app.chat.is_mounted and not chat(pilot).busy)
        await pilot.pause()
        try:
            yield pilot
        finally:
            app.exit(0)
            chat_screen = app.chat
            if chat_screen is not None:
                chat_screen.keep()


def chat(pilot: App) -> ChatScreen:
    screen = pilot.app.chat if isinstance(pilot.app, CoachApp) else None
    assert screen is not None
    return screen


def entries(pilot: App) -> list[Entry]:
    return list(chat(pilot).query(Entry))


def words(pilot: App) -> str:
    """All the conversation says, one entry a line."""
    lines: list[str] = []
    for entry in entries(pilot):
        said = entry.text if isinstance(entry, (PlainEntry, AnswerEntry)) else ""
        lines.append(f"{entry.label}: {entry.markdown if isinstance(entry, ProseEntry) else said}")
    return "\n".join(lines)


async def send(pilot: App, text: str) -> None:
    chat(pilot).prompt.put(text)
    await pilot.press("enter")


async def settled(pilot: App) -> None:
    await until(pilot, lambda: not chat(pilot).busy)
    await pilot.pause()
