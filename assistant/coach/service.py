"""The coach put together: settings, corpus, flows, models, records. Heavy parts are loaded when first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import paths
from assistant.coach.answers.answerer import Answerer
from assistant.coach.answers.own import OwnWords
from assistant.coach.conversation import CoachConversation
from assistant.coach.prompts import Prompts
from assistant.coach.replies.interpret import Interpreter
from assistant.coach.session import Parts
from assistant.coach.turns import ModelStatus, RecordView
from assistant.errors import CoachError
from assistant.flow.engine import Engine
from assistant.flow.load import load as load_flows
from assistant.flow.models import FlowSet
from assistant.handbook.corpus import Corpus, load_corpus
from assistant.handbook.own.library import own_retriever
from assistant.handbook.search import HybridRetriever
from assistant.record.state import Subject
from assistant.record.store import Clock, OpenRecord, RecordStore, system_clock
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.model.client import Status
    from assistant.model.open import Models
    from assistant.model.port import ChatModel


class CoachService:
    """The coach as a front end sees it (see `Coach`)."""

    def __init__(self, settings: Settings, *, clock: Clock = system_clock, models: Models | None = None) -> None:
        self.settings, self.clock = settings, clock
        self._models = models
        self._parts: Parts | None = None
        self._retriever: HybridRetriever | None = None
        self._own: HybridRetriever | None = None  # over the person's documents, where there are any
        self._status = ModelStatus("stopped", "The model has not been started.")
        self._lock = threading.RLock()
        self._closed = False

    # -- parts, each made once ----------------------------------------------------------------------------------------

    def parts(self) -> Parts:
        """Flows, corpus, readers; made at the first call (some tenths of a second)."""
        with self._lock:
            if self._parts is None:
                self._parts = self._assemble()
            return self._parts

    @property
    def retriever(self) -> HybridRetriever:
        """The search over the corpus."""
        self.parts()
        assert self._retriever is not None
        return self._retriever

    def _assemble(self) -> Parts:
        flows: FlowSet = load_flows(paths.shipped("flows"), self.settings.flows)
        corpus: Corpus = load_corpus(self.settings.knowledge)
        prompts = Prompts(paths.shipped("prompts"), self.settings.prompts)
        models = self.models()
        self._retriever = HybridRetriever(corpus, models.embedder, paths.index_dir())
        self._own = own_retriever(models.embedder)
        answerer = Answerer(
            corpus,
            self._retriever,
            prompts,
            self.chat,
            self.settings.answer_tokens,
            self.settings.wording,
            OwnWords(self._own, prompts, self.chat) if self._own else None,
        )
        return Parts(Engine(flows), corpus, answerer, Interpreter(prompts, self.chat), self.clock)

    def models(self) -> Models:
        """The models that the settings name; nothing is loaded by asking."""
        with self._lock:
            if self._models is None:
                from assistant.model.open import open_models

                self._models = open_models(self.settings)
            return self._models

    def chat(self) -> ChatModel | None:
        """The chat model, or None while there is none."""
        return self.models().chat

    # -- what a front end asks for -------------------------------------------------------------------------------------

    def records(self) -> list[RecordView]:
        """All records, the last changed first."""
        views = [self._view(path) for path in RecordStore.records(self.settings.records_dir())]
        return sorted(views, key=lambda v: v.changed, reverse=True)

    def _view(self, path: Path) -> RecordView:
        try:
            loaded = RecordStore.read(path)
        except CoachError as error:
            return RecordView(path, path.stem, "", "", 0, 0, problem=error.sentence())
        state = loaded.state
        return RecordView(
            path=path,
            organisation=state.subject.organisation,
            audience=state.subject.audience,
            changed=loaded.events[-1].at,
            looked_at=sum(not a.set_aside for a in state.journey.answers.values()),
            open_actions=sum(a.state == "open" for a in state.actions),
        )

    def new(self) -> CoachConversation:
        """A conversation without a record yet."""
        return CoachConversation(self.parts(), None, self._create)

    def open(self, record: Path) -> CoachConversation:
        """A conversation over a record."""
        parts = self.parts()
        return CoachConversation(parts, RecordStore.open(record, self.clock), self._create)

    def _create(self, subject: Subject) -> OpenRecord:
        parts = self.parts()
        flows = parts.engine.flows
        version = f"{flows.journey.version} {flows.digest}"
        return RecordStore.create(self.settings.records_dir(), subject, version, parts.corpus.digest, self.clock)

    # -- loading -------------------------------------------------------------------------------------------------------

    def load(self, listener: Callable[[ModelStatus], None]) -> None:
        """Start models and index in the background; problems become a status, never an exception."""
        threading.Thread(target=self._load, args=(listener,), name="coach-load", daemon=True).start()

    def prepare(self, listener: Callable[[ModelStatus], None] = lambda _: None, *, read_ahead: bool = False) -> None:
        """Load models and index now; errors of the index are `CoachError`. Without models, search goes by words.

        `read_ahead`: have the model read the corpus whenever it has nothing else to do (minutes, once).
        """
        self.parts()
        models = self.models()
        models.listen(lambda kind, status: self._tell(_told(kind, status), listener) if kind == "chat" else None)
        models.preload()
        if models.embedder is not None:
            for retriever in filter(None, (self.retriever, self._own)):
                retriever.prepare(
                    lambda done, total: self._tell(
                        ModelStatus("indexing", f"Building the index: {done} of {total}", done / max(1, total)),
                        listener,
                    )
                )
        if models.chat is not None:
            if read_ahead:
                self.parts().answerer.read_ahead()
            self.parts().answerer.warm_up()
            self.parts().interpreter.warm_up()
            self._tell(ModelStatus("ready", f"Ready ({models.chat.name})"), listener)
        else:
            self._tell(ModelStatus("none", models.reason or "No model: answers quote the handbook."), listener)

    def _load(self, listener: Callable[[ModelStatus], None]) -> None:
        try:
            self.prepare(listener, read_ahead=self.settings.read_ahead)
        except CoachError as error:
            if not self._closed:
                self._tell(ModelStatus("failed", error.sentence()), listener)

    def _tell(self, status: ModelStatus, listener: Callable[[ModelStatus], None]) -> None:
        self._status = status
        listener(status)

    def status(self) -> ModelStatus:
        """What the model is doing."""
        return self._status

    def close(self) -> None:
        """Stop the models and let go of the index."""
        self._closed = True
        for retriever in filter(None, (self._retriever, self._own)):
            retriever.close()
        if self._models:
            self._models.close()


def _told(kind: str, status: Status) -> ModelStatus:
    """The model room's status as a front end shows it."""
    match status.state:
        case "ready":
            return ModelStatus("ready", "Ready.")
        case "starting" | "loading":
            return ModelStatus("loading", f"Loading the {kind} model: {status.percent} %", status.percent / 100)
        case "not installed":
            return ModelStatus("none", status.reason or "No model is installed.")
        case _:
            return ModelStatus("stopped", status.reason or "The model is stopped.")
