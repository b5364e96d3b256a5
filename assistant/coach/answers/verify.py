"""Checks what a model said against the passages it was given, sentence by sentence, and finds each one's source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.coach.answers import facts
from assistant.handbook.models import Passage

LEAST_COVERAGE = 0.55  # share of an answer sentence's content words that its sources must hold


@dataclass(frozen=True)
class Support:
    """Where a sentence rests: (passage, sentence) pairs best first, the share of its words found, what is wrong."""

    rests_on: tuple[tuple[Passage, str], ...]
    coverage: float
    problem: str = ""

    @property
    def supported(self) -> bool:
        """Whether a person may rely on the sentence."""
        return not self.problem and bool(self.rests_on) and self.coverage >= LEAST_COVERAGE


class Checker:
    """Checks sentences against the passages of one answer; words of the question may be repeated freely."""

    def __init__(self, passages: Sequence[Passage], question: str) -> None:
        self.passages = tuple(passages)
        self._places = [(p, s) for p in passages for s in (*p.sentences, f"{p.title} - {p.heading}")]
        self._content = [facts.content(s) for _, s in self._places]
        everything = " ".join([question, *(f"{p.title} {p.heading} {p.text}" for p in passages)])
        self._numbers = facts.numbers(everything)
        self._words = facts.words(everything)
        self._months = facts.months(everything)
        self._addresses = facts.addresses(everything)
        self._asked = facts.content(question)

    def number_known(self, text: str) -> bool:
        """Whether every number in a stretch of text stands in the sources or the question."""
        return facts.hard_numbers(text) <= self._numbers

    def check(self, sentence: str) -> Support:
        """Numbers, months, addresses, names; then where the words stand; then what is denied there."""
        problem = ""
        unknown_names = {n for n in facts.names(sentence) if not {n, *n.replace("’", "-").split("-")} & self._words}
        if not self.number_known(sentence):
            problem = "a number that the sources do not hold"
        elif not facts.months(sentence) <= self._months:
            problem = "a month that the sources do not hold"
        elif not facts.addresses(sentence) <= self._addresses:
            problem = "an address that the sources do not hold"
        elif unknown_names:
            problem = f"a name that the sources do not hold ({min(unknown_names)})"
        rests_on, coverage = self._sources(sentence)
        if not problem and rests_on:
            problem = self._contradiction(sentence, rests_on[0][1])
        return Support(rests_on=rests_on, coverage=coverage, problem=problem)

    def _sources(self, sentence: str) -> tuple[tuple[tuple[Passage, str], ...], float]:
        mine = facts.content(sentence)
        if not mine:
            return (), 0.0
        wanted = facts.hard_numbers(sentence)
        left, chosen = set(mine), list[int]()
        for _ in range(3):  # at most three places hold a sentence up
            best = max(range(len(self._places)), key=lambda i: self._gain(i, left, wanted, len(mine)), default=None)
            if best is None or self._gain(best, left, wanted, len(mine)) <= (0.0 if not chosen else 1.0 / len(mine)):
                break
            chosen.append(best)
            left -= self._content[best]
            wanted = wanted - facts.numbers(self._places[best][1])
            if not left and not wanted:
                break
        missing = left - self._asked
        return tuple(self._places[i] for i in chosen), 1 - len(missing) / len(mine)

    def _gain(self, place: int, left: set[str], wanted: set[float], size: int) -> float:
        shared = len(self._content[place] & left)
        figures = len(wanted & facts.numbers(self._places[place][1])) if wanted else 0
        return (shared + 2 * figures) / size - 0.002 * len(self._content[place])

    def _contradiction(self, sentence: str, source: str) -> str:
        mine, theirs = facts.content(sentence), facts.content(source)
        close = len(mine & theirs) >= 0.6 * len(mine)
        if close and not facts.negated(sentence) and facts.denied_stems(source) & mine:
            return "the source denies this"
        denied = facts.denied_stems(sentence)
        if close and denied and not any(denied & facts.denied_stems(s) for _, s in self._places):
            return "a denial that the sources do not hold"
        return ""
