"""The real coach with a scripted model, search by words alone, and the clock stopped on 23 November 2026."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from assistant import paths
from assistant.coach.answers.answerer import Answerer
from assistant.coach.conversation import CoachConversation
from assistant.coach.probe import Head, Probe, digest
from assistant.coach.prompts import Prompts
from assistant.coach.replies.interpret import Interpreter
from assistant.coach.session import Parts
from assistant.flow.engine import Engine
from assistant.flow.load import load as load_flows
from assistant.flow.models import FlowSet
from assistant.handbook.corpus import Corpus, load_corpus
from assistant.handbook.search import HybridRetriever
from assistant.model.port import ChatModel
from assistant.record.state import Subject
from assistant.record.store import OpenRecord, RecordStore

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def clock() -> datetime:
    """Always the same moment: nothing may depend on seconds passing."""
    return NOW


@lru_cache(maxsize=1)
def corpus() -> Corpus:
    """The shipped corpus, read once."""
    return load_corpus()


@lru_cache(maxsize=1)
def flows() -> FlowSet:
    """The shipped flows, read once."""
    return load_flows(paths.shipped("flows"))


@lru_cache(maxsize=1)
def prompts() -> Prompts:
    """The shipped prompts."""
    return Prompts(paths.shipped("prompts"))


@lru_cache(maxsize=1)
def retriever() -> HybridRetriever:
    """Search by words: no embedder, so no index folder is ever touched."""
    return HybridRetriever(corpus(), None, Path("no-index"))


def probe(bias: float, weight: float) -> Probe:
    """A probe of one unit for the scripted model, whose heads read the same."""
    head = Head(bias=bias, weights=(weight,))
    heads = {"states": head, "leads": head}
    return Probe(model="scripted", prompt=digest(prompts().get("answer")), layer=0, heads=heads)


def answerer(chat: ChatModel | None) -> Answerer:
    """Answers over the shipped corpus, worded by the model that is given."""
    return Answerer(corpus(), retriever(), prompts(), lambda: chat, wording="model")


def interpreter(chat: ChatModel | None) -> Interpreter:
    """Reads replies with the shipped prompts."""
    return Interpreter(prompts(), lambda: chat)


def parts(chat: ChatModel | None, flow_set: FlowSet | None = None) -> Parts:
    """What all conversations share."""
    return Parts(Engine(flow_set or flows()), corpus(), answerer(chat), interpreter(chat), clock)


def create(folder: Path, subject: Subject) -> OpenRecord:
    """Begin a record in a folder of the test."""
    return RecordStore.create(folder, subject, f"{flows().journey.version} {flows().digest}", corpus().digest, clock)


def new_conversation(folder: Path, chat: ChatModel | None = None) -> CoachConversation:
    """A conversation without a record yet."""
    return CoachConversation(parts(chat), None, lambda subject: create(folder, subject))


def open_conversation(record: Path, chat: ChatModel | None = None) -> CoachConversation:
    """A conversation over a record that is there."""
    opened = RecordStore.open(record, clock)
    return CoachConversation(parts(chat), opened, lambda subject: create(record.parent, subject))
