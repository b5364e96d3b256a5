"""Pictures of the app as SVG files, with pinned sizes.

    python scripts/screenshots.py OUT_DIR             the scripted conversation of the tests: two sizes, two themes
    python scripts/screenshots.py OUT.svg --new       the real coach and model, with a record thrown away after
    python scripts/screenshots.py OUT.svg --record F  the real coach over a record of yours

`--say REPLY` may be given several times; each is sent when the coach is through with the one before.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from textual.pilot import Pilot

from assistant import paths
from assistant.coach.turns import Coach, ModelStatus
from assistant.settings import load
from assistant.tui.app import CoachApp

SIZES = ((120, 40), (80, 24))
THEMES = ("journey-dark", "journey-light")
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # Textual's name a font server; a picture asks nobody


async def until(pilot: Pilot[int], true: Callable[[], bool], seconds: float = 300) -> None:
    """Wait until something holds on the screen."""
    for _ in range(int(seconds / 0.05)):
        if true():
            await pilot.pause(0.3)
            return
        await pilot.pause(0.05)
    raise SystemExit("the screen never got there")


def idle(app: CoachApp) -> bool:
    """Whether the conversation is open, the model loaded (or known to be absent), and the coach waits."""
    loaded = app.model.state not in ("stopped", "loading", "indexing")
    return app.chat is not None and app.chat.is_mounted and not app.chat.busy and loaded


async def picture(coach: Coach, theme: str, record: Path | None, said: list[str], size: tuple[int, int]) -> str:
    """The screen as SVG after these replies."""
    app = CoachApp(coach, load(theme=theme), record)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: idle(app))
        for text in said:
            assert app.chat is not None
            await app.chat.say(text)
            await until(pilot, lambda: idle(app))
        svg = _FONTS.sub("", app.export_screenshot(title="Journey Coach"))
        app.exit(0)
    app.shut()
    coach.close()
    return svg


def scripted(out: Path) -> None:
    """Write `coach-WIDTHxHEIGHT-THEME.svg` of the scripted coach for each size and theme."""
    from tests.tui.fake_coach import FakeCoach, story

    said = ["Baltic Wood Cluster, a cluster organisation", "three of us export to Sweden", "How much for a company?"]
    out.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        for theme in THEMES:
            coach = FakeCoach(story(), statuses=(ModelStatus("ready", "model ready"),))
            file = out / f"coach-{size[0]}x{size[1]}-{theme.removeprefix('journey-')}.svg"
            file.write_text(asyncio.run(picture(coach, theme, None, said, size)), encoding="utf-8")
            print(file)


def real(out: Path, record: Path | None, said: list[str], theme: str, size: tuple[int, int]) -> None:
    """Write one picture of the real coach."""
    from assistant.coach.service import CoachService

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(asyncio.run(picture(CoachService(load()), theme, record, said, size)), encoding="utf-8")
    print(out)


def main() -> None:
    """Read the arguments and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--new", action="store_true", help="the real coach, in a home folder thrown away after")
    parser.add_argument("--record", type=Path, help="the real coach over this record (not while it is open elsewhere)")
    parser.add_argument("--say", action="append", default=[], metavar="REPLY")
    parser.add_argument("--theme", default=THEMES[0], choices=THEMES)
    parser.add_argument("--size", default="120x40", metavar="COLUMNSxLINES")
    given = parser.parse_args()
    models = paths.models_dir()  # the person's own, also where the home is thrown away
    with tempfile.TemporaryDirectory() as home:
        if given.record is None:
            os.environ.update(COACH_HOME=home, COACH_MODELS=str(models))
        if given.new or given.record:
            columns, _, lines = given.size.partition("x")
            real(given.out, given.record, given.say, given.theme, (int(columns), int(lines)))
        else:
            scripted(given.out)


if __name__ == "__main__":
    main()
