"""Does the tasks of the schedule with the two models, each loaded at its first use."""

from __future__ import annotations

import base64
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel

from assistant.errors import ModelError
from assistant.model.messages import (
    Alive,
    Configure,
    Done,
    Embed,
    Generate,
    Hidden,
    Load,
    Loading,
    ModelFile,
    ModelKind,
    Piece,
    Ready,
    Score,
    Scores,
    Unloadable,
    Vectors,
    Warm,
)
from assistant.model.worker.chat import Chat, Count
from assistant.model.worker.embed import Encoder
from assistant.model.worker.llama import VERSION, Context, Model, Shape
from assistant.model.worker.schedule import Interrupted, Schedule, Task
from assistant.model.worker.states import StateFiles

_CHAT_STEP = 128
"""Tokens read at a time: what was read before a stop is kept."""
_CHAT_SEQUENCES = 2
"""The text, and a part of it while it is saved or loaded."""
_EMBED_STEP, _EMBED_BATCH, _EMBED_SEQUENCES = 512, 256, 16
"""A text has at most 512 tokens; several short ones share a batch of 256, so that a question waits little."""


class Service:
    """Answers tasks; `send` takes the replies."""

    def __init__(self, settings: Configure, schedule: Schedule, send: Callable[[BaseModel], None]) -> None:
        self._settings, self._schedule, self._send = settings, schedule, send
        self._chat: Chat | None = None
        self._encoder: Encoder | None = None

    def do(self, task: Task) -> None:
        """Answer one task, or put it back when it had to give way; ModelError when it cannot be done."""
        count = Count()
        try:
            if task.cancelled:
                raise Interrupted
            self._answer(task, count)
        except Interrupted:
            if task.cancelled:
                self._done(task, count, cancelled=True)
            else:
                self._schedule.put_back(task)

    def _answer(self, task: Task, count: Count) -> None:
        match task.job:
            case Load(what=what):
                self._chat_model() if what == "chat" else self._embedding_model()
                self._done(task, count)
            case Generate() as job:
                for text in self._chat_model().generate(job.prompt, job.max_tokens, job.stop, count):
                    self._send(Piece(id=job.id, text=text))
                self._done(task, count)
            case Score() as job:
                values = self._chat_model().score(job.prompt, job.options, count)
                scores = Scores(id=job.id, values=tuple(values))
                read = {"prompt_tokens": count.prompt, "reused_tokens": count.reused}
                self._send(scores.model_copy(update=read))
            case Hidden() as job:
                vector = self._chat_model().hidden_state(job.prompt, job.layer, count)
                if vector is not None:
                    data = base64.b64encode(vector.astype("<f4").tobytes()).decode()
                    self._send(Vectors(id=job.id, start=0, count=1, data=data))
                self._done(task, count)
            case Warm() as job:
                self._chat_model().warm(job.prompt, job.layer)
                self._done(task, count)
            case Embed() as job:
                self._embed(task, job)

    def _done(self, task: Task, count: Count, *, cancelled: bool = False) -> None:
        self._send(
            Done(
                id=task.job.id,
                cancelled=cancelled,
                prompt_tokens=count.prompt,
                reused_tokens=count.reused,
                generated_tokens=count.generated,
            )
        )

    def _embed(self, task: Task, job: Embed) -> None:
        """Send vectors batch by batch; `next_text` remembers how far a task came that has to give way."""
        encoder = self._embedding_model()
        while task.next_text < len(job.texts):
            batch: list[list[int]] = []
            for text in job.texts[task.next_text : task.next_text + _EMBED_SEQUENCES]:
                tokens = encoder.tokens(text, job.kind)
                if batch and sum(map(len, batch)) + len(tokens) > _EMBED_BATCH:
                    break
                batch.append(tokens)
            data = base64.b64encode(encoder.vectors(batch).tobytes()).decode()
            self._send(Vectors(id=job.id, start=task.next_text, count=len(batch), data=data))
            task.next_text += len(batch)
            if self._schedule.stop_now and task.next_text < len(job.texts):
                raise Interrupted
        self._done(task, Count())

    def _between_steps(self) -> None:
        """Between two steps of a generation: say that we live, and embed a query that waits (some milliseconds)."""
        self._send(Alive())
        while self._encoder and not self._schedule.stop_now and (task := self._schedule.take_query()):
            self.do(task)

    def _chat_model(self) -> Chat:
        if self._chat is None:
            with self._loading("chat"):
                self._chat = self._load_chat(_installed(self._settings.chat))
        return self._chat

    def _embedding_model(self) -> Encoder:
        if self._encoder is None:
            with self._loading("embedding"):
                model = self._load("embedding", _installed(self._settings.embedding))
                shape = Shape(_EMBED_STEP, _EMBED_STEP, _EMBED_SEQUENCES, self._settings.threads, embedding=True)
                self._encoder = Encoder(model, Context(model, shape, self._schedule.must_stop()))
        return self._encoder

    def _load_chat(self, file: ModelFile) -> Chat:
        settings = self._settings
        model = self._load("chat", file)
        shape = Shape(min(settings.context, model.trained_context), _CHAT_STEP, _CHAT_SEQUENCES, settings.threads)
        states = StateFiles(Path(settings.states_dir), settings.states_bytes, file.key, VERSION, str(_CHAT_STEP))
        context = Context(model, shape, self._schedule.must_stop())
        return Chat(model, context, file.path, states, self._between_steps)

    def _load(self, what: ModelKind, file: ModelFile) -> Model:
        return Model(Path(file.path), lambda percent: self._send(Loading(what=what, percent=percent)))

    @contextmanager
    def _loading(self, what: ModelKind) -> Generator[None]:
        """Tell how the loading of a model ends."""
        try:
            yield
        except ModelError as error:
            self._send(Unloadable(what=what, reason=error.sentence()))
            raise
        self._send(Ready(what=what))


def _installed(file: ModelFile | None) -> ModelFile:
    if file is None:
        raise ModelError("no such model is installed", do="run `coach model pull`")
    return file
