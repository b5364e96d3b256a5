"""Pictures of the app as SVG files, with a pinned size: scripted ones, or of a real record.

    python scripts/screenshots.py OUT_DIR                      the scripted conversation of the tests
    python scripts/screenshots.py OUT_DIR --record FILE        a record of yours, with models and index as installed
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from textual.pilot import Pilot

from assistant.coach.turns import Coach, ModelStatus
from assistant.settings import Settings, load
from assistant.tui.app import CoachApp

SIZES = ((120, 40), (80, 24))
THEMES = ("journey-dark", "journey-light")


async def until(pilot: Pilot[int], true: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something holds on the screen."""
    for _ in range(int(seconds / 0.05)):
        if true():
            await pilot.pause(0.3)
            return
        await pilot.pause(0.05)
    raise SystemExit("the screen never got there")


def idle(app: CoachApp) -> bool:
    """Whether the conversation is open and the coach waits for the person."""
    return app.chat is not None and app.chat.is_mounted and not app.chat.busy


async def picture(coach: Coach, settings: Settings, record: Path | None, said: list[str], size: tuple[int, int]) -> str:
    """The screen as SVG after these replies."""
    app = CoachApp(coach, settings, record)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: idle(app))
        for text in said:
            assert app.chat is not None
            await app.chat.say(text)
            await until(pilot, lambda: idle(app))
        await until(pilot, lambda: idle(app) and app.model.state not in ("stopped", "loading", "indexing"))
        svg = app.export_screenshot(title="Journey Coach")
        app.exit(0)
    app.shut()
    return svg


def scripted() -> tuple[Coach, Path | None, list[str]]:
    """The scripted coach of the tests, and what the person says."""
    from tests.tui.fake_coach import FakeCoach, story

    said = ["Baltic Wood Cluster, a cluster organisation", "three of us export to Sweden", "How much for a company?"]
    return FakeCoach(story(), statuses=(ModelStatus("ready", "model ready"),)), None, said


def main() -> None:
    """Write `coach-WIDTHxHEIGHT-THEME.svg` for each size and theme."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--record", type=Path, help="a record to show; it is opened, so not while the coach is running")
    parser.add_argument("--say", action="append", default=[], help="a reply to send first (may be given again)")
    parser.add_argument(
        "--coach", default="assistant.coach.service:CoachService", help="module:function that makes the coach of settings"
    )
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    home = tempfile.TemporaryDirectory()
    if given.record is None:
        os.environ["COACH_HOME"] = home.name
    for size in SIZES:
        for theme in THEMES:
            settings = load(theme=theme)
            if given.record is None:
                coach, record, said = scripted()
            else:
                module, _, name = given.coach.partition(":")
                coach = getattr(importlib.import_module(module), name)(settings)
                record, said = given.record, given.say
            svg = asyncio.run(picture(coach, settings, record, said, size))
            coach.close()
            file = given.out / f"coach-{size[0]}x{size[1]}-{theme.removeprefix('journey-')}.svg"
            file.write_text(svg, encoding="utf-8")
            print(file)


if __name__ == "__main__":
    main()
