"""One coach per record: a lock on a side file for as long as a session lasts."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import RecordError
from assistant.plain import one_line
from assistant.record.disk import explained


class Busy(RecordError):
    """Another coach has the record open."""


class RecordLock:
    """The lock of one record. The operating system frees it when its process ends, however that happens."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._lock = FileLock(record.with_name(f".{record.name}.lock"), timeout=0, thread_local=False)
        self._holder = record.with_name(f".{record.name}.holder")  # apart: a locked file cannot be read on Windows

    def take(self, now: datetime) -> None:
        """Take it, or raise `Busy`, naming who has it, on which machine and since when."""
        try:
            self._lock.acquire()
        except Timeout:
            do = "end that coach, or go on there"
            raise Busy(f"this record is open in another coach{self._who()}", where=self._record.name, do=do) from None
        except (OSError, NotImplementedError) as error:
            if isinstance(error, OSError):
                raise explained(error, self._record.parent) from None
            what, do = "this folder cannot hold locks", "keep the records on a disk of this machine"
            raise RecordError(what, where=str(self._record.parent), do=do) from None
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": now.isoformat(timespec="seconds")}
        with suppress(OSError):  # only a courtesy to the next one
            self._holder.write_text(json.dumps(holder), encoding="utf-8")

    @property
    def held(self) -> bool:
        """Whether this session has it."""
        return self._lock.is_locked

    def free(self) -> None:
        """Give it back."""
        if self.held:
            with suppress(OSError):
                self._holder.unlink(missing_ok=True)
            self._lock.release()

    def _who(self) -> str:
        try:
            holder = json.loads(self._holder.read_text(encoding="utf-8")[:2000])
            since = datetime.fromisoformat(holder["since"])
            return (
                f" (process {int(holder['pid'])} on {one_line(str(holder['host']), 60)}, since {since:%Y-%m-%d %H:%M})"
            )
        except (OSError, ValueError, KeyError, TypeError):
            return ""
