"""What the coach and its worker process say to each other: one JSON object a line, told apart by `type`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from assistant.model.port import Prompt

MAX_LINE = 64 << 20
"""Bytes of the longest line that is read."""
ModelKind = Literal["chat", "embedding"]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelFile(_Message):
    """A model file to load; `key` changes whenever its bytes do. `dims` is for embedding models."""

    name: str
    path: str
    key: str
    dims: int = 0


class Configure(_Message):
    """The first message to a worker: which files, how many threads, where saved states go. Nothing is loaded yet."""

    type: Literal["configure"] = "configure"
    chat: ModelFile | None = None
    embedding: ModelFile | None = None
    threads: int = Field(ge=1)
    context: int = Field(ge=256)
    states_dir: str
    states_bytes: int = Field(ge=0)


class Load(_Message):
    """Load a model now rather than at its first use."""

    type: Literal["load"] = "load"
    id: int
    what: ModelKind


class Generate(_Message):
    """Continue the prompt greedily."""

    type: Literal["generate"] = "generate"
    id: int
    prompt: Prompt
    max_tokens: int = Field(ge=1)
    stop: tuple[str, ...] = ()


class Score(_Message):
    """Weigh the options as continuations of the prompt."""

    type: Literal["score"] = "score"
    id: int
    prompt: Prompt
    options: tuple[str, ...] = Field(min_length=1)


class Hidden(_Message):
    """Give what the model holds at the last token of the prompt, after a layer (from 0)."""

    type: Literal["hidden"] = "hidden"
    id: int
    prompt: Prompt
    layer: int = Field(ge=0)


class Warm(_Message):
    """Read the prompt up to its last kept part, or all of it as far as a layer, when there is nothing else to do."""

    type: Literal["warm"] = "warm"
    id: int
    prompt: Prompt
    layer: int | None = None


class Embed(_Message):
    """Embed texts; queries go before passages."""

    type: Literal["embed"] = "embed"
    id: int
    texts: tuple[str, ...]
    kind: Literal["query", "passage"]


class Cancel(_Message):
    """Stop request `id`, whether it runs or waits."""

    type: Literal["cancel"] = "cancel"
    id: int


class Loading(_Message):
    """A model is being loaded."""

    type: Literal["loading"] = "loading"
    what: ModelKind
    percent: int


class Ready(_Message):
    """A model is loaded."""

    type: Literal["ready"] = "ready"
    what: ModelKind


class Unloadable(_Message):
    """A model could not be loaded."""

    type: Literal["unloadable"] = "unloadable"
    what: ModelKind
    reason: str


class Alive(_Message):
    """The worker is at work (a step of reading a long prompt is done)."""

    type: Literal["alive"] = "alive"


class Piece(_Message):
    """Text that was generated."""

    type: Literal["piece"] = "piece"
    id: int
    text: str


class Done(_Message):
    """A request has ended. The seconds are the caller's to measure."""

    type: Literal["done"] = "done"
    id: int
    cancelled: bool = False
    prompt_tokens: int = 0
    reused_tokens: int = 0
    generated_tokens: int = 0


class Scores(_Message):
    """Log-probabilities of the options, and the tokens of the prompt."""

    type: Literal["scores"] = "scores"
    id: int
    values: tuple[float, ...]
    prompt_tokens: int = 0
    reused_tokens: int = 0


class Vectors(_Message):
    """Vectors of the texts from `start` on, or a hidden state: float32, little-endian, in a row, in base64."""

    type: Literal["vectors"] = "vectors"
    id: int
    start: int
    count: int
    data: str


class Failed(_Message):
    """A request that could not be done, as the three parts of an error for a person."""

    type: Literal["failed"] = "failed"
    id: int
    what: str
    where: str = ""
    do: str = ""


Job = Load | Generate | Score | Hidden | Warm | Embed
Request = Annotated[Configure | Job | Cancel, Field(discriminator="type")]
Reply = Annotated[
    Loading | Ready | Unloadable | Alive | Piece | Done | Scores | Vectors | Failed,
    Field(discriminator="type"),
]
_requests: TypeAdapter[Request] = TypeAdapter(Request)
_replies: TypeAdapter[Reply] = TypeAdapter(Reply)


def encode(message: BaseModel) -> bytes:
    """A message as its line."""
    return message.model_dump_json().encode() + b"\n"


def read_request(line: bytes) -> Request:
    """The request on a line; pydantic's ValidationError when it is none."""
    return _requests.validate_json(line)


def read_reply(line: bytes) -> Reply:
    """The reply on a line; pydantic's ValidationError when it is none."""
    return _replies.validate_json(line)
