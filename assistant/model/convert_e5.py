"""Turns the E5S1 container of multilingual-e5-small into a GGUF file that llama.cpp reads.

Container, little-endian: magic `E5S1`, u32 version, i32 hidden, layers, heads, ffn, vocab, positions, token types,
f32 eps, i32 block, i32 pieces, bos, eos, pad, unk; u64 blob length, u32 offsets (pieces + 1), f32 scores (pieces),
blob; i32 n, u32 length and bytes of a normalisation map (not used: text is brought to NFKC before it is embedded);
i32 count of a directory of {u16 length, name, u8 dtype, u32 count, u64 offset, u64 bytes}. dtype 0 is f32, 1 is
ggml's own q4_0.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError

if TYPE_CHECKING:
    from gguf import GGUFWriter

MAGIC = b"E5S1"
_MAX_BYTES = 1 << 30
_F32, _Q4 = 0, 1
_BLOCK, _BLOCK_BYTES = 32, 18
_LAYER = {  # name in the container -> name in GGUF
    "q": "attn_q",
    "k": "attn_k",
    "v": "attn_v",
    "ao": "attn_output",
    "aln": "attn_output_norm",
    "fi": "ffn_up",
    "fo": "ffn_down",
    "oln": "layer_output_norm",
}


class _Damaged(ValueError):
    """What is wrong with a container, for the sentence of the error."""


@dataclass(frozen=True)
class _Header:
    hidden: int
    layers: int
    heads: int
    ffn: int
    vocab: int
    positions: int
    types: int
    eps: float
    block: int
    pieces: int
    bos: int
    eos: int
    pad: int
    unk: int

    def check(self) -> None:
        limits = {
            "hidden": 8192,
            "layers": 64,
            "heads": 128,
            "ffn": 32768,
            "vocab": 1 << 20,
            "positions": 8192,
            "types": 16,
        }
        for name, limit in limits.items():
            if not 0 < getattr(self, name) <= limit:
                raise _Damaged(f"{name} is {getattr(self, name)}")
        if self.block != _BLOCK or self.hidden % _BLOCK or self.ffn % _BLOCK or self.hidden % self.heads:
            raise _Damaged("the sizes of the layers do not fit the blocks")
        if not 0 < self.pieces <= self.vocab or not 0 < self.eps < 1:
            raise _Damaged("the vocabulary does not fit")
        if any(not 0 <= token < self.pieces for token in (self.bos, self.eos, self.pad, self.unk)):
            raise _Damaged("a special token lies outside the vocabulary")


@dataclass(frozen=True)
class _Tensor:
    dtype: int
    count: int
    data: bytes


class _Cursor:
    """Reads a buffer from front to back and never past its end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        if count < 0 or count > len(self._data) - self._at:
            raise _Damaged("it ends too early")
        start, self._at = self._at, self._at + count
        return self._data[start : self._at]

    def read(self, form: str) -> tuple[int | float, ...]:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def integers(self, form: str) -> list[int]:
        return [int(value) for value in self.read(form)]

    def integer(self, form: str) -> int:
        return self.integers(form)[0]


@dataclass(frozen=True)
class _Container:
    header: _Header
    pieces: list[bytes]
    scores: list[float]
    tensors: dict[str, _Tensor]


def convert(source: Path, target: Path) -> None:
    """Write `target` (GGUF, architecture bert, mean pooling) from the container `source`; the same bytes every time.

    ModelError when the container is not what it says it is.
    """
    if source.stat().st_size > _MAX_BYTES:
        raise ModelError("the file is too large for an E5 container", where=str(source))
    try:
        container = _read(source.read_bytes())
        _write(container, target)
    except (_Damaged, UnicodeDecodeError) as error:
        raise ModelError(f"the E5 container cannot be read, {error}", where=str(source), do="fetch it again") from None


def _read(data: bytes) -> _Container:
    cursor = _Cursor(data)
    if cursor.take(4) != MAGIC or cursor.integer("I") != 1:
        raise _Damaged("it does not begin as one")
    hidden, layers, heads, ffn, vocab, positions, types = cursor.integers("7i")
    eps = float(cursor.read("f")[0])
    block, pieces, bos, eos, pad, unk = cursor.integers("6i")
    header = _Header(hidden, layers, heads, ffn, vocab, positions, types, eps, block, pieces, bos, eos, pad, unk)
    header.check()
    blob_length = cursor.integer("Q")
    offsets = cursor.integers(f"{header.pieces + 1}I")
    scores = [float(value) for value in cursor.read(f"{header.pieces}f")]
    blob = cursor.take(blob_length)
    if offsets[0] != 0 or offsets[-1] != blob_length or any(a > b for a, b in pairwise(offsets)):
        raise _Damaged("the pieces of the vocabulary overlap")
    words = [blob[a:b] for a, b in pairwise(offsets)]
    cursor.read("i")
    cursor.take(cursor.integer("I"))
    tensors = _directory(cursor, data)
    return _Container(header, words, scores, tensors)


def _directory(cursor: _Cursor, data: bytes) -> dict[str, _Tensor]:
    count = cursor.integer("i")
    if not 0 < count <= 4096:
        raise _Damaged(f"its directory has {count} entries")
    tensors: dict[str, _Tensor] = {}
    for _ in range(count):
        name = cursor.take(cursor.integer("H")).decode("ascii")
        dtype, values, offset, length = cursor.integers("BIQQ")
        expected = values * 4 if dtype == _F32 else values // _BLOCK * _BLOCK_BYTES
        if dtype not in (_F32, _Q4) or (dtype == _Q4 and values % _BLOCK) or length != expected:
            raise _Damaged(f"tensor {name!r} has a wrong size")
        if offset > len(data) or length > len(data) - offset:
            raise _Damaged(f"tensor {name!r} lies outside the file")
        tensors[name] = _Tensor(dtype, values, data[offset : offset + length])
    return tensors


def _write(container: _Container, target: Path) -> None:
    from gguf import GGUFWriter

    writer = GGUFWriter(target, "bert")
    _metadata(writer, container)
    header = container.header
    hidden, ffn = header.hidden, header.ffn
    _add(writer, container, "emb.word", "token_embd.weight", (header.vocab, hidden))
    _add(writer, container, "emb.pos", "position_embd.weight", (header.positions, hidden))
    _add(writer, container, "emb.type", "token_types.weight", (header.types, hidden))
    _add(writer, container, "emb.ln.w", "token_embd_norm.weight", (hidden,))
    _add(writer, container, "emb.ln.b", "token_embd_norm.bias", (hidden,))
    shapes = {"fi": (ffn, hidden), "fo": (hidden, ffn), "aln": (hidden,), "oln": (hidden,)}
    for layer in range(header.layers):
        for name, gguf_name in _LAYER.items():
            shape = shapes.get(name, (hidden, hidden))
            _add(writer, container, f"l{layer}.{name}.w", f"blk.{layer}.{gguf_name}.weight", shape)
            _add(writer, container, f"l{layer}.{name}.b", f"blk.{layer}.{gguf_name}.bias", shape[:1])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add(writer: GGUFWriter, container: _Container, name: str, gguf_name: str, shape: tuple[int, ...]) -> None:
    import numpy as np
    from gguf import GGMLQuantizationType

    tensor = container.tensors.get(name)
    values = shape[0] * (shape[1] if len(shape) > 1 else 1)
    if tensor is None or tensor.count != values:
        raise _Damaged(f"tensor {name!r} is missing or has another shape")
    if tensor.dtype == _F32:
        writer.add_tensor(gguf_name, np.frombuffer(tensor.data, dtype="<f4").reshape(shape))
        return
    if len(shape) != 2 or shape[1] % _BLOCK:
        raise _Damaged(f"tensor {name!r} cannot be in blocks")
    rows = np.frombuffer(tensor.data, dtype=np.uint8).reshape(shape[0], -1)
    writer.add_tensor(gguf_name, rows, raw_dtype=GGMLQuantizationType.Q4_0)


def _metadata(writer: GGUFWriter, container: _Container) -> None:
    from gguf import LlamaFileType, PoolingType, TokenType

    header = container.header
    writer.add_name("multilingual-e5-small")
    writer.add_license("mit")
    writer.add_file_type(LlamaFileType.MOSTLY_Q4_0)
    writer.add_context_length(header.positions)
    writer.add_embedding_length(header.hidden)
    writer.add_block_count(header.layers)
    writer.add_head_count(header.heads)
    writer.add_feed_forward_length(header.ffn)
    writer.add_layer_norm_eps(header.eps)
    writer.add_causal_attention(False)
    writer.add_pooling_type(PoolingType.MEAN)

    spare = range(header.pieces, header.vocab)
    kinds = [TokenType.NORMAL] * header.pieces + [TokenType.UNUSED] * len(spare)
    for token in (header.bos, header.eos, header.pad):
        kinds[token] = TokenType.CONTROL
    if container.pieces[-1] == b"<mask>":  # so that the word in a text stays a word
        kinds[header.pieces - 1] = TokenType.CONTROL
    kinds[header.unk] = TokenType.UNKNOWN
    writer.add_tokenizer_model("t5")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([*container.pieces, *(f"[unused{token}]".encode() for token in spare)])
    writer.add_token_scores([*container.scores, *(-1000.0 for _ in spare)])
    writer.add_token_types(kinds)
    writer.add_add_space_prefix(True)
    writer.add_remove_extra_whitespaces(True)
    writer.add_token_type_count(header.types)
    writer.add_bos_token_id(header.bos)
    writer.add_eos_token_id(header.eos)
    writer.add_sep_token_id(header.eos)
    writer.add_pad_token_id(header.pad)
    writer.add_unk_token_id(header.unk)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)
