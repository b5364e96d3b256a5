"""The parent's side of the worker: a process that crashes, hangs or talks rubbish costs an answer at most."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.model.client import Status, Worker
from assistant.model.messages import Configure, ModelFile, ModelKind
from assistant.model.port import Cancelled, Message, Part, Prompt

SCRIPT = Path(__file__).with_name("fake_worker.py")


def ask(text: str) -> Prompt:
    return Prompt(id="test", messages=(Message(role="user", parts=(Part(text=text),)),))


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Makes workers over the fake process; all are closed at the end."""
    made: list[Worker] = []

    def make(silence_s: float = 20.0) -> Worker:
        file = ModelFile(name="tiny", path="none", key="0", dims=2)
        configure = Configure(chat=file, embedding=file, threads=1, context=512, states_dir="none", states_bytes=0)
        command = [sys.executable, str(SCRIPT), str(tmp_path)]
        worker = Worker(configure, tmp_path / "model.log", command=command, silence_s=silence_s)
        made.append(worker)
        return worker

    yield make
    for worker in made:
        worker.close()


def pids(tmp_path: Path) -> list[int]:
    return [int(line) for line in (tmp_path / "pids").read_text().split()]


def test_nothing_is_started_before_the_first_use(make: Callable[..., Worker], tmp_path: Path) -> None:
    worker = make()
    assert worker.pid is None
    assert worker.status == Status("stopped")
    assert "".join(worker.chat().stream(ask("hello there"))) == "hello there "
    assert worker.pid == pids(tmp_path)[0]


def test_usage_is_what_the_worker_counted(make: Callable[..., Worker]) -> None:
    generation = make().chat().stream(ask("hello"))
    assert list(generation) == ["hello "]
    assert (generation.usage.prompt_tokens, generation.usage.reused_tokens) == (7, 3)
    assert generation.usage.first_token_s is not None
    assert 0 < generation.usage.first_token_s <= generation.usage.total_s


def test_a_crash_before_the_first_word_is_not_noticed(make: Callable[..., Worker], tmp_path: Path) -> None:
    (tmp_path / "crash-once").touch()
    assert "".join(make().chat().stream(ask("all is well"))) == "all is well "
    assert len(pids(tmp_path)) == 2


def test_a_crash_in_the_middle_ends_the_answer_with_a_sentence(make: Callable[..., Worker], tmp_path: Path) -> None:
    (tmp_path / "crash-in-the-middle").touch()
    worker, shown = make(), list[str]()
    with pytest.raises(ModelError, match="stopped working"):
        shown.extend(worker.chat().stream(ask("x")))
    assert shown == ["Half an "]
    (tmp_path / "crash-in-the-middle").unlink()
    assert "".join(worker.chat().stream(ask("and on"))) == "and on "


def test_a_worker_that_always_crashes_is_asked_twice(make: Callable[..., Worker], tmp_path: Path) -> None:
    (tmp_path / "crash").touch()
    worker = make()
    with pytest.raises(ModelError, match="stopped working"):
        worker.chat().score(ask("x"), ["a", "b"])
    assert len(pids(tmp_path)) == 2
    assert worker.status.state == "stopped"


def test_rubbish_on_the_pipe_counts_as_a_crash(make: Callable[..., Worker], tmp_path: Path) -> None:
    (tmp_path / "rubbish-once").touch()
    assert "".join(make().chat().stream(ask("still here"))) == "still here "
    assert gone(pids(tmp_path)[0])


def test_a_worker_that_hangs_is_ended(make: Callable[..., Worker], tmp_path: Path) -> None:
    (tmp_path / "hang").touch()
    with pytest.raises(ModelError, match="stopped working"):
        list(make(silence_s=0.5).chat().stream(ask("x")))
    assert all(gone(pid) for pid in pids(tmp_path))


def test_a_caller_that_cancels_is_let_go_even_when_the_worker_hangs(
    make: Callable[..., Worker], tmp_path: Path
) -> None:
    (tmp_path / "hang").touch()
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    generation = make().chat().stream(ask("x"), cancel=cancel)
    started = time.monotonic()
    assert list(generation) == []
    assert generation.cancelled
    assert time.monotonic() - started < 1.0


def test_a_cancelled_score_says_so(make: Callable[..., Worker], tmp_path: Path) -> None:
    (tmp_path / "hang").touch()
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        make().chat().score(ask("x"), ["a"], cancel=cancel)


def test_vectors_come_in_the_order_of_the_texts(make: Callable[..., Worker]) -> None:
    embedder = make().embedder()
    texts = ["x" * size for size in range(1, 301)]
    assert embedder.embed(texts, kind="passage") == [[float(size), 0.0] for size in range(1, 301)]
    assert embedder.embed([], kind="query") == []


def test_embedding_goes_on_after_a_crash(make: Callable[..., Worker], tmp_path: Path) -> None:
    (tmp_path / "crash-once").touch()
    assert make().embedder().embed(["a", "bb"], kind="query") == [[1.0, 0.0], [2.0, 0.0]]


def test_several_threads_get_their_own_answers(make: Callable[..., Worker]) -> None:
    worker, answers = make(), dict[int, str]()

    def one(number: int) -> None:
        answers[number] = "".join(worker.chat().stream(ask(f"number {number}")))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == {number: f"number {number} " for number in range(8)}


def test_close_ends_the_process_and_later_calls_say_so(make: Callable[..., Worker], tmp_path: Path) -> None:
    worker = make()
    list(worker.chat().stream(ask("x")))
    worker.close()
    assert gone(pids(tmp_path)[0])
    with pytest.raises(ModelError, match="closed"):
        list(worker.chat().stream(ask("x")))


def test_the_listener_hears_every_change(make: Callable[..., Worker]) -> None:
    worker, heard, ready = make(), list[tuple[ModelKind, str]](), threading.Event()

    def listener(what: ModelKind, status: Status) -> None:
        heard.append((what, status.state))
        if status.state == "ready":
            ready.set()

    worker.listen(listener)
    worker.load("chat")
    assert ready.wait(10)
    assert [state for what, state in heard if what == "chat"] == ["starting", "loading", "ready"]
    assert worker.status == Status("ready", 100)


def test_a_program_that_cannot_be_started_is_one_sentence(tmp_path: Path) -> None:
    file = ModelFile(name="tiny", path="none", key="0")
    configure = Configure(chat=file, threads=1, context=512, states_dir="none", states_bytes=0)
    worker = Worker(configure, tmp_path / "model.log", command=[str(tmp_path / "no-such-program")])
    with pytest.raises(ModelError, match="cannot be started"):
        list(worker.chat().stream(ask("x")))
