"""Small models made of nothing: a catalogue entry, wheels that carry its bytes, and a pip that hands them out."""

from __future__ import annotations

import hashlib
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.model.catalogue import Container, Entry, WheelSource
from assistant.model.sources import Unavailable

BYTES = b"".join(struct.pack("<I", number * 2654435761 % 2**32) for number in range(3000))


@dataclass
class FakePip:
    """Hands out wheels by requirement; `broken` ones cannot be had, `asked` tells the order."""

    wheels: dict[str, dict[str, bytes]]
    broken: set[str] = field(default_factory=set[str])
    asked: list[str] = field(default_factory=list[str])
    before: Callable[[str], None] = lambda _requirement: None

    def __call__(self, requirement: str, folder: Path, platform: str | None) -> Path:
        self.asked.append(requirement)
        self.before(requirement)
        if requirement in self.broken or requirement not in self.wheels:
            raise Unavailable(f"{requirement}: no matching distribution")
        path = folder / "wheel-1-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in self.wheels[requirement].items():
                archive.writestr(name, data)
        return path


def in_wheels(data: bytes, parts: int) -> dict[str, dict[str, bytes]]:
    """`data` cut into wheels of the source that `entry_of` describes."""
    size = -(-len(data) // parts)
    cut = [data[at : at + size] for at in range(0, len(data), size)]
    return {f"tiny-part{n}==1.0": {f"tiny_part{n}/data.bin": piece} for n, piece in enumerate(cut, 1)}


def entry_of(data: bytes, parts: int = 3, container: Container | None = None) -> Entry:
    """A catalogue entry whose file is `data`."""
    source = WheelSource(
        kind="wheels",
        package="tiny-part{n}",
        version="1.0",
        member="tiny_part{n}/data.bin",
        parts=parts,
        wheel_bytes=1000,
        converted_from=container,
    )
    digest = hashlib.sha256(data).hexdigest()
    return Entry(
        id="tiny", title="Tiny", role="chat", file="tiny.gguf", bytes=len(data), sha256=digest, licence="MIT",
        publisher="https://example.org", sources=(source,),
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder in a coach's home of its own."""
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COACH_MODELS", raising=False)
    models = tmp_path / "home" / "cache" / "models"
    models.mkdir(parents=True)
    return models
