"""Where records are kept: begin one, open one for a session, add to it so that nothing confirmed is ever lost."""

from __future__ import annotations

import difflib
import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TypeVar, cast

from pydantic import BaseModel

from assistant.errors import RecordError
from assistant.plain import one_line
from assistant.record.disk import beside, explained, write_whole
from assistant.record.events import Event, Opened, apply
from assistant.record.file import MOST_BYTES, Damaged, Loaded, Writer, fingerprint, read
from assistant.record.lock import Busy, RecordLock
from assistant.record.state import State, Subject
from assistant.record.text import clean_text, file_stem

ENDING = ".yaml"
_MOST_NAMESAKES = 999
_Model = TypeVar("_Model", bound=BaseModel)

Clock = Callable[[], datetime]
"""Tells the time, with its offset from UTC."""


def system_clock() -> datetime:
    """The time now, with the offset of this machine."""
    return datetime.now().astimezone()


class OpenRecord:
    """A record in use: it stays locked until it is closed. Made by `RecordStore`; a context manager."""

    def __init__(
        self, path: Path, lock: RecordLock, clock: Clock, loaded: Loaded | None, notices: tuple[str, ...]
    ) -> None:
        self.path = path
        self.notices = notices
        """What the person should be told about the opening, a sentence each."""
        self._lock = lock
        self._clock = clock
        self._loaded = loaded
        self._tried: str | None = None
        self._writer = Writer()
        self._one_at_a_time = threading.Lock()

    @property
    def state(self) -> State:
        """Where the record stands."""
        return self._held.state

    @property
    def events(self) -> tuple[Event, ...]:
        """All that happened, in order."""
        return self._held.events

    @property
    def revision(self) -> int:
        """How often the record was written."""
        return self._held.revision

    def append(self, *events: Event) -> State:
        """Stamp, apply and save events; when this returns they are on the disk.

        `RecordError` when the file cannot be written or was changed by somebody else: then nothing has changed here and
        the same events can be appended again.
        """
        with self._one_at_a_time:
            return self._append(events)

    def _append(self, events: tuple[Event, ...]) -> State:
        before = self._loaded
        if not events:
            return self.state
        if not self._lock.held:
            raise RecordError("this record is closed", where=self.path.name, do="open it again")
        at = self._clock().isoformat(timespec="seconds")
        stamped = tuple(_clean(event).model_copy(update={"at": at}) for event in events)
        state = before.state if before else None
        for event in stamped:
            state = apply(state, event)
        assert state is not None
        every = (*before.events, *stamped) if before else stamped
        revision = before.revision + 1 if before else 1
        content = self._writer.content(state, every, revision)
        if len(content) > MOST_BYTES:
            what = f"the record would grow beyond {MOST_BYTES / 1e6:,.0f} MB"
            raise RecordError(what, where=self.path.name, do="begin a new one")
        digest = fingerprint(content)
        try:
            self._refuse_foreign_change()
            self._tried = digest
            write_whole(self.path, content, backup=before is not None)
        except OSError as error:
            raise explained(error, self.path) from None
        self._loaded = Loaded(state, every, revision, digest)
        return state

    def _refuse_foreign_change(self) -> None:
        do = "keep a copy of it if you need it, close this coach and open the record again"
        if self._loaded is None:
            if self.path.exists():
                raise RecordError(
                    "another record has just been put here, nothing was overwritten", where=str(self.path), do=do
                )
            return
        if not self.path.exists():
            do = "put it back (its copy stands beside it, ending in .bak) or open the record again"
            raise RecordError("the record is gone from its folder", where=str(self.path), do=do)
        # A write that was interrupted after the file was in place is our own, though it was never confirmed.
        if fingerprint(self.path.read_bytes()) not in (self._loaded.digest, self._tried):
            what = "the record was changed by something else since it was opened, nothing was overwritten"
            raise RecordError(what, where=str(self.path), do=do)

    @property
    def _held(self) -> Loaded:
        assert self._loaded is not None
        return self._loaded

    def close(self) -> None:
        """Give the lock back. Everything appended is on the disk already."""
        self._lock.free()

    def __enter__(self) -> OpenRecord:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class RecordStore:
    """The folder of records: begin, open, find."""

    @staticmethod
    def create(
        folder: Path, subject: Subject, flows: str, knowledge: str = "", clock: Clock = system_clock
    ) -> OpenRecord:
        """Begin the record of an organisation. `flows`: version and digest, with a space between them.

        The file is named after the organisation; with `-2` and so on when that name is taken.
        """
        try:
            folder = folder.expanduser()
            if not folder.is_dir():
                folder.mkdir(mode=0o700, parents=True)
            folder = folder.resolve()
            path, lock = _free_name(folder, file_stem(subject.organisation), clock)
        except OSError as error:
            raise explained(error, folder) from None
        record = OpenRecord(path, lock, clock, None, ())
        try:
            record.append(Opened(subject=subject, flows=flows, knowledge=knowledge))
        except BaseException:
            record.close()
            raise
        return record

    @staticmethod
    def open(path: Path, clock: Clock = system_clock) -> OpenRecord:
        """Open a record for a session. A damaged one is put aside and its backup used; `notices` says so."""
        path = _real(path)
        lock = RecordLock(path)
        lock.take(clock())
        try:
            loaded, notices = _read_or_mend(path, clock)
        except BaseException:
            lock.free()
            raise
        return OpenRecord(path, lock, clock, loaded, notices)

    @staticmethod
    def read(path: Path) -> Loaded:
        """Look at a record without opening it: nothing is locked, mended or written. Damaged: `RecordError`."""
        path = _real(path)
        if not path.exists():
            raise RecordError("this record is missing", where=str(path), do=_rescue(path))
        try:
            return read(path)
        except Damaged as error:
            raise RecordError(f"this record is damaged: {error}", where=str(path), do=_rescue(path)) from None

    @staticmethod
    def records(folder: Path) -> list[Path]:
        """The records in a folder, also those of which only the backup is left, by name."""
        folder = folder.expanduser()
        try:
            names = {
                f.name.removesuffix(".bak") for f in folder.iterdir() if f.name.endswith((ENDING, f"{ENDING}.bak"))
            }
        except FileNotFoundError:
            return []
        except OSError as error:
            raise explained(error, folder, doing="read") from None
        return [folder / name for name in sorted(names) if not name.startswith(".")]

    @staticmethod
    def resolve(name_or_path: str, folder: Path) -> Path:
        """The record meant by a path, a file name or an organisation's name; `RecordError` with the nearest names."""
        given = Path(name_or_path).expanduser()
        present = {path.stem: path for path in RecordStore.records(folder)}
        stem = file_stem(name_or_path.removesuffix(ENDING))
        if given.name == name_or_path and stem in present:
            return present[stem]
        try:
            if given.exists() or beside(given, ".bak").exists():
                return given
        except (OSError, ValueError):
            pass  # not a path at all
        if not present:
            raise RecordError(
                f"there is no record `{one_line(name_or_path)}`", where=str(folder), do="begin one with `coach`"
            )
        near = difflib.get_close_matches(stem, list(present), n=3, cutoff=0.5) or list(present)[:3]
        do = f"did you mean {' or '.join(f'`{name}`' for name in near)}? `coach record list` shows all"
        raise RecordError(f"there is no record `{one_line(name_or_path)}`", where=str(folder), do=do)


def _real(path: Path) -> Path:
    """The path with links followed, so that a linked record stays linked; refuses what cannot be a record."""
    try:
        path = path.expanduser().resolve()
        if path.exists() and not path.is_file():
            raise RecordError("this is not a file", where=str(path), do="give the path of a record")
        if not path.exists() and not beside(path, ".bak").exists():
            raise RecordError(
                "there is no record here", where=str(path), do="`coach record list` shows those there are"
            )
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, OSError):
            raise explained(error, path, doing="read") from None
        raise RecordError("this cannot be a path", where=one_line(str(path)), do="give the path of a record") from None
    return path


def _free_name(folder: Path, stem: str, clock: Clock) -> tuple[Path, RecordLock]:
    for number in range(1, _MOST_NAMESAKES):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{ENDING}"
        if path.exists() or beside(path, ".bak").exists():
            continue
        lock = RecordLock(path)
        try:
            lock.take(clock())
        except Busy:
            continue  # somebody is just beginning that one
        if not path.exists():
            return path, lock
        lock.free()
    raise RecordError("too many records of that name", where=str(folder), do="give the organisation another name")


def _read_or_mend(path: Path, clock: Clock) -> tuple[Loaded, tuple[str, ...]]:
    backup = beside(path, ".bak")
    try:
        if path.exists():
            return read(path), ()
        reason, kept = "was missing", ""
    except Damaged as error:
        reason = f"was damaged ({error})"
        kept = "yes"
    try:
        loaded = read(backup) if backup.exists() else None
    except Damaged:
        loaded = None
    if loaded is None:
        also = "its backup too is damaged" if backup.exists() else "it has no backup"
        raise RecordError(f"this record {reason} and {also}", where=str(path), do="put back a copy of your own")
    try:
        if kept:
            aside = _put_aside(path, clock)
            kept = f" and the damaged file kept as {aside.name}"
        write_whole(path, backup.read_bytes())
    except OSError as error:
        raise explained(error, path) from None
    last = loaded.events[-1].at
    return loaded, (f"The record {reason}; its backup of {last} was used{kept}, so please check your last answer.",)


def _put_aside(path: Path, clock: Clock) -> Path:
    stamp = f"{clock():%Y%m%dT%H%M%S}"
    aside = beside(path, f".damaged-{stamp}")
    number = 2
    while aside.exists():
        aside = beside(path, f".damaged-{stamp}-{number}")
        number += 1
    os.replace(path, aside)
    return aside


def _rescue(path: Path) -> str:
    backup = beside(path, ".bak")
    try:
        if backup.exists() and read(backup):
            return "its backup is good and will be used when you open it with `coach`"
    except (Damaged, RecordError):
        return "its backup cannot be used either, so put back a copy of your own"
    return "put back a copy of your own, for it has no backup"


def _clean(event: _Model) -> _Model:
    """The event with every text fit for the file; the same object when nothing had to change."""
    data = event.model_dump()
    clean = _cleaned(data)
    return event if clean == data else type(event).model_validate(clean)


def _cleaned(value: object) -> object:
    match value:
        case str():
            return clean_text(value)
        case dict():
            return {key: _cleaned(item) for key, item in cast("dict[str, object]", value).items()}
        case list() | tuple():
            return [_cleaned(item) for item in cast("list[object]", value)]
        case _:
            return value
