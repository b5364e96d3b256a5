"""Try the app by hand with the scripted coach: `python -m tests.tui [pause]`."""

from __future__ import annotations

import sys

from assistant.coach.turns import ModelStatus
from assistant.settings import Settings
from assistant.tui.app import run
from tests.tui.fake_coach import FakeCoach, story

sys.exit(run(FakeCoach(story(), statuses=(ModelStatus("ready", "small model ready"),)), Settings(), None))
