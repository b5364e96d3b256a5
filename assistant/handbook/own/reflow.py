"""Puts the text of a converted file together: lines to paragraphs, words cut at line ends, page furniture out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from assistant.handbook.own.reading import Block, Page

Kind = Literal["heading", "line", "paragraph", "item"]

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
# Control, direction, invisible and private characters: nothing a reader sees, much that a terminal would obey.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufdd0-\ufdef\U000e0000-\U000e0fff\ud800-\udfff]"
)
_BULLET = re.compile(r"^\s*(?:[-•●▪◦‣⁃∙·*–—o]\s+|\(?\d{1,2}[.)]\s+(?=\D)|[a-z]\)\s+)")
_PAGE_NUMBER = re.compile(r"^\W*(?:page\s+|seite\s+|p\.\s*)?\d{1,4}(?:\s*(?:/|of|von)\s*\d{1,4})?\W*$", re.I)
_MARKED_HEADING = re.compile(r"^#{1,6}\s+(.*)$")
_ENDS = (".", "!", "?", ":", ";", "”", '"', "»", ")", "…")
_LONG = 45  # characters from which a line that goes on below looks like running text
_HEADING_WORDS = 12
_LONGEST_EDGE = 200  # characters of a running head that are compared
_LONGEST_JOINED = 2_000  # characters from which nothing more is joined to a paragraph: no page cuts that often


class Piece(NamedTuple):
    """A heading, a line that may be one, a paragraph or an item of a list, and the page it begins on."""

    page: int | None
    kind: Kind
    text: str


def clean(text: str) -> str:
    """Text as people see it: composed letters, and none that is unseen or steers a terminal; line ends stay."""
    return _UNSEEN.sub("", _ANSI.sub("", unicodedata.normalize("NFC", text.replace("\t", " "))))


def reflow(pages: Sequence[Page]) -> list[Piece]:
    """All pieces of a document in reading order."""
    cleaned: list[Page] = [(page, [(kind, clean(text)) for kind, text in blocks]) for page, blocks in pages]
    furniture = _furniture(cleaned)
    found: list[Piece] = []
    for number, (page, blocks) in enumerate(cleaned):
        for piece in _pieces(page, _without(blocks, furniture if len(cleaned) > 1 else frozenset(), page)):
            begins = number > 0 and bool(found) and found[-1].page != page
            _append(found, piece, begins)
    return found


def _append(found: list[Piece], piece: Piece, new_page: bool) -> None:
    """Add a piece; one that goes on what the page or the blank line before cut off is joined to it."""
    last = found[-1] if found else None
    goes_on = piece.kind == "paragraph" and piece.text[:1].islower()
    if last is None or last.kind == "heading" or not goes_on or len(last.text) > _LONGEST_JOINED:
        found.append(piece)
    elif re.search(r"[^\W\d_]-$", last.text[-3:]):
        found[-1] = last._replace(kind=_joined_kind(last), text=last.text[:-1] + piece.text)
    elif (new_page or len(last.text) > _LONG) and not last.text.endswith(_ENDS):
        found[-1] = last._replace(kind=_joined_kind(last), text=f"{last.text} {piece.text}")
    else:
        found.append(piece)


def _joined_kind(piece: Piece) -> Kind:
    return "paragraph" if piece.kind == "line" else piece.kind


def _pieces(page: int | None, blocks: Iterable[Block]) -> list[Piece]:
    found: list[Piece] = []
    for kind, text in blocks:
        if kind == "x":
            found += [Piece(page, kind_, words) for kind_, words in _paragraphs(text)]
        elif words := " ".join(text.split()):
            shown: Kind = "heading" if kind == "h" else "item" if kind == "i" else "paragraph"
            found.append(Piece(page, shown, words))
    return found


def _paragraphs(text: str) -> list[tuple[Kind, str]]:
    """Paragraphs of text with its line ends: blank lines, bullets and lines ending early part them."""
    found: list[tuple[Kind, str]] = []
    for group in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in group.split("\n") if line.strip()]
        if not lines:
            continue
        width = max(len(line) for line in lines)
        open_: list[str] = []
        kind: Kind = "paragraph"
        for at, line in enumerate(lines):
            bullet, marked = _BULLET.match(line), _MARKED_HEADING.match(line)
            ended = bool(open_) and len(lines[at - 1]) < 0.75 * width and lines[at - 1].endswith(_ENDS)
            if open_ and (bullet or marked or ended):
                found.append((kind, _joined(open_)))
                open_, kind = [], "paragraph"
            if marked:
                found.append(("heading", _unmarked(marked[1])))
                continue
            if bullet:
                kind, line = "item", line[bullet.end() :].strip()
            if line:
                open_.append(line)
        if open_:
            found.append((kind, _joined(open_)))
    return [("line" if kind == "paragraph" and _is_heading(words) else kind, words) for kind, words in found if words]


def _joined(lines: Sequence[str]) -> str:
    pieces: list[str] = []
    for line in lines:
        if pieces and re.search(r"[^\W\d_]-$", pieces[-1][-3:]) and line[:1].islower():
            pieces[-1] = pieces[-1][:-1] + line
        else:
            pieces.append(line)
    return _unmarked(" ".join(" ".join(pieces).split()))


def _unmarked(text: str) -> str:
    """Without the asterisks of bold and italic words."""
    if text.count("*") > 100:
        return text.replace("*", "")
    return re.sub(r"(\*{1,3})(?=\S)(.+?)(?<=\S)\1", r"\2", text)


def _is_heading(text: str) -> bool:
    words = text.split()
    if not 1 <= len(words) <= _HEADING_WORDS or text.endswith((".", ";", ",", ":")) or not re.search(r"[^\W\d_]", text):
        return False
    return not re.search(r"https?://|www\.|@", text) and (text[:1].isupper() or text[:1].isdigit())


# -- page furniture ----------------------------------------------------------------------------------------------------


def _furniture(pages: Sequence[Page]) -> frozenset[str]:
    """First and last lines that stand on most pages, numbers apart: running heads and feet."""
    count: Counter[str] = Counter()
    for _, blocks in pages:
        lines = [line for _, text in blocks for line in text.split("\n") if line.strip()]
        count.update({_shape(line) for line in (*lines[:2], *lines[-2:]) if not _is_sentence(line)})
    return frozenset(shape for shape, times in count.items() if times >= 3 and times > 0.4 * len(pages))


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", " ".join(line[:_LONGEST_EDGE].split())).casefold()


def _is_sentence(line: str) -> bool:
    return line.rstrip().endswith((".", "!", "?")) and len(line.split()) >= 4


def _without(blocks: Sequence[Block], furniture: frozenset[str], page: int | None) -> list[Block]:
    """The blocks of a page without its running head, foot and number."""
    if page is None:
        return [(kind, text) for kind, text in blocks if text.strip()]
    places = [(at, n) for at, (_, text) in enumerate(blocks) for n, line in enumerate(text.split("\n")) if line.strip()]
    edges = {*places[:2], *places[-2:]}
    found: list[Block] = []
    for at, (kind, text) in enumerate(blocks):
        lines = [
            line
            for n, line in enumerate(text.split("\n"))
            if (at, n) not in edges or not (_shape(line) in furniture or _PAGE_NUMBER.match(line[:80]))
        ]
        if "".join(lines).strip():
            found.append((kind, "\n".join(lines)))
    return found
