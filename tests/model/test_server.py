"""A real OpenAI-compatible server on loopback (llama-cpp-python's own) in place of the local chat model."""

from __future__ import annotations

import importlib.util
import math
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.model.catalogue import catalogue
from assistant.model.open import Models, open_models, physical_cores
from assistant.model.port import ChatModel, Message, Part, Prompt
from assistant.model.store import require
from assistant.settings import ServerSettings, Settings

from .conftest import MODELS

pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("starlette_context"), reason="needs the extra `server`"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the default chat model."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    model = str(require(catalogue().default("chat"), MODELS))
    cores = str(physical_cores())
    command = [sys.executable, "-m", "llama_cpp.server", "--model", model, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--n_ctx", "1024", "--n_threads", cores, "--n_threads_batch", cores, "--logits_all", "true"]
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--chat_format", "chatml"], stdout=out, stderr=out)
        try:
            _wait_for(f"http://127.0.0.1:{port}/v1/models", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            opener.open(address, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError("the server did not start")


@pytest.fixture
def models(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    monkeypatch.setenv("COACH_HOME", str(tmp_path))
    monkeypatch.setenv("COACH_MODELS", str(MODELS))
    monkeypatch.setitem(os.environ, "NO_PROXY", "127.0.0.1")
    models = open_models(Settings(server=ServerSettings(url=url, model="default")))
    yield models
    models.close()


@pytest.fixture
def chat(models: Models) -> ChatModel:
    assert models.chat
    return models.chat


def ask(question: str, rules: str = "Be brief.") -> Prompt:
    return Prompt(
        id="test",
        messages=(
            Message(role="system", parts=(Part(text=rules),)),
            Message(role="user", parts=(Part(text=question),)),
        ),
    )


def test_it_answers_in_a_stream(chat: ChatModel) -> None:
    generation = chat.stream(ask("What is the capital of France? Only the name."), max_tokens=8)
    pieces = list(generation)
    assert "Paris" in "".join(pieces)
    assert generation.usage.first_token_s is not None
    assert generation.usage.generated_tokens >= 1


def test_it_weighs_options(chat: ChatModel) -> None:
    rules = "Does the reply mean yes or no? Answer with one word."
    scores = chat.score(ask("Reply: we finished that last year", rules), ["yes", "no"])
    assert scores[0] > scores[1]
    assert sum(map(math.exp, scores)) == pytest.approx(1.0)


def test_cancel_lets_the_caller_go_at_once(chat: ChatModel) -> None:
    cancel = threading.Event()
    generation = chat.stream(ask("Count from one to one hundred in words."), max_tokens=300, cancel=cancel)
    words = iter(generation)
    next(words)
    cancel.set()
    started = time.monotonic()
    list(words)
    print(f"\ncancel beside a server: {(time.monotonic() - started) * 1000:.0f} ms")
    assert generation.cancelled
    assert time.monotonic() - started < 0.3


def test_the_embedding_model_stays_local(models: Models) -> None:
    assert models.embedder
    (vector,) = models.embedder.embed(["Hello"], kind="query")
    assert math.hypot(*vector) == pytest.approx(1.0, abs=1e-5)


def test_a_prompt_that_is_too_long_is_a_sentence(chat: ChatModel) -> None:
    with pytest.raises(ModelError):
        list(chat.stream(ask("word " * 3000)))
