"""What the handbook room needs from outside: a sentence encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol


class Embedder(Protocol):
    """A sentence encoder. Vectors are L2-normalised floats of length `dims`; any object of this form will do."""

    @property
    def name(self) -> str: ...

    @property
    def dims(self) -> int: ...

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> list[list[float]]: ...
