"""Writing a small file so that a kill, a full disk or a power cut leaves the old content or the new, never neither."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

from assistant.errors import RecordError


def beside(path: Path, ending: str) -> Path:
    """A file that belongs to `path` and stands next to it, e.g. `acme.yaml.bak`."""
    return path.with_name(path.name + ending)


def write_whole(path: Path, content: bytes, *, backup: bool = False) -> None:
    """Put `content` at `path` in one step, readable by its owner only; `backup` keeps what was there as `.bak`.

    Raises `OSError`; then what was at `path` is still there, whole.
    """
    part = beside(path, ".part")
    try:
        _write_new(part, content)
        if backup and path.exists():
            _keep(path)
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    # The new file is in place: a file system that cannot sync a folder must not make it look like a failure.
    with suppress(OSError):
        _sync_folder(path.parent)


def _write_new(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)  # left over by a kill
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep(path: Path) -> None:
    """Make `.bak` the present content. A second name for the same bytes is quick; where it cannot be had, a copy."""
    backup, waiting = beside(path, ".bak"), beside(path, ".bak.part")
    waiting.unlink(missing_ok=True)
    try:
        os.link(path, waiting)
    except (OSError, NotImplementedError):
        shutil.copyfile(path, waiting)
        waiting.chmod(0o600)
    os.replace(waiting, backup)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows has no handle for a folder
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def explained(error: OSError, path: Path, *, doing: str = "written") -> RecordError:
    """A failed read or write as a sentence for the person; what the coach holds in memory is not touched by it."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return RecordError(
                "there is no space left to save the record", where=str(path), do="free some and try again"
            )
        case errno.EACCES | errno.EPERM | errno.EROFS:
            do = "allow it, or set another folder with `records` in the settings"
            return RecordError(f"this may not be {doing}", where=str(path), do=do)
        case errno.ENOENT:
            return RecordError("there is no such folder", where=str(path.parent), do="make it, or name another")
        case errno.ENAMETOOLONG:
            return RecordError(
                "the name of the record is too long", where=path.name[:40] + "…", do="give a shorter one"
            )
        case errno.ENOTDIR | errno.EEXIST:
            return RecordError(
                "a file stands where the folder of the records should be", where=str(path), do="move it away"
            )
        case _:
            what = f"this could not be {doing} ({(error.strerror or type(error).__name__).lower()})"
            return RecordError(what, where=str(path), do="try again")
