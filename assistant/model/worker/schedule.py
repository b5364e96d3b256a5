"""Which request runs next: what a person waits for, then indexing, then warming; the urgent stop the idle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition
from typing import TYPE_CHECKING

from assistant.model.messages import Embed, Job, Warm

if TYPE_CHECKING:
    from collections.abc import Iterator

_URGENT, _INDEXING, _IDLE = range(3)
_MAX_WARM = 2048


class Interrupted(Exception):
    """The running request was stopped: by its caller, or to let a more urgent one go first."""


class Task:
    """A request on its way: its urgency, whether its caller has given it up, and how far it has come."""

    def __init__(self, job: Job) -> None:
        self.job, self.cancelled, self.next_text = job, False, 0
        match job:
            case Embed(kind="passage"):
                self.level = _INDEXING
            case Warm():
                self.level = _IDLE
            case _:
                self.level = _URGENT


class Schedule:
    """A queue by urgency, fed by the control thread and emptied by the model thread.

    `stop_now` is read by llama.cpp while it computes (through its abort callback): it is true as soon as the running
    task was cancelled or a more urgent one has come.
    """

    def __init__(self) -> None:
        self._waiting: tuple[deque[Task], ...] = (deque(), deque(), deque())
        self._changed = Condition()
        self._running: Task | None = None
        self.stop_now = False

    def add(self, job: Job) -> None:
        """Queue a request; it stops a running one that is less urgent."""
        task = Task(job)
        with self._changed:
            queue = self._waiting[task.level]
            if task.level == _IDLE:
                queue.appendleft(task)  # what was typed last is what is wanted next
                if len(queue) > _MAX_WARM:
                    queue.pop()
            else:
                queue.append(task)
            if self._running and task.level < self._running.level:
                self.stop_now = True
            self._changed.notify()

    def cancel(self, job_id: int) -> None:
        """Mark a request as given up; it still ends with a reply."""
        with self._changed:
            for task in self._all():
                if task.job.id == job_id:
                    task.cancelled = True
                    if task is self._running:
                        self.stop_now = True

    def take(self) -> Task:
        """Wait for the most urgent task and make it the running one."""
        with self._changed:
            while not any(self._waiting):
                self._running = None
                self._changed.wait()
            self._running = next(queue for queue in self._waiting if queue).popleft()
            self.stop_now = self._running.cancelled
            return self._running

    def put_back(self, task: Task) -> None:
        """Queue a task again that had to give way, before others of its urgency."""
        with self._changed:
            self._waiting[task.level].appendleft(task)

    def take_query(self) -> Task | None:
        """The next waiting query embedding, to be done in between; the running task stays the running one."""
        with self._changed:
            urgent = self._waiting[_URGENT]
            for task in urgent:
                if isinstance(task.job, Embed):
                    urgent.remove(task)
                    return task
            return None

    def must_stop(self) -> Callable[[], bool]:
        """`stop_now` as a function."""
        return lambda: self.stop_now

    def _all(self) -> Iterator[Task]:
        if self._running:
            yield self._running
        for queue in self._waiting:
            yield from queue
