"""What the rest of the coach knows of a model: prompts in parts, a stream of text, scores of options, embeddings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from assistant.errors import ModelError

Role = Literal["system", "user", "assistant"]


class Cancelled(ModelError):
    """The caller's own `cancel` ended a `score`; a cancelled generation just ends."""


class Part(BaseModel):
    """A stretch of a message, tokenised by itself and always as plain text (control tokens in it stay text).

    `keep`: the model's state up to the end of this part is worth keeping for later prompts that start the same way.
    """

    model_config = ConfigDict(frozen=True)
    text: str
    keep: bool = False


class Message(BaseModel):
    """One message of a prompt, as parts in order."""

    model_config = ConfigDict(frozen=True)
    role: Role
    parts: tuple[Part, ...]


class Prompt(BaseModel):
    """A prompt ready for a chat model; `id` names the prompt file it was made from.

    When the last message is the assistant's, the model continues it.
    """

    model_config = ConfigDict(frozen=True)
    id: str
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Usage:
    """What a generation cost. Seconds count from the call; `first_token_s` is None when nothing was generated."""

    prompt_tokens: int = 0
    reused_tokens: int = 0
    generated_tokens: int = 0
    first_token_s: float | None = None
    total_s: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        """Tokens of both together; the seconds are this one's."""
        return replace(
            self,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            reused_tokens=self.reused_tokens + other.reused_tokens,
            generated_tokens=self.generated_tokens + other.generated_tokens,
        )


class Weights(list[float]):
    """Log-probabilities that also know what they cost, where the model tells."""

    usage: Usage = Usage()


@dataclass(frozen=True)
class HiddenState:
    """What a model holds after a layer at the last token of a prompt: as many floats as it is wide; what it cost."""

    vector: Sequence[float]
    usage: Usage = Usage()


class Generation(Protocol):
    """A running generation: iterate for pieces of text; `usage` and `cancelled` are final after the last one."""

    usage: Usage
    cancelled: bool

    def __iter__(self) -> Iterator[str]: ...


class ChatModel(Protocol):
    """A model that words, and that scores closed choices. Errors are `ModelError`."""

    @property
    def name(self) -> str: ...

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 160, stop: Sequence[str] = (), cancel: Event | None = None
    ) -> Generation:
        """Generate greedily. Setting `cancel` stops within 300 ms, also while the prompt is being read."""
        ...

    def score(self, prompt: Prompt, options: Sequence[str], *, cancel: Event | None = None) -> list[float]:
        """Log-probabilities of each option as the continuation of the prompt, normalised over the options."""
        ...

    def hidden_state(self, prompt: Prompt, layer: int, *, cancel: Event | None = None) -> HiddenState | None:
        """Read a prompt as far as a layer (from 0); None where that cannot be had (a server, a model with fewer)."""
        ...

    def warm(self, prompt: Prompt, layer: int | None = None) -> None:
        """Read the prompt up to its last kept part in idle time; returns at once, gives way to any other call.

        With a layer all of it: its `hidden_state` is then known, and sooner had for one that begins the same.
        """
        ...


class Embedder(Protocol):
    """A sentence encoder. Vectors are L2-normalised floats of length `dims`."""

    @property
    def name(self) -> str: ...

    @property
    def dims(self) -> int: ...

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> list[list[float]]: ...
