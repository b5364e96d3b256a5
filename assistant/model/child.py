"""One worker process seen from the parent: started, written to, listened to, and reaped when it ends."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock, Thread
from typing import BinaryIO, cast

from pydantic import BaseModel, ValidationError

from assistant.model.messages import MAX_LINE, Reply, encode, read_reply

_MAX_LOG = 2_000_000


class ChildEnded(Exception):
    """The process has ended, or said something that is no message."""


Inbox = queue.SimpleQueue[Reply | None]
"""Replies to one request; None when the process has ended."""


class Child:
    """A running worker. Safe to use from several threads; nothing here waits for the process but `close`."""

    def __init__(
        self, command: Sequence[str], log: Path, heard: Callable[[Reply], None], ended: Callable[[], None]
    ) -> None:
        """Start it. `heard` is told every reply that belongs to no request, `ended` once when the process is gone."""
        self.last_heard = time.monotonic()
        self._heard, self._ended = heard, ended
        self._inboxes: dict[int, Inbox] = {}
        self._lock, self._gone = Lock(), False
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        log.parent.mkdir(parents=True, exist_ok=True)
        mode = "wb" if log.exists() and log.stat().st_size > _MAX_LOG else "ab"
        with log.open(mode) as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                # Threads that spin while they wait stall each other as soon as anything else wants the cores: on two
                # busy cores, waiting asleep gave 4 to 6 times the words a second.
                env={"OMP_WAIT_POLICY": "PASSIVE", **os.environ},
                # its own session: Ctrl-C in the terminal is the parent's alone
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        Thread(target=self._write, daemon=True, name="worker-writer").start()
        self._reader = Thread(target=self._read, daemon=True, name="worker-reader")
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        return self._gone

    def send(self, message: BaseModel) -> None:
        """Queue a message to the process."""
        self._outbox.put(encode(message))

    def open(self, request_id: int) -> Inbox:
        """The inbox for the replies to a request that is about to be sent."""
        inbox: Inbox = queue.SimpleQueue()
        with self._lock:
            if self._gone:
                inbox.put(None)
            self._inboxes[request_id] = inbox
        return inbox

    def forget(self, request_id: int) -> None:
        """Drop whatever still comes for a request."""
        with self._lock:
            self._inboxes.pop(request_id, None)

    def kill(self) -> None:
        """End the process at once; `ended` follows."""
        self._process.kill()

    def close(self, patience_s: float = 2.0) -> None:
        """Let the process end, then make it; it is reaped when this returns."""
        self._outbox.put(None)
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(patience_s)

    def _write(self) -> None:
        pipe = cast("BinaryIO", self._process.stdin)
        try:
            while (line := self._outbox.get()) is not None:
                pipe.write(line)
                pipe.flush()
            pipe.close()
        except OSError:
            pass  # the process is gone; the reader says so

    def _read(self) -> None:
        pipe = cast("BinaryIO", self._process.stdout)
        try:
            while line := pipe.readline(MAX_LINE):
                reply = read_reply(line)
                self.last_heard = time.monotonic()
                with self._lock:
                    inbox = self._inboxes.get(getattr(reply, "id", -1))
                if inbox:
                    inbox.put(reply)
                elif not hasattr(reply, "id"):
                    self._heard(reply)
        except (OSError, ValidationError):
            pass  # rubbish on the pipe: as good as a crash
        self._process.kill()
        self._process.wait()
        pipe.close()
        self._outbox.put(None)
        with self._lock:
            self._gone = True
            inboxes = list(self._inboxes.values())
        self._ended()
        for inbox in inboxes:
            inbox.put(None)


def worker_command() -> list[str]:
    """The command that starts a worker with this Python, whatever lies in the current folder."""
    return [sys.executable, "-P", "-m", "assistant.model.worker"]
