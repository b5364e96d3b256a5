"""The answer to a question: what `coach ask --json` prints. Fields may be added, never changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cited(_Data):
    """One source of an answer. `quote` are words of our rendering of the handbook, or of the person's document."""

    n: int
    section: str
    title: str
    passage: str
    quote: str
    where: str


class CheckedSentence(_Data):
    """A sentence of the answer, the sources it rests on, and whether the check found it supported."""

    text: str
    cites: tuple[int, ...]
    supported: bool


class Timings(_Data):
    """Seconds from the moment the question was handed over; tokens of the prompt, and how many were reused."""

    retrieval_s: float = 0.0
    first_token_s: float = 0.0
    total_s: float = 0.0
    prompt_tokens: int = 0
    reused_tokens: int = 0


class HandbookAnswer(_Data):
    """A whole answer. `answer` carries [n] marks.

    `how` says what made it: data, handbook (its paragraphs), model, quotation, refusal, or own (the person's
    documents alone); `found` is not checked yet, `stopped` will not be.
    """

    id: str | None = None
    question: str
    answer: str
    abstained: bool
    language: str = "en"  # of the answer: our corpus is in English
    asked_in: str = "en"  # of the question
    read_as: str | None = None  # the question as it was read, where it leaned on the one before
    citations: tuple[Cited, ...] = ()
    sections: tuple[str, ...] = ()
    own_sections: tuple[str, ...] = ()  # the person's documents that are quoted, as `own:name`
    sentences: tuple[CheckedSentence, ...] = ()
    notes: tuple[str, ...] = ()
    model: str | None = None
    timings: Timings = Timings()
    how: str = "model"
    prompt: str | None = None
    check: float | None = None  # log-odds of the model's "yes, the text states it", where it was asked
    check_by: str | None = None  # what they were read from: a probe of its layers, or its next word
    stopped: bool = False


@dataclass(frozen=True)
class Ask:
    """A question and what is known about its setting."""

    question: str
    audience: str | None = None
    step: str | None = None
    id: str | None = None
    about: str | None = None  # section cited last, for follow-ups
    before: str | None = None  # the question asked last, as it was read

    def after(self, answer: HandbookAnswer) -> Ask:
        """What the next question can lean on once this one is answered; its own words are still to come."""
        about = answer.citations[0].section if answer.citations else self.about
        return replace(self, question="", about=about, before=answer.read_as or self.question)


@dataclass(frozen=True)
class Words:
    """Words of the answer as they come, not yet checked as a whole."""

    text: str


@dataclass(frozen=True)
class Found:
    """The closest words of the handbook, to be shown while the model checks whether they hold what was asked for."""

    answer: HandbookAnswer


Piece = Found | Words | HandbookAnswer  # what an answer comes as
