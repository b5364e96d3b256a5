"""Embedding texts: NFKC, the prefix the model was trained with, at most its length, mean pooling, length one."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from assistant.model.worker.llama import Context, Model

if TYPE_CHECKING:
    from numpy.typing import NDArray


def prepared(text: str, kind: Literal["query", "passage"]) -> str:
    """A text as multilingual-e5 expects it."""
    return unicodedata.normalize("NFKC", f"{kind}: {text}")


class Encoder:
    """An embedding model with its context. Longer texts than the context are cut at its end."""

    def __init__(self, model: Model, context: Context) -> None:
        self._model, self._context = model, context

    def tokens(self, text: str, kind: Literal["query", "passage"]) -> list[int]:
        """The tokens of a text, cut to the model's length with its end token kept."""
        tokens = self._model.tokens(prepared(text, kind), special=False, ends=True)
        room = min(self._context.shape.step, self._model.trained_context)
        return tokens if len(tokens) <= room else [*tokens[: room - 1], tokens[-1]]

    def vectors(self, sequences: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Vectors of length one, a row for each sequence (together at most a step of the context)."""
        rows = np.stack(self._context.encode(sequences))
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.maximum(lengths, 1e-12)).astype("<f4")
