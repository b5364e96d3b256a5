"""Looks at the front of a GGUF file with bounds on everything, before llama.cpp is let near it.

Layout, little-endian: magic `GGUF`, u32 version, u64 tensors, u64 pairs; then the pairs {string key, u32 type, value}.
A string is u64 length and bytes; an array is u32 type, u64 count and the values.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from assistant.errors import ModelError

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_MAX_PAIRS, _MAX_TENSORS, _MAX_STRING, _MAX_VALUES = 4096, 100_000, 1 << 20, 4_000_000


class _Bad(ValueError):
    """What is wrong with the header, for the sentence of the error."""


def read_metadata(path: Path) -> dict[str, str]:
    """The string values of a GGUF header by key; ModelError when the file is no sound GGUF."""
    try:
        with path.open("rb") as file:
            return _pairs(file, path.stat().st_size)
    except OSError as error:
        raise ModelError(f"the file cannot be read, {error.strerror}", where=str(path), do="check the path") from None
    except (_Bad, struct.error) as error:
        reason = str(error) if isinstance(error, _Bad) else "it ends too early"
        raise ModelError(f"this is no sound GGUF file, {reason}", where=str(path), do="use another file") from None


def _pairs(file: BinaryIO, size: int) -> dict[str, str]:
    if file.read(4) != b"GGUF":
        raise _Bad("it does not begin as one")
    version, tensors, pairs = _read(file, "IQQ")
    if version not in (2, 3):
        raise _Bad(f"its version is {version}")
    if tensors > _MAX_TENSORS or pairs > _MAX_PAIRS:
        raise _Bad("its counts are too large")
    found: dict[str, str] = {}
    for _ in range(pairs):
        key = _string(file).decode("utf-8", errors="replace")
        (kind,) = _read(file, "I")
        if kind == _STRING:
            found[key] = _string(file).decode("utf-8", errors="replace")
        elif kind == _ARRAY:
            _skip_array(file)
        else:
            _skip(file, _size_of(kind))
        if file.tell() > size:
            raise _Bad("it ends too early")
    return found


def _skip_array(file: BinaryIO) -> None:
    kind, count = _read(file, "IQ")
    if count > _MAX_VALUES:
        raise _Bad("an array is too long")
    if kind == _STRING:
        for _ in range(count):
            _skip(file, _length(file))
    else:
        _skip(file, count * _size_of(kind))


def _size_of(kind: int) -> int:
    if kind not in _SIZES:
        raise _Bad(f"it holds a value of the unknown type {kind}")
    return _SIZES[kind]


def _length(file: BinaryIO) -> int:
    (length,) = _read(file, "Q")
    if length > _MAX_STRING:
        raise _Bad("a text is too long")
    return length


def _string(file: BinaryIO) -> bytes:
    length = _length(file)
    data = file.read(length)
    if len(data) != length:
        raise _Bad("it ends too early")
    return data


def _skip(file: BinaryIO, count: int) -> None:
    file.seek(count, 1)


def _read(file: BinaryIO, form: str) -> tuple[int, ...]:
    form = "<" + form
    return struct.unpack(form, file.read(struct.calcsize(form)))
