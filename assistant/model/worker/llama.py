"""Thin, typed hold on llama.cpp's C API: models, contexts, tokens. One thread calls it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import llama_cpp
import numpy as np

from assistant.errors import ModelError
from assistant.model.worker.schedule import Interrupted
from assistant.model.worker.tap import Tap

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = f"{llama_cpp.__version__} q8_0"
"""What the layout of a saved state depends on besides the model."""
_ABORTED, _NO_ROOM = 2, 1
_MAIN, _ASIDE = llama_cpp.llama_seq_id(0), llama_cpp.llama_seq_id(1)
"""Sequences; the second one is there only while a part of the first is saved or loaded."""


@dataclass(frozen=True)
class Shape:
    """How a context is laid out: tokens it holds, tokens of one step, sequences, and whether it embeds."""

    context: int
    step: int
    sequences: int
    threads: int
    embedding: bool = False


class Model:
    """A loaded model file and its vocabulary."""

    def __init__(self, path: Path, progress: Callable[[int], None]) -> None:
        """Load `path`; `progress` is told percents. ModelError when llama.cpp refuses the file."""
        last = -1

        def tell(done: float, _data: object) -> bool:
            nonlocal last
            if int(done * 100) != last:
                last = int(done * 100)
                progress(last)
            return True

        params = llama_cpp.llama_model_default_params()
        params.progress_callback = llama_cpp.llama_progress_callback(tell)
        pointer = llama_cpp.llama_model_load_from_file(str(path).encode(), params)
        if not pointer:
            raise ModelError(
                "the model file cannot be loaded (not a model llama.cpp knows, damaged, or too large for the memory)",
                where=str(path),
                do="run `coach model verify`, or use another model",
            )
        self.pointer = pointer
        vocab = llama_cpp.llama_model_get_vocab(pointer)
        if not vocab:
            raise ModelError("the model file has no vocabulary", where=str(path), do="use another model")
        self.vocab = vocab
        self.words = llama_cpp.llama_vocab_n_tokens(vocab)
        self.dims = llama_cpp.llama_model_n_embd(pointer)
        self.trained_context = llama_cpp.llama_model_n_ctx_train(pointer)

    def metadata(self, key: str) -> str:
        """A text of the GGUF header; empty when there is none."""
        size = 1 << 16
        buffer = ctypes.create_string_buffer(size)
        length = llama_cpp.llama_model_meta_val_str(self.pointer, key.encode(), cast("bytes", buffer), size)
        return buffer.value.decode("utf-8", errors="replace") if length >= 0 else ""

    def tokens(self, text: str, *, special: bool, ends: bool = False) -> list[int]:
        """Tokenise; control tokens in `text` count only when `special`. `ends` adds the vocabulary's start and end."""
        data = text.encode("utf-8", errors="replace")
        room = len(data) + 8
        buffer = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self.vocab, data, len(data), buffer, room, ends, special)
        if count < 0:
            raise ModelError("a text cannot be tokenised", do="report this")
        return cast("list[int]", buffer[:count])

    def starts_with(self) -> list[int]:
        """The token that begins every prompt, where the vocabulary wants one."""
        adds = llama_cpp.llama_vocab_get_add_bos(self.vocab)
        return [cast("int", llama_cpp.llama_vocab_bos(self.vocab))] if adds else []

    def ends_answer(self, token: int) -> bool:
        """Whether `token` ends a generation."""
        return bool(llama_cpp.llama_vocab_is_eog(self.vocab, token))

    def end_of_turn(self) -> int:
        """The token that ends a message."""
        turn = cast("int", llama_cpp.llama_vocab_eot(self.vocab))
        return turn if turn >= 0 else cast("int", llama_cpp.llama_vocab_eos(self.vocab))

    def piece(self, token: int) -> bytes:
        """The bytes of a token; none for control tokens."""
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            length = llama_cpp.llama_token_to_piece(self.vocab, token, buffer, room, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            room = -length


class Context:
    """A context of a model that stops within an operation of the graph once `must_stop` says so."""

    def __init__(self, model: Model, shape: Shape, must_stop: Callable[[], bool]) -> None:
        """ModelError when there is not enough memory."""
        params = llama_cpp.llama_context_default_params()
        params.n_ctx, params.n_seq_max = shape.context, shape.sequences
        params.n_batch = params.n_ubatch = shape.step
        params.n_threads = params.n_threads_batch = shape.threads
        params.embeddings = shape.embedding
        params.kv_unified = True
        if not shape.embedding:  # half the size of a state on disk and in memory; flash attention is what reads it
            params.type_k = params.type_v = llama_cpp.GGML_TYPE_Q8_0
            params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED
        self._tap = Tap(model.dims)
        params.cb_eval = self._tap.callback
        pointer = llama_cpp.llama_init_from_model(model.pointer, params)
        if not pointer:
            raise ModelError(
                f"a context of {shape.context} tokens does not fit the memory", do="set a smaller `context`"
            )
        self.model, self.shape, self._pointer = model, shape, pointer
        self._memory = llama_cpp.llama_get_memory(pointer)
        self._batch = llama_cpp.llama_batch_init(shape.step, 0, 1)

        def stop(_data: object) -> bool:
            return must_stop()

        # the callback has to outlive the context: keep it here
        self._abort = llama_cpp.ggml_abort_callback(stop)
        llama_cpp.llama_set_abort_callback(pointer, self._abort, ctypes.c_void_p(0))

    def decode(self, tokens: Sequence[int], start: int, *, all_logits: bool = False) -> None:
        """Read `tokens` at positions from `start` on; Interrupted when stopped half-way (forget the rest then)."""
        self._fill([(token, start + index, 0) for index, token in enumerate(tokens)], all_logits)
        self._check(llama_cpp.llama_decode(self._pointer, self._batch))

    def hidden_state(self, tokens: Sequence[int], start: int, layer: int) -> NDArray[np.float32] | None:
        """What the last of `tokens` is after `layer`; None when there is no such layer.

        Nothing above that layer is computed, so the tokens have to be forgotten afterwards.
        """
        with self._tap.at(layer) as found:
            self.decode(tokens, start)
        return found[0] if found else None

    def encode(self, sequences: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """One pooled vector for each sequence; together they fit one step."""
        rows = [(token, at, index) for index, tokens in enumerate(sequences) for at, token in enumerate(tokens)]
        self._fill(rows, True)
        self._check(llama_cpp.llama_encode(self._pointer, self._batch))
        found: list[NDArray[np.float32]] = []
        for index in range(len(sequences)):
            pointer = llama_cpp.llama_get_embeddings_seq(self._pointer, index)
            found.append(np.ctypeslib.as_array(pointer, (self.model.dims,)).copy())
        return found

    def logits(self, index: int = -1) -> NDArray[np.float32]:
        """Logits after a token of the last decode, as a view that the next decode overwrites."""
        pointer = llama_cpp.llama_get_logits_ith(self._pointer, index)
        return np.ctypeslib.as_array(pointer, (self.model.words,))

    def forget_after(self, count: int) -> None:
        """Keep the first `count` tokens of sequence 0; ModelError where a model's memory cannot drop a part."""
        if not llama_cpp.llama_memory_seq_rm(self._kept(), _MAIN, count, -1):
            raise ModelError("this model cannot go back in a conversation", do="use another model")

    def save(self, path: Path, tokens: Sequence[int], start: int = 0) -> bool:
        """Write the state of sequence 0 from `start` on, which holds `tokens`."""
        array = (llama_cpp.llama_token * len(tokens))(*tokens)
        with self._aside(start) as sequence:
            if start:
                llama_cpp.llama_memory_seq_cp(self._kept(), _MAIN, _ASIDE, start, start + len(tokens))
            name = str(path).encode()
            return llama_cpp.llama_state_seq_save_file(self._pointer, name, sequence, array, len(tokens)) > 0

    def load(self, path: Path, tokens: Sequence[int], start: int = 0) -> bool:
        """Read a state back that holds `tokens` at `start`; False, with nothing after `start`, unless it is whole."""
        self.forget_after(start)
        room = len(tokens)
        array, count = (llama_cpp.llama_token * room)(), ctypes.c_size_t(0)
        with self._aside(start) as sequence:
            done = llama_cpp.llama_state_seq_load_file(
                self._pointer, str(path).encode(), sequence, array, room, ctypes.pointer(count)
            )
            if done > 0 and count.value == room and list(array) == list(tokens):
                if start:
                    llama_cpp.llama_memory_seq_cp(self._kept(), _ASIDE, _MAIN, start, start + room)
                return True
        self.forget_after(start)
        return False

    @contextmanager
    def _aside(self, start: int) -> Generator[llama_cpp.llama_seq_id]:
        """The sequence for what begins at `start`: 0 for all, else another one, which is gone afterwards."""
        try:
            yield _ASIDE if start else _MAIN
        finally:
            if start:
                llama_cpp.llama_memory_seq_rm(self._kept(), _ASIDE, -1, -1)

    def _kept(self) -> llama_cpp.llama_memory_t:
        """What the context remembers; ModelError where a model remembers nothing."""
        if self._memory is None:
            raise ModelError("this model cannot go back in a conversation", do="use another model")
        return self._memory

    def _fill(self, rows: Sequence[tuple[int, int, int]], all_logits: bool) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        for index, (token, position, sequence) in enumerate(rows):
            batch.token[index], batch.pos[index] = token, position
            batch.n_seq_id[index], batch.seq_id[index][0] = 1, sequence
            batch.logits[index] = all_logits or index == len(rows) - 1

    def _check(self, code: int) -> None:
        if code == _ABORTED:
            raise Interrupted
        if code:
            what = "the context is full" if code == _NO_ROOM else f"llama.cpp could not go on (code {code})"
            raise ModelError(what, do="ask again, more briefly")
