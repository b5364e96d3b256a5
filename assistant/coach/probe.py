"""A linear probe: what a model's own layer tells of a prompt, read out with weights that were fitted on examples.

The model often "knows" more than its next word says. A probe belongs to one model, one layer and one prompt file; for
any other it does not fit, and whoever uses it asks the model for a word instead.
"""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from assistant.coach.prompts import PromptFile


class Probe(BaseModel):
    """Weights over one layer's hidden state (length one), and how they were fitted (docs/EVALUATION.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    model: str
    """Id of the model in the catalogue."""
    prompt: str
    """Digest of the prompt file, as `digest` gives it."""
    layer: int
    bias: float
    weights: tuple[float, ...]
    """In the file: float32, little-endian, in base64."""

    @field_validator("weights", mode="before")
    @classmethod
    def _unpacked(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        data = base64.b64decode(value)
        return struct.unpack(f"<{len(data) // 4}f", data)

    def fits(self, model: str, prompt: PromptFile) -> bool:
        """Whether it was fitted on this model and this prompt."""
        return self.model == model and self.prompt == digest(prompt)

    def log_odds(self, state: Sequence[float]) -> float:
        """Log-odds of "yes" for a hidden state; ValueError when it is of another width."""
        length = math.sqrt(sum(x * x for x in state)) or 1.0
        return self.bias + sum(w * x for w, x in zip(self.weights, state, strict=True)) / length


def digest(prompt: PromptFile) -> str:
    """What changes with every word of a prompt file."""
    return hashlib.sha256(prompt.model_dump_json().encode()).hexdigest()[:16]


@cache
def read_probe(file: Path) -> Probe | None:
    """The probe of a file; None when there is none."""
    return Probe.model_validate_json(file.read_text(encoding="utf-8")) if file.is_file() else None
