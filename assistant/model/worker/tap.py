"""Looks at what a layer of a model has computed, through the callback that ggml offers for it, and stops there."""

from __future__ import annotations

import ctypes
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llama_cpp
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Tap:
    """A callback for one context; outside of `at` it wants to see nothing and costs a call a node."""

    def __init__(self, dims: int) -> None:
        self._dims, self._name = dims, b""
        self._found: list[NDArray[np.float32]] = []
        # it has to outlive the context: keep it here
        self.callback = llama_cpp.ggml_backend_sched_eval_callback(self._see)

    @contextmanager
    def at(self, layer: int) -> Generator[list[NDArray[np.float32]]]:
        """While inside, a computation ends after `layer` (from 0) and puts what its last token is into the list."""
        self._name, self._found = f"l_out-{layer}".encode(), []
        try:
            yield self._found
        finally:
            self._name = b""

    def _see(self, tensor: int, ask: bool, _data: object) -> bool:
        """Asked about each node beforehand (look at it?) and, where it wanted to look, once it is computed (go on?)."""
        if not self._name or _ggml().ggml_get_name(tensor) != self._name:
            return not ask
        if ask:
            return True
        size = 4 * self._dims
        row = np.empty(self._dims, dtype=np.float32)
        last = _ggml().ggml_nbytes(tensor) - size
        _ggml().ggml_backend_tensor_get(tensor, row.ctypes.data, last, size)
        self._found[:] = [row]
        return False


@cache
def _ggml() -> Any:
    """The part of llama.cpp's library that knows tensors."""
    from llama_cpp._ctypes_extensions import load_shared_library

    library = load_shared_library("ggml-base", Path(llama_cpp.__file__).parent / "lib")
    library.ggml_get_name.restype = ctypes.c_char_p
    library.ggml_get_name.argtypes = [ctypes.c_void_p]
    library.ggml_nbytes.restype = ctypes.c_size_t
    library.ggml_nbytes.argtypes = [ctypes.c_void_p]
    library.ggml_backend_tensor_get.restype = None
    library.ggml_backend_tensor_get.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
    return library
