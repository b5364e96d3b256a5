"""Opens the models that the settings ask for: local ones in the worker, or a server for the chat model."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant import paths
from assistant.errors import CoachError, ModelError
from assistant.model import gguf_header, store
from assistant.model.catalogue import catalogue
from assistant.model.client import Status, Worker
from assistant.model.messages import Configure, ModelFile, ModelKind
from assistant.model.port import ChatModel, Embedder
from assistant.model.templates import template_of
from assistant.settings import ServerSettings, Settings

_STATES_BYTES = 1_500_000_000


@dataclass(frozen=True)
class Models:
    """What is there of models. Where one is None, `reason` says in a sentence why and what to do."""

    chat: ChatModel | None
    embedder: Embedder | None
    status: Callable[[], Status]
    listen: Callable[[Callable[[ModelKind, Status], None] | None], None]
    preload: Callable[[], None]
    close: Callable[[], None]
    reason: str = ""
    embedder_reason: str = ""


def open_models(settings: Settings, *, states_bytes: int = _STATES_BYTES) -> Models:
    """Open what is installed or set; starts no process and loads nothing before the first use."""
    chat, reason = (None, "") if settings.server else _tried(lambda: chat_file(settings.model))
    embedding, embedder_reason = _tried(_embedding_file)
    worker = Worker(
        Configure(
            chat=chat,
            embedding=embedding,
            threads=settings.threads or physical_cores(),
            context=settings.context,
            states_dir=str(paths.state_cache_dir()),
            states_bytes=states_bytes,
        ),
        paths.log_dir() / "model.log",
    )
    embedder = worker.embedder() if embedding else None
    if settings.server:
        return _with_server(settings.server, worker, embedder, embedder_reason)

    def preload() -> None:
        if embedding:
            worker.load("embedding")
        if chat:
            worker.load("chat")

    def status() -> Status:
        return worker.status if chat else Status("not installed", reason=reason)

    return Models(
        worker.chat() if chat else None, embedder, status, worker.listen, preload, worker.close, reason, embedder_reason
    )


def _with_server(server: ServerSettings, worker: Worker, embedder: Embedder | None, embedder_reason: str) -> Models:
    """The chat model of a server beside the local embedding model."""
    from assistant.model.remote import RemoteChat

    def preload() -> None:
        if embedder:
            worker.load("embedding")

    try:
        remote = RemoteChat(server)
    except ModelError as error:
        missing = Status("not installed", reason=error.sentence())
        return Models(
            None, embedder, lambda: missing, worker.listen, preload, worker.close, missing.reason, embedder_reason
        )

    def close() -> None:
        remote.close()
        worker.close()

    return Models(remote, embedder, remote.status, remote.listen, preload, close, "", embedder_reason)


def chat_file(model: str | None) -> ModelFile:
    """The chat model that the settings name: an id of the catalogue, a GGUF path, or (None) the default."""
    known = catalogue()
    if model is None or any(entry.id == model for entry in known.models):
        entry = known.find(model) if model else known.default("chat")
        if entry.role == "embedding":
            raise ModelError(f"{entry.id} is no chat model", do="run `coach model list` and use one of the chat models")
        path = store.require(entry, paths.models_dir())
        return ModelFile(name=entry.id, path=str(path), key=entry.sha256)
    if not _looks_like_path(model):
        known.find(model)
    path, note = store.require_own(Path(model))
    template_of(gguf_header.read_metadata(path), str(path))
    return ModelFile(name=path.stem, path=str(path), key=note.sha256)


def physical_cores() -> int:
    """Cores this process may use: llama.cpp spins, so that a thread more than cores costs more than it brings."""
    import psutil

    logical = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cores = psutil.cpu_count(logical=False) or logical
    return max(1, min(cores, logical, _quota() or logical))


def _quota() -> int | None:
    """Whole cores that a container's limit leaves (cgroup v2)."""
    try:
        limit, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return None if limit == "max" else max(1, int(limit) // int(period))
    except (OSError, ValueError):
        return None


def _embedding_file() -> ModelFile:
    entry = catalogue().default("embedding")
    path = store.require(entry, paths.models_dir())
    return ModelFile(name=entry.id, path=str(path), key=entry.sha256, dims=entry.dims or 0)


def _looks_like_path(model: str) -> bool:
    return model.endswith(".gguf") or "/" in model or os.sep in model


def _tried(find: Callable[[], ModelFile]) -> tuple[ModelFile | None, str]:
    try:
        return find(), ""
    except CoachError as error:
        return None, error.sentence()
