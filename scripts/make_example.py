"""Makes docs/example: a scripted session with the real model, its transcript, its record and its summary.

usage: python scripts/make_example.py [FOLDER]     (default: docs/example)
"""

from __future__ import annotations

import datetime
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DAY = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.UTC)
LABELS = {
    "question": "Question",
    "reading": "Reading",
    "gap": "From the handbook",
    "notice": "Note",
    "error": "Problem",
}


def main() -> int:
    """Hold the conversation of tests/e2e/scripts/cluster-organisation.yaml and write down what came of it."""
    from assistant import paths, settings
    from assistant.coach.service import CoachService
    from tests.e2e.person import Person, Script

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "example"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(COACH_MODELS=str(paths.models_dir()), COACH_HOME=home)
        coach = CoachService(settings.load(), clock=lambda: DAY)
        coach.prepare()
        chat = coach.chat()
        if chat is None:
            print("the model is missing: run `coach model pull`", file=sys.stderr)
            return 3
        person = Person(coach, Script.load("cluster-organisation"))
        person.talk()
        record = person.conversation.record
        assert record is not None
        person.conversation.close()
        name = chat.name
        coach.close()
        shutil.copy(record, folder / "record.yaml")
        shutil.copy(record.with_name(f"{record.stem}.summary.md"), folder / "summary.md")
    (folder / "transcript.md").write_text(transcript(person.exchanges, name), encoding="utf-8")
    print(f"written to {folder}")
    return 0


def transcript(exchanges: list[tuple[str, list[object]]], model: str) -> str:
    """Every exchange as Markdown, in order."""
    from assistant.coach.say import safe
    from assistant.coach.turns import AnswerDone, Said

    lines = [
        "# A session, word for word",
        "",
        f"Made by `scripts/make_example.py` with {model}; the person is a script.",
    ]
    for said, items in exchanges:
        lines += ["", f"> **You:** {safe(said, 2000)}"] if said else []
        for item in items:
            if isinstance(item, Said):
                label = LABELS.get(item.tone, "Coach")
                lines += ["", f"**{label}{f' ({item.counts})' if item.counts else ''}:** {item.markdown}"]
                lines += ["", *(f"    {c.key}  {c.line}" for c in item.choices)] if item.choices else []
            elif isinstance(item, AnswerDone):
                lines += ["", f"**Answer:** {item.markdown}", ""]
                lines += [f"- [{s.n}] {safe(s.where)}" for s in item.sources]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
