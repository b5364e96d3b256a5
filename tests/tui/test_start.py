"""What the front ends load before the first frame, and what a person sees when the app itself breaks."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rich.text import Text

from assistant import troubles
from assistant.settings import Settings
from assistant.tui.app import CoachApp
from tests.tui.fake_coach import FakeCoach

HEAVY = ("chromadb", "llama_cpp", "numpy", "openai", "huggingface_hub", "bm25s", "gguf")


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("assistant.tui.app", (*HEAVY, "assistant.tui.screens.chat")),
        ("assistant.tui.screens.chat", HEAVY),
        ("assistant.line.chat", (*HEAVY, "textual")),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(module: str, unwanted: tuple[str, ...]) -> None:
    code = f"import sys, {module}\nprint(*[m for m in {unwanted!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_a_mistake_of_ours_ends_in_a_sentence_and_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    app = CoachApp(FakeCoach(), Settings())
    monkeypatch.setattr(app, "_close_messages_no_wait", lambda: None)
    try:
        raise ZeroDivisionError("a mistake of ours")
    except ZeroDivisionError as error:
        app._handle_exception(error)  # pyright: ignore[reportPrivateUsage]
    (said,) = app._exit_renderables  # pyright: ignore[reportPrivateUsage]
    assert isinstance(said, Text)
    assert "Something went wrong inside the coach (ZeroDivisionError)" in said.plain
    assert "Traceback" not in said.plain
    assert "a mistake of ours" in troubles.log_file().read_text()
