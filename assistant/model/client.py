"""The parent's side of the worker: chat and embedding models behind the ports, status, restart after a crash."""

from __future__ import annotations

import base64
import contextlib
import itertools
import queue
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, RLock
from typing import Literal

from assistant.errors import ModelError
from assistant.model.child import Child, ChildEnded, worker_command
from assistant.model.messages import (
    Cancel,
    Configure,
    Done,
    Embed,
    Failed,
    Generate,
    Hidden,
    Job,
    Load,
    Loading,
    ModelKind,
    Piece,
    Ready,
    Reply,
    Score,
    Scores,
    Unloadable,
    Vectors,
    Warm,
)
from assistant.model.port import Cancelled, ChatModel, Embedder, HiddenState, Prompt, Usage, Weights

_POLL_S = 0.02
_GIVE_UP_S = 0.2
"""How long a cancelled request may still take before the caller is let go."""
_TEXTS_A_CALL = 256


@dataclass(frozen=True)
class Status:
    """How a model stands, for a person: `percent` counts while it is loading, `reason` says why it is not there."""

    state: Literal["not installed", "stopped", "starting", "loading", "ready"]
    percent: int = 0
    reason: str = ""


class Worker:
    """A worker process that is started at its first use and again after a crash. Safe to use from several threads."""

    def __init__(
        self,
        configure: Configure,
        log: Path,
        *,
        command: Sequence[str] = (),
        silence_s: float = 120.0,
    ) -> None:
        """Starts nothing. A worker that says nothing for `silence_s` while it is asked counts as crashed."""
        self._configure, self._log, self._silence_s = configure, log, silence_s
        self._command = command or worker_command()
        self._ids, self._lock = itertools.count(1), RLock()
        self._child: Child | None = None
        self._closed = False
        self._listener: Callable[[ModelKind, Status], None] | None = None
        stopped = {"chat": configure.chat, "embedding": configure.embedding}
        self._status: dict[str, Status] = {
            what: Status("stopped" if file else "not installed") for what, file in stopped.items()
        }

    @property
    def status(self) -> Status:
        """How the chat model stands."""
        return self.status_of("chat")

    def status_of(self, what: ModelKind) -> Status:
        """How a model stands."""
        return self._status[what]

    def listen(self, listener: Callable[[ModelKind, Status], None] | None) -> None:
        """Have every change of status told, from whatever thread it happens in."""
        self._listener = listener

    def chat(self) -> ChatModel:
        """The chat model; ModelError at its first use when none is configured."""
        return _LocalChat(self, self._configure.chat.name if self._configure.chat else "none")

    def embedder(self) -> Embedder:
        """The embedding model."""
        file = self._configure.embedding
        return _LocalEmbedder(self, file.name if file else "none", file.dims if file else 0)

    def load(self, what: ModelKind) -> None:
        """Have a model loaded in the background."""
        self._post(Load(id=next(self._ids), what=what))

    def warm(self, prompt: Prompt, layer: int | None = None) -> None:
        """Have a prompt read in idle time."""
        self._post(Warm(id=next(self._ids), prompt=prompt, layer=layer))

    def next_id(self) -> int:
        """A number for a request."""
        return next(self._ids)

    def close(self) -> None:
        """End the process; calls that still run fail with a ModelError."""
        with self._lock:
            self._closed = True
            child, self._child = self._child, None
        if child:
            child.close()

    @property
    def pid(self) -> int | None:
        """The process id of a running worker."""
        child = self._child
        return child.pid if child and not child.gone else None

    def run(self, job: Job, cancel: Event | None = None) -> Iterator[Reply]:
        """Replies to a request up to its end. After a crash it is asked once more, unless text has been shown.

        ModelError when it fails; Cancelled when `cancel` was set and the worker did not end the request in time.
        """
        shown = False
        for attempt in (1, 2):
            try:
                for reply in self._ask(job, cancel):
                    shown = shown or isinstance(reply, Piece)
                    yield reply
                return
            except ChildEnded:
                if self._closed:
                    raise ModelError("the model was closed") from None
                if shown or attempt == 2:
                    raise ModelError(
                        "the model stopped working", where=str(self._log), do="ask again, it is started afresh"
                    ) from None

    def _ask(self, job: Job, cancel: Event | None) -> Iterator[Reply]:
        child = self._running()
        inbox = child.open(job.id)
        started, cancelled_at, ended = time.monotonic(), None, False
        child.send(job)
        try:
            while True:
                if cancel and cancel.is_set() and cancelled_at is None:
                    cancelled_at = time.monotonic()
                    child.send(Cancel(id=job.id))
                if cancelled_at and time.monotonic() - cancelled_at > _GIVE_UP_S:
                    raise Cancelled("the request was cancelled")
                try:
                    reply = inbox.get(timeout=_POLL_S if cancel else min(1.0, self._silence_s))
                except queue.Empty:
                    if time.monotonic() - max(child.last_heard, started) > self._silence_s:
                        child.kill()
                    continue
                if reply is None:
                    raise ChildEnded
                ended = isinstance(reply, Done | Scores | Failed)
                if isinstance(reply, Failed):
                    raise ModelError(reply.what, where=reply.where, do=reply.do)
                yield reply
                if ended:
                    return
        finally:
            child.forget(job.id)
            if not ended and not child.gone:
                child.send(Cancel(id=job.id))

    def _post(self, job: Job) -> None:
        """Send a request nobody waits for."""
        with contextlib.suppress(ModelError):  # the next call that waits says what is wrong
            self._running().send(job)

    def _running(self) -> Child:
        with self._lock:
            if self._closed:
                raise ModelError("the model was closed")
            if self._child is None or self._child.gone:
                self._tell_all("starting")
                try:
                    child = Child(self._command, self._log, self._heard, self._ended)
                except OSError as error:
                    self._tell_all("stopped", str(error))
                    raise ModelError(
                        f"the model's process cannot be started, {error.strerror}", do="try again"
                    ) from None
                child.send(self._configure)
                self._child = child
            return self._child

    def _heard(self, reply: Reply) -> None:
        match reply:
            case Loading(what=what, percent=percent):
                self._tell(what, Status("loading", percent))
            case Ready(what=what):
                self._tell(what, Status("ready", 100))
            case Unloadable(what=what, reason=reason):
                self._tell(what, Status("stopped", reason=reason))
            case _:
                pass

    def _ended(self) -> None:
        if self._child is None or self._child.gone:  # not when a new one runs already
            self._tell_all("stopped", "" if self._closed else f"the model's process has ended, see {self._log}")

    def _tell_all(self, state: Literal["stopped", "starting"], reason: str = "") -> None:
        for what in ("chat", "embedding"):
            if self._status[what].state != "not installed":
                self._tell(what, Status(state, reason=reason))

    def _tell(self, what: ModelKind, status: Status) -> None:
        if self._status[what] != status:
            self._status[what] = status
            if self._listener:
                self._listener(what, status)


class _LocalGeneration:
    """A generation of the worker's chat model; leaving the iteration early cancels it."""

    def __init__(self, worker: Worker, job: Generate, cancel: Event | None) -> None:
        self.usage, self.cancelled = Usage(), False
        self._worker, self._job, self._cancel = worker, job, cancel or Event()
        self._started = time.monotonic()

    def __iter__(self) -> Iterator[str]:
        try:
            for reply in self._worker.run(self._job, self._cancel):
                if isinstance(reply, Piece):
                    if self.usage.first_token_s is None:
                        self.usage = replace(self.usage, first_token_s=time.monotonic() - self._started)
                    yield reply.text
                elif isinstance(reply, Done):
                    self.cancelled = reply.cancelled
                    self.usage = replace(
                        self.usage,
                        prompt_tokens=reply.prompt_tokens,
                        reused_tokens=reply.reused_tokens,
                        generated_tokens=reply.generated_tokens,
                    )
        except Cancelled:
            self.cancelled = True
        except GeneratorExit:
            self.cancelled = True
            raise
        finally:
            self.usage = replace(self.usage, total_s=time.monotonic() - self._started)


class _LocalChat:
    def __init__(self, worker: Worker, name: str) -> None:
        self._worker, self._name = worker, name

    @property
    def name(self) -> str:
        return self._name

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 160, stop: Sequence[str] = (), cancel: Event | None = None
    ) -> _LocalGeneration:
        job = Generate(id=self._worker.next_id(), prompt=prompt, max_tokens=max_tokens, stop=tuple(stop))
        return _LocalGeneration(self._worker, job, cancel)

    def score(self, prompt: Prompt, options: Sequence[str], *, cancel: Event | None = None) -> list[float]:
        job = Score(id=self._worker.next_id(), prompt=prompt, options=tuple(options))
        for reply in self._worker.run(job, cancel):
            if isinstance(reply, Scores):
                weights = Weights(reply.values)
                weights.usage = Usage(prompt_tokens=reply.prompt_tokens, reused_tokens=reply.reused_tokens)
                return weights
        raise Cancelled("the request was cancelled")

    def hidden_state(self, prompt: Prompt, layer: int, *, cancel: Event | None = None) -> HiddenState | None:
        job = Hidden(id=self._worker.next_id(), prompt=prompt, layer=layer)
        found: list[list[float]] = []
        for reply in self._worker.run(job, cancel):
            if isinstance(reply, Vectors):
                found = _rows(reply)
            elif isinstance(reply, Done) and not reply.cancelled:
                usage = Usage(prompt_tokens=reply.prompt_tokens, reused_tokens=reply.reused_tokens)
                return HiddenState(found[0], usage) if found else None
        raise Cancelled("the request was cancelled")

    def warm(self, prompt: Prompt, layer: int | None = None) -> None:
        self._worker.warm(prompt, layer)


class _LocalEmbedder:
    def __init__(self, worker: Worker, name: str, dims: int) -> None:
        self._worker, self._name, self._dims = worker, name, dims

    @property
    def name(self) -> str:
        return self._name

    @property
    def dims(self) -> int:
        return self._dims

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> list[list[float]]:
        found: list[list[float]] = []
        for start in range(0, len(texts), _TEXTS_A_CALL):
            part = tuple(texts[start : start + _TEXTS_A_CALL])
            rows: dict[int, list[float]] = {}
            for reply in self._worker.run(Embed(id=self._worker.next_id(), texts=part, kind=kind)):
                if isinstance(reply, Vectors):
                    rows.update(enumerate(_rows(reply), reply.start))
            if len(rows) != len(part):
                raise ModelError("the embedding model left texts out", do="try again")
            found += [rows[index] for index in range(len(part))]
        return found


def _rows(reply: Vectors) -> list[list[float]]:
    data = base64.b64decode(reply.data)
    size = len(data) // reply.count
    return [list(struct.unpack(f"<{size // 4}f", data[at : at + size])) for at in range(0, len(data), size)]
