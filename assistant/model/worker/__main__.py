"""The worker process: `python -m assistant.model.worker` reads requests on stdin and answers on stdout.

A control thread reads; the main thread computes. Whatever a native library prints goes to stderr, which the parent has
pointed at a log file; the real stdout belongs to the messages alone. The process ends when its stdin does.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from threading import Lock, Thread
from typing import BinaryIO

from pydantic import BaseModel, ValidationError

from assistant.errors import ModelError
from assistant.model.messages import MAX_LINE, Cancel, Configure, Failed, encode, read_request
from assistant.model.worker.schedule import Schedule


class Wire:
    """Replies to the parent, one line each; usable from any thread."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._lock = out, Lock()

    def send(self, message: BaseModel) -> None:
        """Write a message; a parent that is gone ends the process."""
        with self._lock:
            try:
                self._out.write(encode(message))
                self._out.flush()
            except OSError:
                os._exit(0)


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent; descriptors 0 and 1 are pointed elsewhere, so that nothing else can reach them."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def _listen(requests: BinaryIO, schedule: Schedule) -> None:
    """Take requests until the parent is gone; then end at once, whatever is being computed."""
    try:
        while line := requests.readline(MAX_LINE):
            request = read_request(line)
            if isinstance(request, Cancel):
                schedule.cancel(request.id)
            elif not isinstance(request, Configure):
                schedule.add(request)
    except (OSError, ValidationError):
        traceback.print_exc()
    finally:
        os._exit(0)


def main() -> None:
    """Serve until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the parent
    requests, replies = _pipes()
    wire = Wire(replies)
    first = read_request(requests.readline(MAX_LINE))
    if not isinstance(first, Configure):
        sys.exit("the first message has to be the configuration")
    schedule = Schedule()
    Thread(target=_listen, args=(requests, schedule), daemon=True).start()

    from assistant.model.worker.serve import Service  # heavy: only once the parent can be heard

    service = Service(first, schedule, wire.send)
    while True:
        task = schedule.take()
        try:
            service.do(task)
        except ModelError as error:
            wire.send(Failed(id=task.job.id, what=error.what, where=error.where, do=error.do))
        except Exception:
            traceback.print_exc()
            wire.send(Failed(id=task.job.id, what="the model ran into a mistake of its own", do="see the log file"))


if __name__ == "__main__":
    main()
