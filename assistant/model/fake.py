"""Models for tests behind the same ports: a chat model that says what it was told to, and a bag of hashed words."""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event
from typing import Literal

from assistant.errors import ModelError
from assistant.model.port import Cancelled, HiddenState, Prompt, Usage

Script = Sequence[str] | Callable[[Prompt], str]


def text_of(prompt: Prompt) -> str:
    """All text of a prompt, messages apart by a line."""
    return "\n".join("".join(part.text for part in message.parts) for message in prompt.messages)


class FakeGeneration:
    """Words of a scripted answer, one by one."""

    def __init__(self, text: str, prompt_tokens: int, delay_s: float, cancel: Event | None, fail: bool) -> None:
        self.usage, self.cancelled = Usage(prompt_tokens=prompt_tokens), False
        self._words, self._delay_s, self._cancel, self._fail = (
            re.findall(r"\s*\S+\s*$|\s*\S+", text),
            delay_s,
            cancel,
            fail,
        )

    def __iter__(self) -> Iterator[str]:
        started, first = time.monotonic(), None
        count = 0
        for word in self._words:
            if _cancelled_while_waiting(self._delay_s, self._cancel):
                self.cancelled = True
                break
            first = first if first is not None else time.monotonic() - started
            count += 1
            yield word
            if self._fail:
                raise ModelError("the model stopped working", do="ask again")
        self.usage = Usage(
            prompt_tokens=self.usage.prompt_tokens,
            generated_tokens=count,
            first_token_s=first,
            total_s=time.monotonic() - started,
        )


class FakeChat:
    """A chat model with a script: answers in turn (the last one again and again), or a function of the prompt.

    `choices` maps a phrase of a prompt to the option that `score` prefers; without one it prefers the first.
    `delay_s` comes before every word and score. `fail` raises after the first word. Every prompt is kept in `prompts`.
    """

    name = "fake-chat"

    def __init__(
        self,
        script: Script = ("",),
        *,
        choices: Mapping[str, str] | None = None,
        delay_s: float = 0.0,
        fail: bool = False,
    ) -> None:
        self._script, self._choices, self._delay_s, self.fail = script, choices or {}, delay_s, fail
        self.prompts: list[Prompt] = []
        self.warmed: list[Prompt] = []
        self._said = 0

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 160, stop: Sequence[str] = (), cancel: Event | None = None
    ) -> FakeGeneration:
        """The next answer of the script, cut at `stop` and at `max_tokens` words."""
        self.prompts.append(prompt)
        text = self._next(prompt)
        for mark in stop:
            text = text.split(mark)[0] if mark else text
        words = re.findall(r"\s*\S+", text)
        text = text if len(words) <= max_tokens else "".join(words[:max_tokens])
        return FakeGeneration(text, len(text_of(prompt).split()), self._delay_s, cancel, self.fail)

    def score(self, prompt: Prompt, options: Sequence[str], *, cancel: Event | None = None) -> list[float]:
        """Nearly all weight on the option that `choices` names for this prompt."""
        self.prompts.append(prompt)
        if _cancelled_while_waiting(self._delay_s, cancel):
            raise Cancelled("the request was cancelled")
        if self.fail:
            raise ModelError("the model stopped working", do="ask again")
        text = text_of(prompt)
        named = [option for phrase, option in self._choices.items() if phrase in text and option in options]
        best = named[0] if named else options[0]
        rest = math.log(0.05 / (len(options) - 1)) if len(options) > 1 else 0.0
        return [math.log(0.95) if option == best else rest for option in options] if len(options) > 1 else [0.0]

    def hidden_state(self, prompt: Prompt, layer: int, *, cancel: Event | None = None) -> HiddenState | None:
        """None: this model has no layers."""
        return None

    def warm(self, prompt: Prompt, layer: int | None = None) -> None:
        """Only remembers that it was asked."""
        self.warmed.append(prompt)

    def _next(self, prompt: Prompt) -> str:
        if callable(self._script):
            return self._script(prompt)
        text = self._script[min(self._said, len(self._script) - 1)]
        self._said += 1
        return text


class FakeEmbedder:
    """A bag of hashed words, of length one: texts that share words are near."""

    name = "fake-embedder"

    def __init__(self, dims: int = 64) -> None:
        self.dims = dims

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> list[list[float]]:
        """A vector for each text; the same for a query and a passage."""
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        values = [0.0] * self.dims
        for word in re.findall(r"\w+", text.lower()) or [""]:
            digest = hashlib.sha256(word.encode()).digest()
            values[int.from_bytes(digest[:4], "little") % self.dims] += 1.0 if digest[4] % 2 else -1.0
        length = math.sqrt(sum(value * value for value in values))
        return [value / length for value in values] if length else [1.0, *values[1:]]


def _cancelled_while_waiting(delay_s: float, cancel: Event | None) -> bool:
    if cancel is None:
        time.sleep(delay_s)
        return False
    return cancel.wait(delay_s) if delay_s else cancel.is_set()
