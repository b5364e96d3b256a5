"""Saved model states: what was read once of a prompt is loaded the next time. A bounded folder, a mere cache."""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

SUFFIX = ".state"


class StateFiles:
    """Files named by a hash of what they hold, their size and checksum, so that one is believed only when whole."""

    def __init__(self, folder: Path, limit: int, *what: str) -> None:
        """`limit`: bytes of all files together. `what`: all that a state depends on besides its tokens."""
        self._folder, self._limit, self._what = folder, limit, "\0".join(what)

    def load(self, tokens: Sequence[int], read: Callable[[Path], bool]) -> bool:
        """Have `read` load the state of exactly these tokens; a file that is damaged or refused is deleted."""
        path = self._find(tokens)
        if path is None:
            return False
        if _name(self._key(tokens), path) == path.name and read(path):
            with contextlib.suppress(OSError):
                os.utime(path)
            return True
        path.unlink(missing_ok=True)
        return False

    def has(self, tokens: Sequence[int]) -> bool:
        """Whether a state of these tokens lies in the folder."""
        return self._find(tokens) is not None

    def save(self, tokens: Sequence[int], write: Callable[[Path], bool]) -> None:
        """Have `write` write the state of these tokens, unless it is there; a full disk only means no cache."""
        if self._limit == 0 or self.has(tokens):
            return
        key = self._key(tokens)
        part = self._folder / f"{key}-{os.getpid()}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # prompts can be told from states
            if write(part):
                os.replace(part, self._folder / _name(key, part))
                self._trim()
        except OSError:
            pass
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _key(self, tokens: Sequence[int]) -> str:
        text = self._what + "\0" + ",".join(map(str, tokens))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _find(self, tokens: Sequence[int]) -> Path | None:
        return next(self._folder.glob(f"{self._key(tokens)}-*{SUFFIX}"), None)

    def _trim(self) -> None:
        """Delete the least recently used until the rest fits the limit."""
        files: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                found = path.stat()
                files.append((found.st_mtime, found.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._limit:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size


def _name(key: str, path: Path) -> str:
    checksum, size = 0, 0
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                checksum = zlib.crc32(block, checksum)
                size += len(block)
    except OSError:
        return ""
    return f"{key}-{size}-{checksum:08x}{SUFFIX}"
