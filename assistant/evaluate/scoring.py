"""How one answer did: right, wrong or refused; the sections it found; its citations and sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.evaluate.plaintext import normalised, says_missing, stands_in
from assistant.evaluate.questions import Question

Outcome = Literal[
    "right",
    "wrong",
    "wrongly refused",
    "refused rightly",
    "said in words only",
    "answered though unanswerable",
    "no answer",
]
ANSWERABLE: tuple[Outcome, ...] = ("right", "wrong", "wrongly refused", "no answer")
UNANSWERABLE: tuple[Outcome, ...] = (
    "refused rightly",
    "said in words only",
    "answered though unanswerable",
    "no answer",
)
_OWN = "own/"  # passages of the person's documents: not of the corpus
_MARK = re.compile(r"\[(\d{1,2})\]")


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ToldCitation(_Told):
    """A source of an answer."""

    n: int = 0
    section: str = ""
    passage: str = ""
    quote: str = ""


class ToldSentence(_Told):
    """A sentence and whether the coach's own check found it supported."""

    text: str
    supported: bool = True


class ToldTimings(_Told):
    """Seconds from the question."""

    first_token_s: float | None = None
    total_s: float | None = None


class Told(_Told):
    """What is scored of an answer: an object of `coach ask --json`, of this version or of another."""

    id: str
    answer: str
    abstained: bool
    sections: tuple[str, ...] = ()
    citations: tuple[ToldCitation, ...] = ()
    sentences: tuple[ToldSentence, ...] = ()
    timings: ToldTimings = ToldTimings()
    how: str = "not told"
    model: str | None = None
    check: float | None = None
    check_by: str | None = None


class Score(BaseModel):
    """How one answer did. `why` names the regexes that were missing or that should not have matched."""

    model_config = ConfigDict(frozen=True)
    id: str
    kind: str
    file: str = ""
    answerable: bool
    outcome: Outcome
    why: tuple[str, ...] = ()
    in_first_five: bool = False
    first: bool = False
    cited: bool = False
    citations: int = 0
    own_citations: int = 0  # of the person's documents: not held against the corpus
    empty_quotes: int = 0
    unknown_passages: int = 0
    strange_quotes: int = 0  # not found in the passage they name
    loose_marks: int = 0  # [n] in the answer without a source n
    sentences: int = 0
    unsupported: int = 0
    left_in: int = 0  # sentences without support that still stand in the answer
    first_token_s: float | None = None
    total_s: float | None = None
    how: str = "not told"  # data, handbook, model, quotation, refusal, own
    check: float | None = None  # log-odds of the model's check, where it was asked
    question: Question = Field(exclude=True)
    text: str = Field(default="", exclude=True)

    @property
    def good(self) -> bool:
        """Right, or refused where there is nothing to answer."""
        return self.outcome in ("right", "refused rightly")


def score(question: Question, told: Told | None, passages: Mapping[str, str] | None = None, file: str = "") -> Score:
    """Score one answer (None: there was none); `passages` of the corpus is id to text, if known."""
    if told is None:
        return Score(
            id=question.id,
            kind=question.kind,
            file=file,
            answerable=not question.abstain,
            outcome="no answer",
            question=question,
        )
    text = normalised(told.answer)
    missing = tuple(f"missing: {r.pattern}" for r in question.must if not r.search(text))
    present = tuple(f"must not: {r.pattern}" for r in question.must_not if r.search(text))
    dropped = [s.text for s in told.sentences if not s.supported]
    handbook = [c for c in told.citations if not c.passage.startswith(_OWN)]
    known = passages if passages is not None else {c.passage: c.quote for c in handbook}
    quotes = [(c.passage, " ".join(c.quote.split())) for c in handbook]
    numbers = {str(c.n) for c in told.citations}
    return Score(
        id=question.id,
        kind=question.kind,
        file=file,
        answerable=not question.abstain,
        outcome=_outcome(question, told.abstained, text, bool(missing), bool(present)),
        why=missing + present,
        in_first_five=_covers(question, told.sections[:5]),
        first=told.sections[:1] != () and told.sections[0] in question.sections,
        cited=_covers(question, [c.section for c in told.citations]),
        citations=len(told.citations),
        own_citations=len(told.citations) - len(handbook),
        empty_quotes=sum(not quote for _, quote in quotes),
        unknown_passages=sum(passage not in known for passage, _ in quotes),
        strange_quotes=sum(p in known and not stands_in(q, known[p]) for p, q in quotes if q),
        loose_marks=sum(n not in numbers for n in _MARK.findall(told.answer)),
        sentences=len(told.sentences),
        unsupported=len(dropped),
        left_in=sum(stands_in(s, told.answer) for s in dropped),
        first_token_s=told.timings.first_token_s,
        total_s=told.timings.total_s,
        how=told.how,
        check=told.check,
        question=question,
        text=told.answer,
    )


def _outcome(question: Question, abstained: bool, text: str, missing: bool, present: bool) -> Outcome:
    if not question.abstain:
        return "wrongly refused" if abstained else "wrong" if missing or present else "right"
    if present:
        return "answered though unanswerable"
    if abstained:
        return "refused rightly"
    return "said in words only" if says_missing(text) else "answered though unanswerable"


def _covers(question: Question, sections: Sequence[str]) -> bool:
    test = all if question.all_sections else any
    return bool(question.sections) and test(s in sections for s in question.sections)
