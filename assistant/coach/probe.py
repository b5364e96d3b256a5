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


class Head(BaseModel):
    """One thing that is read out of a hidden state: weights over the state at length one, and what is added."""

    model_config = ConfigDict(extra="forbid", frozen=True)
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


class Probe(BaseModel):
    """The heads for one layer of one model and one prompt file, as they were fitted (docs/EVALUATION.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    model: str
    """Id of the model in the catalogue."""
    prompt: str
    """Digest of the prompt file, as `digest` gives it."""
    layer: int
    heads: dict[str, Head]

    def fits(self, model: str, prompt: PromptFile) -> bool:
        """Whether it was fitted on this model and this prompt."""
        return self.model == model and self.prompt == digest(prompt)

    def read(self, head: str, state: Sequence[float]) -> float:
        """What a head reads in a hidden state; ValueError when that is of another width, KeyError without the head."""
        wanted = self.heads[head]
        length = math.sqrt(sum(x * x for x in state)) or 1.0
        return wanted.bias + sum(w * x for w, x in zip(wanted.weights, state, strict=True)) / length


def digest(prompt: PromptFile) -> str:
    """What changes with every word of a prompt file."""
    return hashlib.sha256(prompt.model_dump_json().encode()).hexdigest()[:16]


@cache
def read_probe(file: Path) -> Probe | None:
    """The probe of a file; None when there is none."""
    return Probe.model_validate_json(file.read_text(encoding="utf-8")) if file.is_file() else None
