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


@pytest.fixture(scope="module")
def make_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeWorker]:
    """Makes workers with the real models, whose saved states go into the given folder."""
    made: list[Worker] = []
    log = tmp_path_factory.mktemp("logs") / "model.log"

    def make(states: Path) -> Worker:
        for worker in made:
            worker.close()  # one at a time: two would stall each other on few cores
        configure = Configure(
            chat=_file("chat"),
            embedding=_file("embedding"),
            threads=physical_cores(),
            context=1024,
            states_dir=str(states),
            states_bytes=500_000_000,
        )
        made.append(Worker(configure, log))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


@pytest.fixture(scope="module")
def worker(make_worker: MakeWorker, tmp_path_factory: pytest.TempPathFactory) -> Worker:
    """One worker for the tests of a module that leave it whole."""
    return make_worker(tmp_path_factory.mktemp("states"))
