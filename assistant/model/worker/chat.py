"""Reading prompts and generating: what was read before is kept, and a running computation can be stopped."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelError
from assistant.model.port import Prompt
from assistant.model.templates import Control, template_of
from assistant.model.worker.llama import Context, Model
from assistant.model.worker.schedule import Interrupted
from assistant.model.worker.states import StateFiles

_Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_MIN_ANSWER = 16
_MIN_KEPT = 32
"""Shorter beginnings are read faster than loaded."""
_MOST_LOOKS = 64
"""Hidden states that are remembered, each some kilobytes."""


@dataclass(frozen=True)
class Reading:
    """A prompt as tokens, and the places (token counts) up to which the state is worth keeping."""

    tokens: list[int]
    keeps: list[int]


@dataclass
class Count:
    """Tokens of one request, counted as it runs."""

    prompt: int = 0
    reused: int = 0
    generated: int = 0


@dataclass
class Chat:
    """A chat model with one context, whose memory holds `held` at any time.

    `states` keeps what was read across runs; `pause` is called between steps of work (a token, a stretch of a prompt).
    """

    model: Model
    context: Context
    where: str
    states: StateFiles
    pause: Callable[[], None]
    held: list[int] = field(default_factory=list[int])
    shallow: list[int] = field(default_factory=list[int])  # after `held`, computed as far as `shallow_layer` only
    shallow_layer: int = -1

    def __post_init__(self) -> None:
        self._looks: dict[tuple[int, ...], NDArray[np.float32]] = {}
        self._check_format()

    def _check_format(self) -> None:
        names = ("tokenizer.chat_template", "general.architecture")
        self._template = template_of({name: self.model.metadata(name) for name in names}, self.where)
        for marker in self._template.markers:
            if len(self.model.tokens(marker, special=True)) != 1:
                raise ModelError(f"the model's vocabulary lacks {marker}", where=self.where, do="use another model")

    def reading(self, prompt: Prompt) -> Reading:
        """Tokenise a prompt: the format with control tokens, everything else as plain text."""
        tokens, keeps = self.model.starts_with(), list[int]()
        for piece in self._template.render(prompt):
            tokens += self.model.tokens(piece.text, special=isinstance(piece, Control))
            if not isinstance(piece, Control) and piece.keep:
                keeps.append(len(tokens))
        return Reading(tokens, [keep for keep in dict.fromkeys(keeps) if keep >= _MIN_KEPT])

    def generate(self, prompt: Prompt, max_tokens: int, stop: Sequence[str], count: Count) -> Iterator[str]:
        """Greedy text in pieces, up to the end of the message, a stop string, `max_tokens` or a full context."""
        reading = self.reading(prompt)
        self._check_room(reading, min(max_tokens, _MIN_ANSWER))
        self._read(reading, count)
        text = _Stopper(stop)
        room = min(max_tokens, self.context.shape.context - len(reading.tokens))
        for _ in range(room):
            token = int(self.context.logits().argmax())
            if self.model.ends_answer(token):
                break
            count.generated += 1
            if piece := text.add(self.model.piece(token)):
                yield piece
            if text.stopped or count.generated == room:
                break
            self.pause()
            self._decode([token])
        if rest := text.rest():
            yield rest

    def score(self, prompt: Prompt, options: Sequence[str], count: Count) -> list[float]:
        """Log-probabilities of the options as continuations, normalised over the options."""
        reading = self.reading(prompt)
        endings = [self.model.tokens(option, special=False) for option in options]
        if not all(endings):
            raise ModelError("an option to choose from is empty", do="report this")
        self._check_room(reading, max(map(len, endings)) + 1)
        self._read(reading, count)
        first = self.context.logits().astype(np.float64)
        if len({ending[0] for ending in endings}) == len(endings):
            weights = np.array([first[ending[0]] for ending in endings])
        else:
            weights = np.array([self._weigh(first, ending) for ending in self._closed(endings)])
        return [float(value) for value in _log_softmax(weights)]

    def hidden_state(self, prompt: Prompt, layer: int, count: Count) -> NDArray[np.float32] | None:
        """What the model holds after `layer` at the prompt's last token; None when it has no such layer.

        Of two kept parts the first is read to the end, as for words. What follows is computed only as far as that layer
        (`shallow`); up to the second one it is saved for other prompts that begin the same.
        """
        reading = self.reading(prompt)
        self._check_room(reading, 1)
        key = _shallow_key(reading.tokens, (), layer)
        if (known := self._looks.get(key)) is not None:  # looked at in idle time, while the question was typed
            count.prompt = count.reused = len(reading.tokens)
            return known
        kept, shared = _places(reading)
        begins, rest = reading.tokens[:kept], reading.tokens[kept:]
        if self.held != begins:
            self._read(Reading(begins, [keep for keep in reading.keeps if keep <= kept]), Count())
        same = min(_common(self.shallow, rest), len(rest) - 1) if self.shallow_layer == layer else 0
        self.shallow, self.shallow_layer = self.shallow[:same], layer
        self.context.forget_after(kept + same)
        if same < shared < len(rest) and self._load_shallow(rest[:shared]):
            same = shared
        count.prompt, count.reused = len(reading.tokens), kept + same
        found = None
        try:
            while len(self.shallow) < len(rest):
                at = len(self.shallow)
                end = min(at + self.context.shape.step, shared if at < shared else len(rest))
                found = self.context.hidden_state(rest[at:end], kept + at, layer)
                self.shallow += rest[at:end]
                if end == shared:
                    self._save_shallow()
                self.pause()
        except (Interrupted, ModelError):
            self.context.forget_after(kept + len(self.shallow))
            raise
        if found is not None:
            self._looks[key] = found
            while len(self._looks) > _MOST_LOOKS:
                del self._looks[next(iter(self._looks))]
        return found

    def warm(self, prompt: Prompt, layer: int | None = None) -> None:
        """Read and save the prompt up to its last kept part, unless it was saved before; only to a layer, with one."""
        reading = self.reading(prompt)
        if not reading.keeps or reading.keeps[-1] > self.context.shape.context:
            return
        if layer is not None:
            kept, shared = _places(reading)
            only = kept + shared == len(reading.tokens)  # no question: read it once and keep it
            if not (only and self.states.has(_shallow_key(reading.tokens[:kept], reading.tokens[kept:], layer))):
                self.hidden_state(prompt, layer, Count())
            return
        kept = reading.tokens[: reading.keeps[-1]]
        if not self.states.has(kept):
            self._read(Reading(kept, reading.keeps), Count())

    def _save_shallow(self) -> None:
        tokens = list(self.shallow)
        key = _shallow_key(self.held, tokens, self.shallow_layer)
        self.states.save(key, lambda path: self.context.save(path, tokens, len(self.held)))

    def _load_shallow(self, tokens: list[int]) -> bool:
        def read(path: Path) -> bool:
            self.shallow = []
            return self.context.load(path, tokens, len(self.held))

        if not self.states.load(_shallow_key(self.held, tokens, self.shallow_layer), read):
            return False
        self.shallow = list(tokens)
        return True

    def _check_room(self, reading: Reading, needed: int) -> None:
        room = self.context.shape.context
        if len(reading.tokens) + needed > room:
            what = f"the text is too long for the model ({len(reading.tokens)} tokens, it can see {room - needed})"
            raise ModelError(what, do="shorten it, or set a larger `context`")

    def _read(self, reading: Reading, count: Count) -> None:
        """Bring the memory to exactly the prompt's tokens, reading as few as possible (the last one always)."""
        self._drop_shallow()
        tokens = reading.tokens
        if not tokens:
            self._forget_after(0)
            return
        count.prompt = len(tokens)
        position = min(_common(self.held, tokens), len(tokens) - 1)
        longer = next((keep for keep in reversed(reading.keeps) if keep > position and self._load(tokens[:keep])), None)
        position = min(longer, len(tokens) - 1) if longer else min(position, len(self.held))
        self._forget_after(position)
        count.reused = position
        stops = sorted({keep for keep in reading.keeps if keep > position} | {len(tokens)})
        for end in stops:
            while position < end:
                step = tokens[position : min(position + self.context.shape.step, end)]
                self._decode(step)
                position += len(step)
                self.pause()
            if end in reading.keeps:
                self.states.save(tokens[:end], lambda path, end=end: self.context.save(path, tokens[:end]))

    def _load(self, tokens: list[int]) -> bool:
        def read(path: Path) -> bool:
            self.held = []
            return self.context.load(path, tokens)

        if not self.states.load(tokens, read):
            return False
        self.held = list(tokens)
        return True

    def _decode(self, tokens: list[int]) -> None:
        try:
            self.context.decode(tokens, len(self.held))
        except (Interrupted, ModelError):
            self.context.forget_after(len(self.held))
            raise
        self.held += tokens

    def _drop_shallow(self) -> None:
        if self.shallow:
            self.context.forget_after(len(self.held))
            self.shallow = []

    def _forget_after(self, count: int) -> None:
        if count < len(self.held):
            self.context.forget_after(count)
            del self.held[count:]

    def _closed(self, endings: list[list[int]]) -> list[list[int]]:
        """The endings, each with the end of the message behind it when one is the beginning of another."""
        pairs = ((a, b) for a in endings for b in endings if a is not b)
        if any(a == b[: len(a)] for a, b in pairs):
            return [[*ending, self.model.end_of_turn()] for ending in endings]
        return endings

    def _weigh(self, first: _Numbers, ending: list[int]) -> float:
        """The log-probability of a whole ending after the prompt; leaves the memory at the prompt."""
        total = float(_log_softmax(first)[ending[0]])
        start = len(self.held)
        try:
            for at, token in enumerate(ending[1:]):
                self._decode([ending[at]])
                total += float(_log_softmax(self.context.logits().astype(np.float64))[token])
        finally:
            self._forget_after(start)
        return total


def _places(reading: Reading) -> tuple[int, int]:
    """Where the part of a prompt ends that is read to the last layer, and how much after it others will share."""
    keeps = reading.keeps or [0]
    kept = keeps[-2] if len(keeps) > 1 else keeps[0]
    return kept, keeps[-1] - kept


def _shallow_key(begins: Sequence[int], tokens: Sequence[int], layer: int) -> tuple[int, ...]:
    """What a state is filed under whose `tokens` were computed only as far as a layer: no token is negative."""
    return (*begins, *tokens, -1 - layer)


class _Stopper:
    """Turns bytes of tokens into text, holds back what may become a stop string, and cuts at one."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._stop = [text for text in stop if text]
        self._held = ""
        self.stopped = False

    def add(self, data: bytes) -> str:
        self._held += self._decoder.decode(data)
        ends = [at for text in self._stop if (at := self._held.find(text)) >= 0]
        if ends:
            self.stopped = True
            out, self._held = self._held[: min(ends)], ""
            return out
        keep = max((_overlap(self._held, text) for text in self._stop), default=0)
        cut = len(self._held) - keep
        out, self._held = self._held[:cut], self._held[cut:]
        return out

    def rest(self) -> str:
        return "" if self.stopped else self._held + self._decoder.decode(b"", final=True)


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of `text` could begin `stop`."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:size])), 0)


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    return next((index for index, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _log_softmax(
    values: _Numbers,
) -> _Numbers:
    shifted = values - values.max()
    return shifted - np.log(np.exp(shifted).sum())
