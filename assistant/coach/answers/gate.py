"""Decides whether the very detail asked for stands in the text: people ask near misses of what a handbook says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.coach.answers import facts
from assistant.coach.answers.check import Checked
from assistant.coach.answers.question import Understood
from assistant.coach.answers.tell import Chosen, leaves_out, says_not_given
from assistant.handbook.models import Passage

# Fitted on questions over the whole handbook (docs/EVALUATION.md):
LEAST = {"probe": -0.5, "word": -2.4}  # of the check, under which the detail counts as missing
SURE = 3.0  # of the probe, for the passage that answers best of two or more: no other one is looked at
HOPELESS = ((2, -6.0), (4, -4.0))  # of the probe: so many passages looked at, all below it, and no other one is
OF_SIDES = 1.25  # how much lower a side of a comparison or a half may be: its question was cut out of another one
LENIENCY = 0.8  # how much lower the word may be for questions that it is known to judge too hard
MISSING = 0.7  # taken from the word for a paragraph on what is left out that comes as close as the best one
LEAST_KNOWN = 0.34  # share of the question's content words that the text must know

_PROGRAMME = re.compile(
    r"(?<!^)\b([A-Z][\w]+)\+?(?:\s+[\w-]+){0,2}\s+(?:grants?|programmes?|funds?|schemes?|calls?|accelerator)\b"
)
_NEXT = {"after": 1, "before": -1, "until": -1}  # "after 2013" begins with 2014
_BORDER = re.compile(rf"\b({'|'.join(_NEXT)}) ((?:19|20)\d\d)\b", re.I)
_OF_US = re.compile(r"\b(?:we|us|our|ours)\b", re.I)
_ENGLISH = re.compile(r"\b(?:the|what|how|is|are|do|does|of|for|who|why|to|which|when|where|can|me|my|we|our)\b", re.I)


@dataclass(frozen=True)
class Verdict:
    """Whether to answer, and why not."""

    answer: bool
    because: str = ""


def before_model(
    asked: Understood, chosen: Chosen, vocabulary: set[str], *, probed: bool = False, language: str = "en"
) -> Verdict:
    """What can be told without the model: words nobody knows, or no value of the kind asked for.

    `probed`: a probe will look, which judges better than whether there is such a value. `language`: of the question;
    words such as "do" and "is" are not English alone.
    """
    if not chosen.hits:
        return Verdict(False, "nothing found")
    wanted = facts.content(asked.text)
    english = language == "en" and _ENGLISH.search(asked.text) is not None  # others share few words with the corpus
    if english and wanted and len(wanted & vocabulary) / len(wanted) < LEAST_KNOWN:
        return Verdict(False, "the handbook is not about this")
    strange = _strangers(asked.text, chosen.passages, vocabulary, english=english)
    if strange:
        return Verdict(False, f"the handbook does not speak of {strange}")
    if not chosen.holds_value and (not probed or all(leaves_out(p) for p in chosen.passages)):
        return Verdict(False, f"no value for {asked.detail.id if asked.detail else ''}")
    return Verdict(True)


def strange_years(question: str, text: str) -> set[str]:
    """Years of a question that a text does not hold: it is about something else."""
    years = {y for y in re.findall(r"\b(?:19|20)\d\d\b", question) if y not in text and y != "2012"}
    years -= {m[2] for m in _BORDER.finditer(question) if str(int(m[2]) + _NEXT[m[1].lower()]) in text}
    ours = _OF_US.search(question) is not None  # "we began in 2003" is no question about 2003
    return {y for y in years if y > "2012"} if ours else years


def _strangers(question: str, passages: Sequence[Passage], vocabulary: set[str], *, english: bool) -> str:
    """A year, acronym or programme of the question that the text does not hold; other languages have other acronyms."""
    years = strange_years(question, " ".join(f"{p.title} {p.heading} {p.text}" for p in passages))
    acronyms = {a for a in re.findall(r"\b[A-Z]{3,6}\b", question) if not facts.content(a) <= vocabulary}
    acronyms |= {m[1] for m in _PROGRAMME.finditer(question) if not facts.content(m[1]) <= vocabulary}
    shouting = question.upper() == question or not english
    return min(years | (set() if shouting else acronyms), default="")


def is_enough(looks: Sequence[Checked], best: Checked) -> bool:
    """Whether no other passage needs to be looked at: the best of two is sure, or all are far from it.

    The model's word is measured for the first passage only.
    """
    highest = max(look.odds for look in looks)
    return (
        best.by == "word"
        or (len(looks) > 1 and best.odds >= SURE)
        or any(len(looks) >= count and highest < odds for count, odds in HOPELESS)
    )


def after_check(check: Checked, left_out: float = 0.0, *, lenient: bool = False, of_sides: bool = False) -> Verdict:
    """What the model's check says to "does the text state it"; its word also needs to know what is left out nearby.

    `lenient` for questions that can be answered with "no" (the model takes that for its own no) or are not in English;
    `of_sides` for the best of the things that a question compares, and for one half of a double question.
    """
    because = f"check {check.odds:.2f} by {check.by}, left out {left_out:.2f}"
    if check.by == "probe":
        return Verdict(check.odds >= LEAST["probe"] - OF_SIDES * of_sides, because)
    return Verdict(check.odds - MISSING * left_out >= LEAST["word"] - LENIENCY * lenient, because)


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
