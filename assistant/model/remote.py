"""An OpenAI-compatible server as the chat model: streaming, time limits, retries, cancel. No key ends up in text."""

from __future__ import annotations

import math
import os
import queue
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from assistant.errors import ModelError
from assistant.model.client import Status
from assistant.model.messages import ModelKind
from assistant.model.port import Cancelled, HiddenState, Prompt, Usage
from assistant.settings import ServerSettings

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
    from openai.types.completion_usage import CompletionUsage

_POLL_S = 0.02
_RETRIES = 2
_ALTERNATIVES = 20
_CANNOT = {400, 422, 500, 501}
"""What servers answer that cannot give log-probabilities."""
_UNSEEN = 2.0
"""How far below the least likely token that the server showed an option that it did not show is put (log scale)."""

Listener = Callable[[ModelKind, Status], None]


class RemoteChat:
    """The chat model of a server. Nothing is asked of it before the first use."""

    def __init__(self, server: ServerSettings) -> None:
        """ModelError when the address is none, or the variable named for the key is not set."""
        parts = urlsplit(server.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ModelError(
                "the address of the model server is not an http address",
                do="set server.url, e.g. http://localhost:8000/v1",
            )
        self._where = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        self._server = server
        if server.key_env and not os.environ.get(server.key_env):
            raise ModelError(
                f"the key of the model server is not set, {server.key_env} is empty", do="set that variable"
            )
        self._made: OpenAI | None = None
        self._gives_logprobs = True
        self._status = Status("ready", 100)
        self._listener: Listener | None = None

    @property
    def name(self) -> str:
        """The model's name on the server."""
        return self._server.model

    def status(self) -> Status:
        """Ready until a request has failed, and again after one has not."""
        return self._status

    def listen(self, listener: Listener | None) -> None:
        """Have changes of status told."""
        self._listener = listener

    def close(self) -> None:
        """Close the connections."""
        if self._made:
            self._made.close()

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 160, stop: Sequence[str] = (), cancel: Event | None = None
    ) -> RemoteGeneration:
        """Generate greedily on the server."""

        def start() -> Iterator[ChatCompletionChunk]:
            return self._client().chat.completions.create(
                model=self._server.model,
                messages=_messages(prompt),
                max_tokens=max_tokens,
                temperature=0,
                stop=list(stop) or None,
                stream=True,
                stream_options={"include_usage": True},
            )

        return RemoteGeneration(start, self._explain, self._well, cancel or Event())

    def score(self, prompt: Prompt, options: Sequence[str], *, cancel: Event | None = None) -> list[float]:
        """By the log-probabilities of the first token where the server gives them, else by asking for one option."""
        return _cancellable(lambda: self._scores(prompt, options), cancel)

    def hidden_state(self, prompt: Prompt, layer: int, *, cancel: Event | None = None) -> HiddenState | None:
        """A server does not tell what its model holds."""
        return None

    def warm(self, prompt: Prompt, layer: int | None = None) -> None:
        """A server keeps its own cache: nothing to do."""

    def _scores(self, prompt: Prompt, options: Sequence[str]) -> list[float]:
        from openai import APIStatusError, OpenAIError

        try:
            if self._gives_logprobs:
                try:
                    seen = self._first_tokens(prompt)
                except APIStatusError as error:
                    if error.status_code not in _CANNOT:
                        raise
                    seen = {}
                if found := weigh(options, seen):
                    self._well()
                    return found
                self._gives_logprobs = bool(seen)
            said = self._one_of(prompt, options)
        except OpenAIError as error:
            raise self._explain(error) from None
        self._well()
        return _certain(options, said)

    def _first_tokens(self, prompt: Prompt) -> dict[str, float]:
        once = self._client().with_options(max_retries=0)
        answer = once.chat.completions.create(
            model=self._server.model,
            messages=_messages(prompt),
            max_tokens=1,
            temperature=0,
            logprobs=True,
            top_logprobs=_ALTERNATIVES,
        )
        content = answer.choices[0].logprobs.content if answer.choices and answer.choices[0].logprobs else None
        return {top.token: top.logprob for top in content[0].top_logprobs} if content else {}

    def _one_of(self, prompt: Prompt, options: Sequence[str]) -> str:
        listed = "\n".join(f"- {option}" for option in options)
        ask = f"Reply with exactly one of these lines, without the dash, and nothing else:\n{listed}"
        answer = self._client().chat.completions.create(
            model=self._server.model,
            messages=[*_messages(prompt), {"role": "user", "content": ask}],
            max_tokens=max(8, max(len(option) for option in options)),
            temperature=0,
        )
        return (answer.choices[0].message.content or "") if answer.choices else ""

    def _client(self) -> OpenAI:
        if self._made is None:
            from openai import OpenAI

            # always a key of our own choice: the client would else take OPENAI_API_KEY and send it to this server
            key = os.environ.get(self._server.key_env or "") or "none"
            server = self._server
            self._made = OpenAI(base_url=server.url, api_key=key, timeout=server.timeout_s, max_retries=_RETRIES)
        return self._made

    def _well(self) -> None:
        self._tell(Status("ready", 100))

    def _explain(self, error: Exception) -> ModelError:
        """An error of the client library in our words; its own text may hold part of the key and is left out."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        what, do = "the model server gave an answer that cannot be read", "check that it speaks the OpenAI protocol"
        if isinstance(error, APITimeoutError):
            what, do = f"the model server did not answer within {self._server.timeout_s:g} s", "try again"
        elif isinstance(error, APIConnectionError):
            what, do = "the model server cannot be reached", "check that it is running and server.url is right"
        elif isinstance(error, APIStatusError):
            what, do = f"the model server refused the request (code {error.status_code})", "try again later"
            if error.status_code in (401, 403):
                do = f"check the key in {self._server.key_env or 'server.key_env'}"
            elif error.status_code == 404:
                do = f"check server.url and that the server has the model {self._server.model}"
            elif error.status_code in (400, 413, 422):
                do = "shorten the text, or use a model that can see more"
        failed = ModelError(what, where=self._where, do=do)
        self._tell(Status("stopped", reason=failed.sentence()))
        return failed

    def _tell(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            if self._listener:
                self._listener("chat", status)


class RemoteGeneration:
    """A generation on the server: read by a thread of its own, so that the caller is let go as soon as it cancels."""

    def __init__(
        self,
        start: Callable[[], Iterator[ChatCompletionChunk]],
        explain: Callable[[Exception], ModelError],
        well: Callable[[], None],
        cancel: Event,
    ) -> None:
        self.usage, self.cancelled = Usage(), False
        self._start, self._explain, self._well, self._cancel = start, explain, well, cancel
        self._left = Event()
        self._began = time.monotonic()
        self._inbox: queue.SimpleQueue[str | CompletionUsage | Exception | None] = queue.SimpleQueue()
        Thread(target=self._pump, daemon=True, name="server-reader").start()

    def __iter__(self) -> Iterator[str]:
        pieces = 0
        try:
            while True:
                if self._cancel.is_set():
                    self.cancelled = True
                    return
                try:
                    got = self._inbox.get(timeout=_POLL_S)
                except queue.Empty:
                    continue
                if got is None:
                    self._well()
                    return
                if isinstance(got, Exception):
                    raise got if isinstance(got, ModelError) else self._explain(got)
                if isinstance(got, str):
                    if not pieces:
                        self.usage = replace(self.usage, first_token_s=time.monotonic() - self._began)
                    pieces += 1
                    self.usage = replace(self.usage, generated_tokens=pieces)
                    yield got
                else:
                    self._count(got)
        except GeneratorExit:
            self.cancelled = True
            raise
        finally:
            self._left.set()
            self.usage = replace(self.usage, total_s=time.monotonic() - self._began)

    def _count(self, usage: CompletionUsage) -> None:
        cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else 0
        self.usage = replace(
            self.usage,
            prompt_tokens=usage.prompt_tokens,
            reused_tokens=cached or 0,
            generated_tokens=usage.completion_tokens,
        )

    def _pump(self) -> None:
        try:
            chunks, begun = self._start(), False
            for chunk in chunks:
                if self._left.is_set() or self._cancel.is_set():
                    with suppress(Exception):
                        chunks.close()  # type: ignore[attr-defined]
                    return
                begun = begun or any(choice.finish_reason or choice.delta.content for choice in chunk.choices)
                if chunk.choices and (text := chunk.choices[0].delta.content):
                    self._inbox.put(text)
                if chunk.usage:
                    self._inbox.put(chunk.usage)
            self._inbox.put(None if begun else _no_answer())
        except Exception as error:
            self._inbox.put(error)


def _no_answer() -> ModelError:
    do = "shorten the text, or look at the server's own log"
    return ModelError("the model server ended its answer before it began", do=do)


def weigh(options: Sequence[str], seen: dict[str, float]) -> list[float]:
    """Log-probabilities of options from those of first tokens; empty when no token tells an option from the others."""
    found: dict[int, float] = {}
    for token, logprob in seen.items():
        start = token.strip().lower()
        fits = [index for index, option in enumerate(options) if start and option.lower().startswith(start)]
        if len(fits) == 1:
            found[fits[0]] = max(logprob, found.get(fits[0], -math.inf))
    if not found:
        return []
    floor = min(seen.values()) - _UNSEEN
    return _normalised([found.get(index, floor) for index in range(len(options))])


def _certain(options: Sequence[str], said: str) -> list[float]:
    """Nine tenths for the option that was said, or all alike when it was none of them."""
    plain = re.sub(r"[^\w]+", " ", said).strip().lower()
    weights = [0.0] * len(options)
    for index, option in enumerate(options):
        if re.sub(r"[^\w]+", " ", option).strip().lower() == plain:
            weights[index] = math.log(9.0 * max(1, len(options) - 1))
            break
    return _normalised(weights)


def _normalised(weights: Sequence[float]) -> list[float]:
    top = max(weights)
    total = top + math.log(sum(math.exp(weight - top) for weight in weights))
    return [weight - total for weight in weights]


def _messages(prompt: Prompt) -> list[ChatCompletionMessageParam]:
    plain = [
        {"role": message.role, "content": "".join(part.text for part in message.parts)} for message in prompt.messages
    ]
    return cast("list[ChatCompletionMessageParam]", plain)


def _cancellable(work: Callable[[], list[float]], cancel: Event | None) -> list[float]:
    """Do `work` in a thread; Cancelled as soon as `cancel` is set, whatever the thread still waits for."""
    outcome: queue.SimpleQueue[list[float] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put(work())
        except Exception as error:
            outcome.put(error)

    Thread(target=run, daemon=True, name="server-score").start()
    while True:
        if cancel and cancel.is_set():
            raise Cancelled("the request was cancelled")
        with suppress(queue.Empty):
            got = outcome.get(timeout=_POLL_S)
            if isinstance(got, Exception):
                raise got
            return got
