"""Hand-made answers for the tests of scoring, and the project's own question files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.evaluate.questions import FOLDER, Question, read_sets
from assistant.evaluate.scoring import Told

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / FOLDER).glob("*.yaml"))
DEV = ROOT / FOLDER / "questions-dev.yaml"
SETS = read_sets(FILES)
ALL = [question for some in SETS for question in some.questions]
REFUSAL = "The handbook does not say that. It is not given there."


def line(question_id: str, text: str, **changes: Any) -> dict[str, Any]:
    """An answer as a line of kept answers."""
    answer: dict[str, Any] = {
        "id": question_id,
        "question": "?",
        "answer": text,
        "abstained": False,
        "language": "en",
        "citations": [
            {
                "n": 1,
                "section": "case-20",
                "title": "Case 20",
                "passage": "case-20/amounts#0",
                "quote": "EUR 15,000 per SME",
            }
        ],
        "sections": ["case-20", "case-15", "utilise-funding", "step-1", "case-4"],
        "sentences": [{"text": text, "cites": [1], "supported": True}],
        "notes": [],
        "model": "m",
        "timings": {"retrieval_s": 0.1, "first_token_s": 1.0, "total_s": 2.0, "prompt_tokens": 1, "reused_tokens": 0},
    }
    return answer | changes


def told(question_id: str, text: str, **changes: Any) -> Told:
    """The same as it is scored."""
    return Told.model_validate(line(question_id, text, **changes))


def by_id(question_id: str) -> Question:
    """A question of the project's files."""
    return next(question for question in ALL if question.id == question_id)
