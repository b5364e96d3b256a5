"""Chooses the paragraphs that an answer tells, and sees how near the handbook comes to leaving it out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from assistant.coach.answers import facts
from assistant.coach.answers.lines import Direct, Line
from assistant.coach.answers.question import Understood, matches, rules
from assistant.handbook.models import Hit, Passage

CLOSE = 0.6  # share of the best hit's score from which another passage is told too (docs/EVALUATION.md)
_LOOKED_AT = 6  # hits among which a value of the kind asked for is looked for
_MOST_PASSAGES, _MOST_WORDS, _MOST_OF_AN_ENTRY = 4, 230, 80
MOST_CANDIDATES = 7  # that the model looks at
_LEFT_OUT_WITHIN = 6  # first hits among which a paragraph on what is left out counts


@dataclass(frozen=True)
class Side:
    """One of the things that a question compares: the question as it is for this one alone, and its best passages."""

    text: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Chosen:
    """What to tell: hits best first, and whether they hold a value of the kind asked for."""

    hits: tuple[Hit, ...]
    holds_value: bool
    further: tuple[Hit, ...] = ()  # the next best, that are told only when they turn out to hold the detail
    left_out: float = 0.0  # score of the best paragraph on what is left out, as a share of the best hit's
    sides: tuple[Side, ...] = ()  # of a comparison
    unstated: tuple[str, ...] = ()  # titles of the things compared of which nothing was found

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages of the hits."""
        return tuple(hit.passage for hit in self.hits)

    @property
    def candidates(self) -> tuple[Hit, ...]:
        """The hits and the next best ones, in the order in which they are checked."""
        return (*self.hits, *self.further)

    def led_by(self, stating: Sequence[Hit], looked_at: Sequence[Hit]) -> Chosen:
        """The same with these first; of the others that were chosen, those that nobody has looked at follow."""
        hits = [*stating, *(hit for hit in self.hits if hit not in looked_at)]
        return replace(self, hits=tuple(_with_room(hits)))

    def comparing(self, sides: Sequence[Side]) -> Chosen:
        """The same for a comparison: the first passage of each side is told."""
        return replace(self, hits=tuple(side.hits[0] for side in sides), sides=tuple(sides), holds_value=True)

    def with_whole_list(self, part: Sequence[Passage]) -> Chosen:
        """The same with every list of the first passage's part in front, where the first one is a list."""
        lists = [p for p in part if "\n- " in p.text]
        return self.with_whole(lists) if self.hits[0].passage in lists else self

    def with_whole(self, passages: Sequence[Passage]) -> Chosen:
        """The same with all of these in front, the first passage still first if it is one of them."""
        leads = self.hits[0].passage
        hits = [Hit(passage=p, score=self.hits[0].score) for p in sorted(passages, key=lambda p: p != leads)]
        return replace(self, hits=(*hits, *(h for h in self.hits if h.passage not in passages)))

    def direct(self) -> Direct:
        """The passages as an answer, a paragraph each, and what of a comparison is missing."""
        missing = (Line(f"Nothing was found on that for {title}.", (), paragraph=True) for title in self.unstated)
        return Direct((*(_line(hit) for hit in self.hits), *missing))


def choose(asked: Understood, hits: Sequence[Hit], named: Collection[str]) -> Chosen:
    """The best passage whole and others that come close; entries of directories only where documents say nothing.

    `named`: ids of directory entries that the question names. A passage with a value of the kind asked for goes first.
    """
    told = [h for h in hits if _is_prose(h.passage) or h.passage.id in named] or list(hits)
    given = [h for h in told if not leaves_out(h.passage)]
    if not given:
        return Chosen(tuple(told[:1]), holds_value=False, left_out=1.0)
    value = asked.detail.value if asked.detail else None
    thing = facts.counted(asked.text) if asked.detail and asked.detail.id == "count" else None
    holding = [h for h in given[:_LOOKED_AT] if value and _holds(h.passage, value, thing) and _close(h, given[0])]
    given = [*holding, *(h for h in given if h not in holding)]
    chosen = _with_room([h for h in given if _close(h, given[0])])
    left_out = next((h.score for h in hits[:_LEFT_OUT_WITHIN] if leaves_out(h.passage)), 0.0) / chosen[0].score
    further = tuple(hit for hit in given if hit not in chosen)[: MOST_CANDIDATES - len(chosen)]
    return Chosen(tuple(chosen), bool(holding) or not value, further, left_out)


def says_not_given(sentence: str) -> bool:
    """Whether a sentence of the corpus or of an answer says that something is not in the handbook."""
    return matches(rules().not_given, sentence)


def leaves_out(passage: Passage) -> bool:
    """Whether a passage is about what the handbook does not say."""
    return passage.id.split("#")[0].endswith("not-given") or says_not_given(passage.sentences[0])


def may_be_told(passage: Passage) -> bool:
    """Whether a passage can be the answer to a question that names no entry of a directory."""
    return _is_prose(passage) and not leaves_out(passage)


def _is_prose(passage: Passage) -> bool:
    return passage.kind != "directory" or passage.id.startswith(("glossary/", "links/"))


def _holds(passage: Passage, value: str, thing: str | None) -> bool:
    """Whether a sentence holds such a value (of the thing to be counted, where one is named) and does not miss it."""
    return any(
        matches((value,), s) and (thing is None or facts.counts(s, thing)) and not says_not_given(s)
        for s in passage.sentences
    )


def _with_room(hits: Sequence[Hit]) -> list[Hit]:
    """The first hits that together are no longer than an answer may be; at least one."""
    told, words = list(hits[:1]), _length(hits[0].passage)
    for hit in hits[1:]:
        words += _length(hit.passage)
        if words <= _MOST_WORDS and len(told) < _MOST_PASSAGES:
            told.append(hit)
    return told


def _length(passage: Passage) -> int:
    """Words; an entry of a directory, which is glanced at and not read through, counts as a short paragraph."""
    words = len(passage.text.split())
    return min(words, _MOST_OF_AN_ENTRY) if passage.kind == "directory" else words


def _close(hit: Hit, best: Hit) -> bool:
    return hit.score >= CLOSE * best.score


def _line(hit: Hit) -> Line:
    at = hit.sentence or 0
    return Line(hit.passage.text, ((hit.passage, hit.passage.sentences[at]),), paragraph=True)
