"""The form of an answer: lines and the passages they rest on become marked text, citations, notes and timings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from assistant.coach.answers import languages
from assistant.coach.answers.direct import Directories
from assistant.coach.answers.lines import Line
from assistant.coach.answers.models import Ask, CheckedSentence, Cited, HandbookAnswer, Timings
from assistant.coach.answers.question import Understood
from assistant.handbook.corpus import Corpus
from assistant.handbook.models import Passage
from assistant.model.port import Usage

_QUOTE = 320  # characters of a source's quotation


@dataclass
class Work:
    """One question while it is being answered."""

    ask: Ask
    asked: Understood
    language: str = "en"  # of the question
    start: float = field(default_factory=perf_counter)
    retrieval_s: float = 0.0
    first_s: float = 0.0
    labels: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)
    notes: list[str] = field(default_factory=list)
    model: str | None = None
    prompt: str | None = None
    check: float | None = None  # log-odds of the model's check
    check_by: str | None = None
    stopped: bool = False
    halted: bool = False

    def elapsed(self) -> float:
        """Seconds since the question was handed over."""
        return perf_counter() - self.start

    def first(self) -> None:
        """Note the moment of the first word."""
        self.first_s = self.first_s or self.elapsed()


class Maker:
    """Makes answers over one corpus."""

    def __init__(self, corpus: Corpus, directories: Directories) -> None:
        self._corpus, self._directories = corpus, directories

    def made(
        self, work: Work, lines: Sequence[Line], how: str, abstained: bool = False, dropped: Sequence[str] = ()
    ) -> HandbookAnswer:
        """The answer as it stands; `dropped` are sentences of the model that nothing supports."""
        numbers: dict[str, int] = {}
        cited: list[Cited] = []
        lead = languages.lead(work.language, refused=abstained)
        told: list[str] = [f"{lead}\n\n"] if lead else []
        sentences: list[CheckedSentence] = []
        for line in lines:
            cites: list[int] = []
            for passage, quote in line.rests_on[:2]:
                if passage.id not in numbers:
                    numbers[passage.id] = len(numbers) + 1
                    cited.append(_cited(numbers[passage.id], passage, quote))
                cites.append(numbers[passage.id])
            marks = "".join(f" [{n}]" for n in dict.fromkeys(cites))
            gap = "" if not sentences else "\n\n" if line.paragraph else "\n" if line.text.startswith("- ") else " "
            told.append(gap + _marked(line.text, marks))
            sentences.append(CheckedSentence(text=line.text, cites=tuple(dict.fromkeys(cites)), supported=True))
        sentences += [CheckedSentence(text=s, cites=(), supported=False) for s in dropped]
        text = "".join(told)
        if cited and not abstained and self._is_dated(work, lines):
            text += " (Information of 2012.)"
        successors = self._successors(" ".join(line.text for line in lines) + " " + work.asked.text)
        return HandbookAnswer(
            id=work.ask.id,
            question=work.ask.question,
            answer=text,
            abstained=abstained,
            citations=tuple(cited),
            sections=work.labels,
            sentences=tuple(sentences),
            asked_in=work.language,
            read_as=work.asked.text if work.ask.before and work.asked.text != work.ask.question else None,
            notes=(*work.notes, *successors),
            model=work.model,
            timings=self.timings(work),
            how=how,
            prompt=work.prompt,
            check=None if work.check is None else round(work.check, 4),
            check_by=work.check_by,
            stopped=work.stopped,
        )

    def _is_dated(self, work: Work, lines: Sequence[Line]) -> bool:
        text = " ".join([work.asked.text, *(line.text for line in lines)])
        return bool(self._directories.money.instruments(text)) or bool(re.search(r"€|\bEUR\b|\bfund|\bgrant", text))

    def _successors(self, text: str) -> list[str]:
        rows = self._corpus.successors.for_(text)
        return [
            f"{r.in_2012}, since then: {'; '.join(t for t in (r.then_2014_2020, r.now_2021_2027) if t)} "
            f"(source: {r.source}; checked {r.checked.isoformat()})."
            for r in rows[:2]
        ]

    def timings(self, work: Work) -> Timings:
        """What the answer cost until now."""
        return Timings(
            retrieval_s=round(work.retrieval_s, 4),
            first_token_s=round(work.first_s, 4),
            total_s=round(work.elapsed(), 4),
            prompt_tokens=work.usage.prompt_tokens,
            reused_tokens=work.usage.reused_tokens,
        )


def _marked(text: str, marks: str) -> str:
    """A sentence with its source marks before the stop."""
    return f"{text[:-1]}{marks}{text[-1]}" if text[-1:] in ".!?:" else f"{text}{marks}"


def _cited(n: int, passage: Passage, quote: str) -> Cited:
    short = quote if len(quote) <= _QUOTE else quote[: _QUOTE - 1].rsplit(" ", 1)[0] + "…"
    return Cited(
        n=n, section=passage.section, title=passage.title, passage=passage.id, quote=short, where=passage.source
    )
