"""The real models of the person who runs the tests; everything else of the coach goes into a folder of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import paths
from assistant.model.catalogue import catalogue
from assistant.model.client import Worker
from assistant.model.messages import Configure, ModelFile
from assistant.model.open import physical_cores
from assistant.model.store import require

MODELS = paths.models_dir()

MakeWorker = Callable[[Path], Worker]


def _file(role: str) -> ModelFile:
    entry = catalogue().default("embedding" if role == "embedding" else "chat")
    path = require(entry, MODELS)
    return ModelFile(name=entry.id, path=str(path), key=entry.sha256, dims=entry.dims or 0)


class Workers:
    """Makes workers, one at a time: two would stall each other on few cores."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current: Worker | None = None
        self._shared: Worker | None = None

    def make(self, states: Path) -> Worker:
        """A fresh worker with the real models, whose saved states go into `states`."""
        self.close()
        configure = Configure(
            chat=_file("chat"),
            embedding=_file("embedding"),
            threads=physical_cores(),
            context=1024,
            states_dir=str(states),
            states_bytes=500_000_000,
        )
        self._current = Worker(configure, self._folder / "model.log")
        return self._current

    def shared(self) -> Worker:
        """The worker of the tests that leave it whole."""
        if self._shared is None or self._shared is not self._current:
            self._shared = self.make(self._folder / "states")
        return self._shared

    def close(self) -> None:
        """End the one that runs."""
        if self._current:
            self._current.close()


@pytest.fixture(scope="session")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    workers = Workers(tmp_path_factory.mktemp("workers"))
    yield workers
    workers.close()


@pytest.fixture
def make_worker(workers: Workers) -> MakeWorker:
    """Makes a fresh worker over a folder of saved states."""
    return workers.make


@pytest.fixture
def worker(workers: Workers) -> Worker:
    """A worker that others use too."""
    return workers.shared()
