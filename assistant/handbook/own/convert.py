"""Converts a file to text by page in a process of its own, with limits; every way to fail is one sentence."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import psutil

from assistant.errors import KnowledgeError
from assistant.handbook.own import reading
from assistant.plain import one_line

KINDS = ("pdf", "docx", "pptx", "html", "htm", "md", "markdown", "txt")
_OTHER_KINDS = {"doc": ".docx", "ppt": ".pptx", "odt": ".docx", "odp": ".pptx", "rtf": ".docx", "pages": ".pdf"}
_PROBLEMS = {
    "encrypted": ("the PDF is protected by a password", "save a copy without one"),
    "encrypted-office": ("the file is protected by a password or of a format before 2007", "save it anew without one"),
    "not-pdf": ("this is not a PDF, whatever its name says", "give it the ending that fits its content"),
    "not-docx": ("this is not a Word document, whatever its name says", "give it the ending that fits its content"),
    "not-pptx": ("this is not a presentation, whatever its name says", "give it the ending that fits its content"),
    "not-html": ("this is not a web page, whatever its name says", "give it the ending that fits its content"),
    "not-text": ("this is not text, whatever its name says", "give it the ending that fits its content"),
    "bomb": ("it unpacks to far more than a document holds", "add only documents that you trust"),
    "damaged": ("the file is damaged or not what its name says", "open it in its own program and save it anew"),
    "too-much": ("reading it takes more memory than it may", "split the document"),
    "too-long": ("it holds more text than a document may", "split the document"),
    "too-slow": ("reading it takes longer than it may", "split the document"),
    "stopped": ("the converter stopped while reading it", "open it in its own program and save it anew"),
    "no-text": ("there is no text in it", "a scanned document needs text recognition first"),
}


@dataclass(frozen=True)
class Limits:
    """What a conversion may take: bytes of the file, seconds, bytes of memory, characters and pages of text."""

    file: int = 50_000_000
    seconds: int = 180
    memory: int = 1_500_000_000
    text: int = 8_000_000
    pages: int = 3_000


@dataclass(frozen=True)
class Converted:
    """A file's text: for each page (None where the format has none) its blocks, as `reading` gives them."""

    sha256: str
    kind: str
    pages: tuple[reading.Page, ...]


def file_kind(path: Path) -> str:
    """The kind by a file's ending; `KnowledgeError` when it is none that can be read."""
    ending = path.suffix.lower().removeprefix(".")
    if ending in KINDS:
        return ending
    do = (
        f"save it as {_OTHER_KINDS[ending]}"
        if ending in _OTHER_KINDS
        else f"known endings: {', '.join('.' + kind for kind in KINDS)}"
    )
    raise KnowledgeError("a file with this ending cannot be read", where=_where(path), do=do)


def convert(path: Path, limits: Limits | None = None) -> Converted:
    """Convert a file; raises `KnowledgeError` with one sentence, and leaves nothing behind."""
    limits = limits or Limits()
    if path.is_symlink():
        raise KnowledgeError("this is a link to another place", where=_where(path), do="add the file itself")
    if not path.exists():
        raise KnowledgeError("there is no such file", where=_where(path), do="check its name")
    kind = file_kind(path)
    data = _bytes(path, limits)
    pages = _in_a_process(path, kind, data, limits)
    if not any(text.strip() for _, blocks in pages for _, text in blocks):
        raise _problem(path, "no-text")
    if len(pages) > limits.pages or sum(len(text) for _, blocks in pages for _, text in blocks) > limits.text:
        raise _problem(path, "too-long")
    return Converted(sha256=hashlib.sha256(data).hexdigest(), kind=kind, pages=tuple(pages))


def _bytes(path: Path, limits: Limits) -> bytes:
    """A regular file's content, read once: what is looked at is what is converted."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | _FLAGS), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise KnowledgeError("this is not a file with content", where=_where(path), do="add a document")
            if found.st_size == 0:
                raise KnowledgeError("the file is empty", where=_where(path), do="add a document with text")
            if found.st_size > limits.file:
                what = f"the file has {found.st_size // 1_000_000} MB, {limits.file // 1_000_000} MB is the limit"
                raise KnowledgeError(what, where=_where(path), do="split the document")
            return file.read(limits.file + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise KnowledgeError(
            f"the file cannot be read ({reason})", where=_where(path), do="check name and permissions"
        ) from None


_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _in_a_process(path: Path, kind: str, data: bytes, limits: Limits) -> list[reading.Page]:
    command = [sys.executable, "-I", "-B", reading.__file__, kind]
    process = subprocess.Popen(
        [*command, str(limits.seconds), str(limits.memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "TEMP", "LANG")},
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    said = bytearray()
    most = 6 * limits.text + 1_000_000  # a character is at most six signs of JSON
    threads = [
        threading.Thread(target=_feed, args=(cast("BinaryIO", process.stdin), data), daemon=True),
        threading.Thread(target=_hear, args=(cast("BinaryIO", process.stdout), said, most), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        problem = _watch(process, threads[1], said, most, limits)
    finally:
        process.kill()
        process.wait()
        for thread in threads:
            thread.join(2)
    return _result(path, bytes(said), problem)


def _watch(
    process: subprocess.Popen[bytes], hearing: threading.Thread, said: bytearray, most: int, limits: Limits
) -> str:
    """Wait for the end; the code of what went beyond its limit, or nothing."""
    start = time.monotonic()
    watched: psutil.Process | None = None
    with suppress(psutil.Error):
        watched = psutil.Process(process.pid)
    while hearing.is_alive():
        hearing.join(0.05)
        if time.monotonic() - start > limits.seconds:
            return "too-slow"
        if len(said) > most:
            return "too-long"
        with suppress(psutil.Error):
            if watched is not None and watched.memory_info().rss > limits.memory:
                return "too-much"
    return ""


def _result(path: Path, said: bytes, problem: str) -> list[reading.Page]:
    if not problem:
        try:
            result = json.loads(said)
            problem = str(result.get("problem", ""))
            if not problem:
                return [(page, [(str(k), str(t)) for k, t in blocks]) for page, blocks in result["pages"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            problem = "stopped"
    raise _problem(path, problem)


def _problem(path: Path, code: str) -> KnowledgeError:
    what, do = _PROBLEMS.get(code, _PROBLEMS["damaged"])
    return KnowledgeError(what, where=_where(path), do=do)


def _where(path: Path) -> str:
    return one_line(path.name, 120)


def _feed(pipe: BinaryIO, data: bytes) -> None:
    with suppress(OSError):  # the process has ended: the reader says so
        pipe.write(data)
    with suppress(OSError):
        pipe.close()


def _hear(pipe: BinaryIO, said: bytearray, most: int) -> None:
    with suppress(OSError, ValueError):
        while len(said) <= most and (piece := pipe.read1(1 << 16)):  # pyright: ignore[reportAttributeAccessIssue]
            said += piece
