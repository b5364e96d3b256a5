"""Decides whether the very detail asked for stands in the text: people ask near misses of what a handbook says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.coach.answers import facts
from assistant.coach.answers.question import Understood
from assistant.coach.answers.tell import Chosen, says_not_given
from assistant.handbook.models import Passage

# Fitted on questions over the whole handbook (docs/EVALUATION.md):
LEAST_CHECK = -2.4  # of the model's check, under which the detail counts as missing
LENIENCY = 0.8  # how much lower it may be for questions that the model is known to judge too hard
MISSING = 0.7  # taken from the check for a paragraph on what is left out that comes as close as the best one
LEAST_KNOWN = 0.34  # share of the question's content words that the text must know

_PROGRAMME = re.compile(
    r"(?<!^)\b([A-Z][\w]+)\+?(?:\s+[\w-]+){0,2}\s+(?:grants?|programmes?|funds?|schemes?|calls?|accelerator)\b"
)
_ENGLISH = re.compile(r"\b(?:the|what|how|is|are|do|does|of|for|who|why|to|which|when|where|can|me|my|we|our)\b", re.I)


@dataclass(frozen=True)
class Verdict:
    """Whether to answer, and why not."""

    answer: bool
    because: str = ""


def before_model(asked: Understood, chosen: Chosen, vocabulary: set[str]) -> Verdict:
    """What can be told without the model: words nobody knows, or no value of the kind asked for."""
    if not chosen.hits:
        return Verdict(False, "nothing found")
    wanted = facts.content(asked.text)
    english = _ENGLISH.search(asked.text) is not None  # other languages share few words with the corpus
    if english and wanted and len(wanted & vocabulary) / len(wanted) < LEAST_KNOWN:
        return Verdict(False, "the handbook is not about this")
    strange = _strangers(asked.text, chosen.passages, vocabulary)
    if strange:
        return Verdict(False, f"the handbook does not speak of {strange}")
    if not chosen.holds_value:
        return Verdict(False, f"no value for {asked.detail.id if asked.detail else ''}")
    return Verdict(True)


def _strangers(question: str, passages: Sequence[Passage], vocabulary: set[str]) -> str:
    """A year, acronym or programme of the question that the text does not hold: it is about something else."""
    text = " ".join(f"{p.title} {p.heading} {p.text}" for p in passages)
    years = {y for y in re.findall(r"\b(?:19|20)\d\d\b", question) if y not in text and y != "2012"}
    acronyms = {a for a in re.findall(r"\b[A-Z]{3,6}\b", question) if not facts.content(a) <= vocabulary}
    acronyms |= {m[1] for m in _PROGRAMME.finditer(question) if not facts.content(m[1]) <= vocabulary}
    shouting = question.upper() == question
    return min(years | (set() if shouting else acronyms), default="")


def after_check(check: float, left_out: float = 0.0, *, lenient: bool = False) -> Verdict:
    """The model's own yes or no to "does the text state it", and how close a paragraph comes on what is left out.

    `lenient` for questions that can be answered with "no" (the model takes that for its own no) or are not in English.
    """
    least = LEAST_CHECK - LENIENCY * lenient
    return Verdict(check - MISSING * left_out >= least, f"check {check:.2f}, left out {left_out:.2f}")


def best_not_given(asked: Understood, passages: Sequence[Passage]) -> tuple[Passage, str] | None:
    """The sentence that says that this detail is not given, if one speaks of what was asked."""
    wanted = facts.content(asked.text)
    best: tuple[float, Passage, str] | None = None
    for passage in passages:
        for sentence in passage.sentences:
            if says_not_given(sentence):
                shared = len(wanted & facts.content(sentence)) / max(1, len(wanted))
                if best is None or shared > best[0]:
                    best = (shared, passage, sentence)
    return (best[1], best[2]) if best and best[0] >= 0.5 else None
