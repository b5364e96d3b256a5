"""Model files on disk: their hashes, the note beside each that a start compares, and files a person vouched for."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant import paths
from assistant.errors import ModelError
from assistant.model.catalogue import Entry

Tick = Callable[[int, int], None]
"""Told bytes done and bytes in all."""
FileState = Literal["missing", "unchecked", "changed", "ready"]

_CHUNK = 1 << 20


class Note(BaseModel):
    """What was true of a model file when its hash was last taken."""

    model_config = ConfigDict(frozen=True)
    bytes: int
    mtime_ns: int
    sha256: str

    def fits(self, path: Path) -> bool:
        """Whether size and time of `path` are still those of the note."""
        found = path.stat()
        return (found.st_size, found.st_mtime_ns) == (self.bytes, self.mtime_ns)


def sha256_of(path: Path, tick: Tick | None = None) -> str:
    """The SHA-256 of a file, in hex."""
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
            done += len(block)
            if tick:
                tick(done, total)
    return digest.hexdigest()


def note_path(path: Path) -> Path:
    """The note beside a model file."""
    return path.with_name(path.name + ".json")


def write_note(path: Path, sha256: str) -> Note:
    """Note size, time and hash of a file whose hash was just taken."""
    found = path.stat()
    note = Note(bytes=found.st_size, mtime_ns=found.st_mtime_ns, sha256=sha256)
    write_atomic(note_path(path), note.model_dump_json())
    return note


def read_note(path: Path) -> Note | None:
    """The note beside a model file; None when there is none or it cannot be read."""
    try:
        return Note.model_validate_json(note_path(path).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None


def write_atomic(path: Path, text: str) -> None:
    """Write a small text file so that it is there as a whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def state_of(entry: Entry, folder: Path) -> FileState:
    """How the file of `entry` stands, by size, time and note only (no hash is taken)."""
    path = entry.path(folder)
    if not path.is_file():
        return "missing"
    note = read_note(path)
    if note is None:
        return "unchecked"
    return "ready" if note.sha256 == entry.sha256 and note.fits(path) else "changed"


def require(entry: Entry, folder: Path) -> Path:
    """The file of `entry`, ready to be loaded; ModelError that says what to do when it is not."""
    path, state = entry.path(folder), state_of(entry, folder)
    if state == "ready":
        return path
    if state == "missing":
        raise ModelError(f"the model {entry.id} is not installed yet", do=f"run `coach model pull {entry.id}`")
    what = "has changed since it was checked" if state == "changed" else "has never been checked"
    raise ModelError(f"the model file {what}", where=str(path), do=f"run `coach model verify {entry.id}`")


def verify(entry: Entry, folder: Path, tick: Tick | None = None) -> None:
    """Take the hash of an installed file; a wrong one is deleted and ModelError names both hashes."""
    path = entry.path(folder)
    if not path.is_file():
        raise ModelError(f"the model {entry.id} is not installed", do=f"run `coach model pull {entry.id}`")
    check_or_delete(path, entry, tick)
    write_note(path, entry.sha256)


def check_or_delete(path: Path, entry: Entry, tick: Tick | None = None) -> None:
    """Delete `path` and raise ModelError with both hashes unless its bytes are those of `entry`."""
    found = sha256_of(path, tick)
    if found != entry.sha256:
        path.unlink()
        note_path(path).unlink(missing_ok=True)
        raise wrong_hash(path, found, entry.sha256, f"run `coach model pull {entry.id}`")


def wrong_hash(path: Path, found: str, expected: str, do: str) -> ModelError:
    """The error for a file that was deleted because its bytes are not the pinned ones."""
    what = f"the file is not the one in the catalogue and was deleted (SHA-256 is {found}, should be {expected})"
    return ModelError(what, where=path.name, do=do)


def remove(entry: Entry, folder: Path) -> bool:
    """Delete the file of `entry`, its note and whatever a broken-off pull left; whether there was a file."""
    path = entry.path(folder)
    was_there = path.exists()
    for name in (entry.file, f"{entry.file}.json", f"{entry.file}.part", f"{entry.file}.parts.json"):
        (folder / name).unlink(missing_ok=True)
    return was_there


class _Vouched(BaseModel):
    files: dict[str, Note] = {}


def _vouched_path() -> Path:
    return paths.models_dir() / "own-files.json"


def _read_vouched() -> _Vouched:
    try:
        return _Vouched.model_validate_json(_vouched_path().read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return _Vouched()


def vouch(path: Path, tick: Tick | None = None) -> Note:
    """Take and note the hash of a GGUF file of the person's own, who answers for where it came from."""
    path = path.resolve()
    found = path.stat()
    note = Note(bytes=found.st_size, mtime_ns=found.st_mtime_ns, sha256=sha256_of(path, tick))
    known = _read_vouched()
    known.files[str(path)] = note
    paths.models_dir().mkdir(parents=True, exist_ok=True)
    write_atomic(_vouched_path(), known.model_dump_json(indent=1))
    return note


def require_own(path: Path) -> tuple[Path, Note]:
    """A GGUF file of the person's own, unchanged since it was vouched for; ModelError otherwise."""
    path = path.expanduser().resolve()
    if not path.is_file():
        raise ModelError(
            "there is no such model file", where=str(path), do="run `coach model use` with a file that exists"
        )
    note = _read_vouched().files.get(str(path))
    if note is None or not note.fits(path):
        what = (
            "the model file has never been checked"
            if note is None
            else "the model file has changed since it was checked"
        )
        raise ModelError(what, where=str(path), do="run `coach model use` with it again")
    return path, note
