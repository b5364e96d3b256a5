"""Recognises the handbook itself among a person's documents and gives its parts the labels that our corpus has.

Headings are known by a hash of their words, so that none of the handbook's text stands here. What page layout has done
is undone first: page numbers before lines, marks of bold words, `&` for `and`; a heading that is missing is put in.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.handbook.labels import spoken
from assistant.handbook.own.passages import Place, read_line
from assistant.handbook.own.reading import Page
from assistant.handbook.own.reflow import Piece

_CASES: tuple[str, ...] = tuple("1 2 3 4 mentoring 5 6 7a 7b 8 9 10 11 12 13 14 15 16 17 18 19 20".split())
_STEP = re.compile(r"^\W*step\s+(\d{1,2})(?:\s*[.:–—-]\s*\w.*|\W*)$", re.I | re.S)
_CASE = re.compile(r"^\W*case\s+(\d{1,2}[ab]?)\s*[:.–—-]\W*\w", re.I)
_PAGE_BEFORE = re.compile(r"^\s*(\d{2})\s+(?=[^\d\s.):])")
_ENDS_IN_NUMBER = re.compile(r"\d\W*$")  # a line of the table of contents
_TITLE = "b36dab2ceb25"
_CHAPTERS = {
    "e9964034c23f": "executive-summary",
    "178f8562fa95": "introduction",
    "b41d61be29ad": "introduction",
    "661dae1e7854": "introduction",
    "a7f72bd70531": "introduction",
    "54d6ddaaf497": "introduction",
    "36aefb3b3134": "introduction",
    "07b143b6d142": "introduction",
    "8f7722fcef44": "introduction",
    "1d66e62618ca": "pentagonal-helix",
    "d165f6040f96": "future-policy",
    "fa33fcee14f8": "case-mentoring",
    "3d1f08e4dda5": "utilise-funding",
    "ddd27fc5a7c1": "tube-map",
    "7c40977c454f": "tube-map",
    "6b4603eb6876": "outstanding-issues",
    "db6c116194f2": "recommendations",
    "995d5233eaf6": "references",
    "81f55a5fe48b": "linkology",
    "d600ef9e8b3f": "glossary",
}
_OVERVIEW = "8c2a614a9723"
_COMPLETION = frozenset({"134b9c6f6428", "89d51384aaad"})
_PARTS = frozenset({_OVERVIEW, "d45872545eea", "acccfbf56e92"}) | _COMPLETION  # of a step, which end a case
_LONGEST_HEADING = 240
_STEP_WORDS = 60  # a step is longer: two headings nearer than this stand in a table of contents


def is_handbook(pages: Sequence[Page]) -> bool:
    """Whether converted pages hold the TACTICS handbook: its title, most of its steps, cases and fixed headings."""
    every = (line for _, blocks in pages for _, text in blocks for line in text.split("\n"))
    lines = [_bare(line) for line in every if line.strip() and len(line) < _LONGEST_HEADING]
    hashes = {_hash(line) for line in lines}
    steps = {m[1] for line in lines if (m := _STEP.match(line))}
    cases = {m[1].lower() for line in lines if (m := _CASE.match(line))}
    fixed = len(hashes & (_CHAPTERS.keys() | _PARTS))
    return _TITLE in hashes and len(steps) >= 8 and len(cases) >= 14 and fixed >= 12


def unglued(pages: Sequence[Page]) -> list[Page]:
    """The same pages without the page numbers that stand in front of the first line of a page.

    They are the handbook's even page numbers, each larger than the one before; numbers of lists are left.
    """
    last = 8
    found: list[Page] = []
    for page, blocks in pages:
        made: list[tuple[str, str]] = []
        for kind, text in blocks:
            lines = text.split("\n")
            for at, line in enumerate(lines):
                match = _PAGE_BEFORE.match(line)
                if match and int(match[1]) % 2 == 0 and last < int(match[1]) <= last + 8:
                    last = int(match[1])
                    lines[at] = line[match.end() :]
            made.append((kind, "\n".join(lines)))
        found.append((page, made))
    return found


@dataclass
class _Reader:
    """Where in the handbook one is: the label, its title, the step (or theme) that a case ends in."""

    name: str
    label: str = "introduction"
    title: str = ""
    base: str = "introduction"
    step: int = 0
    case: int = -1
    completed: bool = False
    titles: dict[str, str] = field(default_factory=dict[str, str])

    def go(self, label: str, text: str = "") -> None:
        self.label = label
        said = spoken(label)
        found = self.titles.setdefault(label, f"{said[:1].upper()}{said[1:]}")
        if text and not found.count(":"):
            rest = re.sub(r"^\W*(?:step|case)\s+\d{1,2}[ab]?\W*", "", text, flags=re.I).strip(" .*")
            self.titles[label] = f"{found}: {rest}"[:120] if rest else found
        self.title = self.titles[label]


def labelled(name: str, pieces: Sequence[Piece]) -> Iterator[tuple[Place, Piece]]:
    """Each piece of the handbook with the label of its section and the heading above it."""
    at = _Reader(name)
    at.go("introduction")
    contents = _in_contents(pieces)
    heading = ""
    for number, piece in enumerate(pieces):
        short = len(piece.text) < _LONGEST_HEADING
        if short and number not in contents and _turned(at, piece.text):
            piece = piece._replace(kind="heading")
        elif piece.kind == "line":
            piece = read_line(pieces, number)
        if piece.kind == "heading":
            heading = piece.text[:120]
        yield Place(at.label, at.title, heading), piece


def _turned(at: _Reader, text: str) -> bool:
    """Follow a heading to its section; whether it was one."""
    digest = _hash(text)
    step, case = _STEP.match(text), _CASE.match(text)
    if step and int(step[1]) == at.step + 1:
        at.step, at.completed = int(step[1]), False
        at.base = f"step-{at.step}"
        at.go(at.base, text)
    elif case and case[1].lower() in _CASES and at.case < _CASES.index(case[1].lower()) <= at.case + 4:
        at.case = _CASES.index(case[1].lower())
        at.go(f"case-{case[1].lower()}", text)
    elif digest in _PARTS and at.step:
        if digest == _OVERVIEW and at.step == 10 and at.completed and at.base == "step-10":
            at.base = "utilise-funding"  # the heading of this theme is missing: its overview follows Step 10
        at.completed = at.completed or digest in _COMPLETION
        at.go(at.base)
    elif digest in _CHAPTERS:
        label = _CHAPTERS[digest]
        if label == "utilise-funding" and at.step < 10:
            return False
        if label == "case-mentoring":
            at.case = max(at.case, _CASES.index("mentoring"))
        else:
            at.base = label
        at.go(label)
    else:
        return False
    return True


def _in_contents(pieces: Sequence[Piece]) -> set[int]:
    """The pieces that stand in a table of contents: headings of steps one right after the other, or with a page."""
    found: set[int] = set()
    steps: list[tuple[int, int]] = []  # (piece, words before it)
    words = 0
    for number, piece in enumerate(pieces):
        if len(piece.text) < _LONGEST_HEADING and _STEP.match(piece.text):
            steps.append((number, words))
            if _ENDS_IN_NUMBER.search(re.sub(r"^\W*step\s+\d+", "", piece.text, flags=re.I)):
                found.add(number)
        words += len(piece.text.split())
    for (first, before), (second, after) in pairwise(steps):
        if after - before < _STEP_WORDS:
            found |= {first, second}
    return found


def _bare(line: str) -> str:
    return _PAGE_BEFORE.sub("", re.sub(r"^[\s#*_|>-]+|[\s*_|]+$", "", line))


def _hash(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold().replace("&", " and ")
    return hashlib.blake2s(" ".join(re.findall(r"[a-z0-9]+", plain)).encode(), digest_size=6).hexdigest()
