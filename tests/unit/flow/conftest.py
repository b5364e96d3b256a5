"""A small folder of flows that is right, to be broken one place at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

_JOURNEY = """\
version: "1.0"
phases_note: our reading
phases:
  - {id: early, title: Early, about: Before., steps: [step-1]}
stops:
  - {id: step-1, number: 1, title: One, about: First., flows: [step-1]}
  - {id: step-2, number: 2, title: Two, about: Second.}
rules:
  r-next: What is positive goes on.
"""

_FLOW = """\
id: step-1
kind: step
title: One
purpose: To try.
questions:
  - id: first
    ask: Do you have a plan?
    why: {text: Plans help., passage: step-1/overview}
    counts:
      written: it is written down
    probe: {written: Is it written down?}
    gap: {say: Others wrote one., offer: [step-1/benefits], action: Write a plan.}
  - id: second
    kind: choice
    ask: Which way?
    why: {text: Ways differ., passage: step-1/overview}
    options:
      - {id: left, label: Left}
      - {id: right, label: Right}
  - id: third
    ask: Is anybody in charge?
    why: {text: Somebody must be., passage: step-1/overview}
    when: {chosen: {second: left}}
    depends_on: [first]
    counts:
      named: somebody is named
    probe: {named: Who?}
    gap: {action: Name somebody.}
after:
  - {when: {all_met: true}, go: step-2, because: r-next, say: On you go.}
  - {go: step-2, ours: true, say: On you may go.}
"""


@dataclass(frozen=True)
class SmallFlows:
    """A journey of two stops and one flow in a folder of its own."""

    folder: Path
    parts: frozenset[str] = frozenset({"step-1/overview", "step-1/benefits"})

    def change(self, old: str, new: str, *, file: str = "step-1.yaml") -> int:
        """Replace a text in a file; the line (from 1) on which the change begins."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, "the test breaks something that is not there"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1


@pytest.fixture
def small(tmp_path: Path) -> SmallFlows:
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "journey.yaml").write_text(_JOURNEY, encoding="utf-8")
    (folder / "step-1.yaml").write_text(_FLOW, encoding="utf-8")
    return SmallFlows(folder)
