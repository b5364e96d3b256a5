"""Pictures of the screens, compared with those kept beside the tests (`pytest --snapshot-update` keeps new ones)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import pytest
from textual.pilot import Pilot

from assistant.coach.turns import ModelStatus, RecordView
from assistant.settings import Settings
from assistant.tui.app import CoachApp
from tests.tui.fake_coach import FakeCoach, story
from tests.tui.test_conversation import until

READY = (ModelStatus("ready", "model ready"),)


class Compare(Protocol):
    def __call__(
        self, app: CoachApp, *, terminal_size: tuple[int, int], run_before: Callable[[Pilot[int]], Awaitable[None]]
    ) -> bool: ...


def app(theme: str = "journey-dark", views: list[RecordView] | None = None) -> CoachApp:
    """The app with nothing that moves."""
    return CoachApp(FakeCoach(story(), views=views or [], statuses=READY), Settings(theme=theme, calm=True))


async def idle(pilot: Pilot[int]) -> None:
    coach_app = pilot.app
    assert isinstance(coach_app, CoachApp)
    await until(pilot, lambda: (c := coach_app.chat) is not None and c.is_mounted and not c.busy)
    await pilot.pause(0.2)


def after(*replies: str, keys: tuple[str, ...] = ()) -> Callable[[Pilot[int]], Awaitable[None]]:
    """Say these things, then press these keys."""

    async def run(pilot: Pilot[int]) -> None:
        await idle(pilot)
        for reply in replies:
            coach_app = pilot.app
            assert isinstance(coach_app, CoachApp)
            assert coach_app.chat is not None
            await coach_app.chat.say(reply)
            await idle(pilot)
        await pilot.press(*keys)
        await pilot.pause(0.3)

    return run


SESSION = ("Baltic Wood Cluster", "three of us export to Sweden", "How much did a company get?")


@pytest.mark.parametrize("theme", ["journey-dark", "journey-light"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_a_session(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(app(theme), terminal_size=size, run_before=after(*SESSION))


def test_the_first_screen(snap_compare: Compare) -> None:
    assert snap_compare(app(), terminal_size=(80, 24), run_before=after())


def test_a_session_without_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app(), terminal_size=(80, 24), run_before=after(*SESSION))


def test_help_for_the_prompt(snap_compare: Compare) -> None:
    assert snap_compare(app(), terminal_size=(80, 24), run_before=after(keys=("f1",)))


def test_a_small_window(snap_compare: Compare) -> None:
    assert snap_compare(app(), terminal_size=(60, 20), run_before=after(*SESSION[:2]))


def test_a_tiny_window(snap_compare: Compare) -> None:
    assert snap_compare(app(), terminal_size=(40, 10), run_before=after())


def test_the_records(snap_compare: Compare) -> None:
    views = [
        RecordView(Path("a.yaml"), "Baltic Wood", "cluster_organisation", "2026-11-12T14:03:00+01:00", 7, 3),
        RecordView(Path("b.yaml"), "", "", "", 0, 0, problem="b.yaml: the record is cut short; restore its .bak copy."),
    ]

    async def listed(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: len(pilot.app.screen.query_one("#records").options) == 3)  # pyright: ignore
        await pilot.pause(0.2)

    assert snap_compare(app(views=views), terminal_size=(80, 24), run_before=listed)
