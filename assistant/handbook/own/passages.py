"""Cuts a document's pieces into passages: one heading, one page, up to about a hundred words, whole sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.handbook.models import Passage
from assistant.handbook.own.reflow import Piece
from assistant.handbook.sentences import split_sentences

MOST_WORDS, FEW_WORDS = 130, 30
_LONGEST_SENTENCE = 90  # words; what has no full stops is cut all the same
_LONGEST_WORD = 400  # characters
_STRETCH = 250  # words of which sentences are looked for at a time


@dataclass(frozen=True)
class Place:
    """Where pieces stand: the label they are cited by, the title of that section, the heading above them."""

    section: str
    title: str
    heading: str


@dataclass
class _Open:
    """The passage being filled."""

    place: Place
    page: int | None
    lines: list[str] = field(default_factory=list[str])
    sentences: list[str] = field(default_factory=list[str])

    @property
    def words(self) -> int:
        return sum(len(line.split()) for line in self.lines)


def passages(key: str, name: str, placed: Iterable[tuple[Place, Piece]]) -> list[Passage]:
    """The passages of a document; `key` begins their ids, `name` is the document's."""
    found: list[Passage] = []
    count: dict[str, int] = {}
    for number, whole in enumerate(_wholes(placed)):
        order = count.get(whole.place.section, 0)
        count[whole.place.section] = order + 1
        found.append(
            Passage(
                id=f"own/{key}#{number}",
                section=whole.place.section,
                title=whole.place.title,
                heading=whole.place.heading or (f"page {whole.page}" if whole.page else whole.place.title),
                text="\n".join(whole.lines),
                sentences=tuple(whole.sentences),
                kind="own",
                order=order,
                own=name,
                page=whole.page,
            )
        )
    return found


def _wholes(placed: Iterable[tuple[Place, Piece]]) -> Iterator[_Open]:
    held: _Open | None = None
    for place, piece in placed:
        if piece.kind == "heading":
            continue
        for text in _bites(piece.text):
            line = f"- {text}" if piece.kind == "item" else text
            new = held is None or held.place != place or held.page != piece.page or not _fits(held, piece.kind, text)
            if new:
                if held:
                    yield held
                held = _Open(place, piece.page)
            assert held is not None
            held.lines.append(line)
            held.sentences += split_sentences(text)
    if held:
        yield held


def _fits(held: _Open, kind: str, text: str) -> bool:
    """Whether a stretch belongs with what is held; lists stay together, paragraphs only while they are short."""
    words = held.words + len(text.split())
    if words > MOST_WORDS:
        return False
    leads = held.lines[-1].endswith(":")
    return leads or kind == "item" or held.words < FEW_WORDS or len(text.split()) < FEW_WORDS / 2


def _bites(text: str) -> list[str]:
    """A paragraph as it stands, or cut between sentences where it is long."""
    words = [word[at : at + _LONGEST_WORD] for word in text.split() for at in range(0, len(word), _LONGEST_WORD)]
    if len(words) <= MOST_WORDS:
        return [" ".join(words)]
    bites: list[str] = []
    held: list[str] = []
    count = 0
    stretches = (" ".join(words[at : at + _STRETCH]) for at in range(0, len(words), _STRETCH))
    for sentence in (part for stretch in stretches for s in split_sentences(stretch) for part in _short(s)):
        size = len(sentence.split())
        if held and count + size > MOST_WORDS * 0.8:
            bites.append(" ".join(held))
            held, count = [], 0
        held.append(sentence)
        count += size
    return [*bites, " ".join(held)]


def _short(sentence: str) -> Sequence[str]:
    words = sentence.split()
    return [" ".join(words[i : i + _LONGEST_SENTENCE]) for i in range(0, len(words), _LONGEST_SENTENCE)]


def read_line(pieces: Sequence[Piece], number: int) -> Piece:
    """A short line by itself: a heading when text follows it, else text."""
    follows = pieces[number + 1].kind if number + 1 < len(pieces) else "line"
    return pieces[number]._replace(kind="paragraph" if follows in ("line", "heading") else "heading")


def under_headings(name: str, pieces: Sequence[Piece]) -> Iterator[tuple[Place, Piece]]:
    """Each piece with the heading above it; the section is the document itself."""
    heading = ""
    for number, piece in enumerate(pieces):
        if piece.kind == "line":
            piece = read_line(pieces, number)
        if piece.kind == "heading":
            heading = re.sub(r"\s+", " ", piece.text)[:120]
        yield Place(f"own:{name}", name, heading), piece
