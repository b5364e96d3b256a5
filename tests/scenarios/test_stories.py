"""Conversations from beginning to end, and the record each one must leave behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.story import Stage, Story, read_stories

STORIES = read_stories(Path(__file__).parent)


@pytest.mark.parametrize("story", [s for _, s in STORIES], ids=[name for name, _ in STORIES])
def test_the_story_leaves_its_record(story: Story, tmp_path: Path) -> None:
    stage = Stage(story, tmp_path / "records")
    stage.play()
    assert not stage.wrong, "\n\n".join(["", *stage.wrong])
