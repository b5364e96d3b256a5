"""Corpus documents: Markdown with front matter, read into parts and passages. Form: see docs/handbook.md."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_block_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.errors import KnowledgeError
from assistant.handbook.models import Passage
from assistant.handbook.sentences import split_sentences
from assistant.handbook.yamlfile import parse, read_text

Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
_PART_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_PART_ATTRIBUTES = ("id", "covers")
_NOT_ALLOWED = {
    "html_block": ("raw HTML", "write it as Markdown"),
    "html_inline": ("raw HTML", "write it as Markdown"),
    "fence": ("a code block", "write it as a paragraph"),
    "code_block": ("a code block", "take away the four spaces at the start of the line"),
    "blockquote_open": ("a block quotation", "write it as a paragraph"),
    "table_open": ("a table", "write it as a list"),
    "hr": ("a horizontal line", "take it out"),
    "image": ("a picture", "say in words what it shows"),
}


class Contact(BaseModel):
    """Who the handbook names for more; nothing is filled in that it does not print."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    url: str | None = None
    note: str | None = None


class Head(BaseModel):
    """Front matter of a document. `section` is the label answers cite, `original` the handbook's own heading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Label
    section: Label
    title: str
    original: str | None = None
    kind: Literal["step", "theme", "case", "chapter"]
    step: Label | None = None
    also_for: tuple[Label, ...] = ()
    countries: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    status: str | None = None
    contact: Contact | None = None
    year: int = Field(default=2012, ge=1990, le=2100)
    number: int | None = None
    phase: Label | None = None
    phase_note: str | None = None


class Part(BaseModel):
    """A part of a document: one `##` heading with its passages. `covers` are ids of the handbook's items it states."""

    model_config = ConfigDict(frozen=True)
    id: str  # case-20/figures
    heading: str
    covers: tuple[str, ...]
    line: int  # of the heading in the file, from 1
    passages: tuple[Passage, ...]


class Document(BaseModel):
    """A document of the corpus as read from `file`."""

    model_config = ConfigDict(frozen=True)
    head: Head
    parts: tuple[Part, ...]
    file: Path

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages in reading order."""
        return tuple(p for part in self.parts for p in part.passages)

    @property
    def steps(self) -> frozenset[str]:
        """The steps it belongs to: its own and those it is also for."""
        own = self.head.section if self.head.kind in ("step", "theme") else self.head.step
        return frozenset({*self.head.also_for, *([own] if own else [])})


def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").use(front_matter_plugin).use(attrs_block_plugin)


def read_document(file: Path) -> Document:
    """Read one document; `KnowledgeError` with file and line for the first mistake in it."""
    text = read_text(file)
    if not text.strip():
        raise KnowledgeError("the document is empty", where=f"{file}:1", do="write it or delete the file")
    tokens = _reader().parse(text)
    if tokens[0].type != "front_matter":
        raise KnowledgeError(
            "the document does not start with front matter", where=f"{file}:1", do="put it between two `---` at the top"
        )
    head = parse(tokens[0].content, Head, file, first_line=2)
    parts = tuple(_parts(tokens[1:], head, file))
    if not parts:
        raise KnowledgeError("the document has no part", where=f"{file}:1", do="add a `##` heading and text under it")
    return Document(head=head, parts=_numbered(parts), file=file)


def read_documents(files: Iterable[Path]) -> list[Document]:
    """Read documents and put each section's passages in order; two documents or parts may not share an id."""
    documents: list[Document] = []
    seen: dict[str, Path] = {}
    for document in (read_document(file) for file in files):
        if document.head.id in seen:
            raise KnowledgeError(
                f"the id `{document.head.id}` is already that of {seen[document.head.id].name}",
                where=f"{document.file}:2",
                do="give one of the two another id",
            )
        seen[document.head.id] = document.file
        start = sum(len(d.passages) for d in documents if d.head.section == document.head.section)
        documents.append(document.model_copy(update={"parts": _numbered(document.parts, start)}) if start else document)
    return documents


def _numbered(parts: Sequence[Part], start: int = 0) -> tuple[Part, ...]:
    numbered: list[Part] = []
    order = start
    for part in parts:
        passages = tuple(p.model_copy(update={"order": order + i}) for i, p in enumerate(part.passages))
        order += len(passages)
        numbered.append(part.model_copy(update={"passages": passages}))
    return tuple(numbered)


def _parts(tokens: Sequence[Token], head: Head, file: Path) -> Iterable[Part]:
    """Parts of a document; a paragraph that leads into a list by a colon is one passage with it."""
    seen: set[str] = set()
    at = 0
    while at < len(tokens):
        if tokens[at].type != "heading_open":
            _refuse(tokens[at], file)
            where = f"{file}:{_line(tokens[at])}"
            raise KnowledgeError("text stands before the first `##` heading", where=where, do="put a heading above it")
        name, covers, line = _part_head(tokens[at], file)
        if name in seen:
            raise KnowledgeError(f"the part id `{name}` stands here twice", where=f"{file}:{line}", do="rename one")
        seen.add(name)
        heading, _ = _plain(tokens[at + 1], file)
        end = next((i for i in range(at + 3, len(tokens)) if tokens[i].type == "heading_open"), len(tokens))
        blocks = _blocks(tokens[at + 3 : end], file)
        if not blocks:
            raise KnowledgeError(
                f"the part `{name}` has no text", where=f"{file}:{line}", do="write its text or take the heading out"
            )
        passages = tuple(
            Passage(
                id=f"{head.id}/{name}#{number}",
                section=head.section,
                title=head.title,
                heading=heading,
                text=text,
                sentences=sentences,
                kind=head.kind,
                order=0,
                year=head.year,
            )
            for number, (text, sentences) in enumerate(blocks)
        )
        yield Part(id=f"{head.id}/{name}", heading=heading, covers=covers, line=line, passages=passages)
        at = end


def _part_head(token: Token, file: Path) -> tuple[str, tuple[str, ...], int]:
    line = _line(token)
    where = f"{file}:{line}"
    if token.tag != "h2":
        raise KnowledgeError("only `##` headings make parts", where=where, do="write this heading with `##`")
    for name in token.attrs:
        if name not in _PART_ATTRIBUTES:
            near = difflib.get_close_matches(name, _PART_ATTRIBUTES, n=1, cutoff=0.4)
            do = f"did you mean `{near[0]}`" if near else f"a part has {' and '.join(_PART_ATTRIBUTES)}"
            raise KnowledgeError(f"a part has no `{name}`", where=where, do=do)
    name = str(token.attrs.get("id", ""))
    if not _PART_ID.match(name):
        what = f"the part id `{name}` is not made of small letters, digits and single dashes" if name else "no part id"
        raise KnowledgeError(what, where=where, do="write `{#some-name}` on the line above the heading")
    return name, tuple(str(token.attrs.get("covers", "")).split()), line


def _blocks(tokens: Sequence[Token], file: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Text and sentences of each passage of a part."""
    found: list[tuple[str, tuple[str, ...]]] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        _refuse(token, file)
        if token.type == "paragraph_open":
            text, line = _plain(tokens[at + 1], file)
            if text.startswith("{") and re.match(r"\{\s*[#.]", text):
                do = 'write it as `{#name covers="id id"}` right above a heading'
                raise KnowledgeError("this line of a part's id cannot be read", where=f"{file}:{line}", do=do)
            found.append((text, split_sentences(text)))
            at += 3
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            end = next(i for i in range(at, len(tokens)) if tokens[i].nesting == -1 and tokens[i].level == token.level)
            text, sentences = _list(tokens[at : end + 1], file)
            if found and found[-1][0].endswith(":"):
                before, lead = found.pop()
                text, sentences = f"{before}\n{text}", (*lead, *sentences)
            found.append((text, sentences))
            at = end + 1
        else:
            where = f"{file}:{_line(token)}"
            raise KnowledgeError(
                f"`{token.type}` is not used in the corpus", where=where, do="write a paragraph or a list"
            )
    return found


def _list(tokens: Sequence[Token], file: Path) -> tuple[str, tuple[str, ...]]:
    """A list as lines with a dash or number (nested items indented), and its items as sentences."""
    lines: list[str] = []
    sentences: list[str] = []
    kinds: list[tuple[str, int]] = []
    for at, token in enumerate(tokens):
        _refuse(token, file)
        if token.type in ("bullet_list_open", "ordered_list_open"):
            kinds.append((token.type, int(token.attrs.get("start", 1))))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            kinds.pop()
        elif token.type == "list_item_open" and token.info and kinds[-1][0] == "ordered_list_open":
            kinds[-1] = (kinds[-1][0], int(token.info))
        elif token.type == "inline":
            text, _ = _plain(token, file)
            first = tokens[at - 2].type == "list_item_open"
            mark = ("- " if kinds[-1][0] == "bullet_list_open" else f"{kinds[-1][1]}. ") if first else "  "
            lines.append("  " * (len(kinds) - 1) + mark + text)
            sentences.extend(split_sentences(text))
    return "\n".join(lines), tuple(sentences)


def _plain(token: Token, file: Path) -> tuple[str, int]:
    """Text of an inline token without marks; an address of a link stands in brackets after its words."""
    line = _line(token)
    pieces: list[str] = []
    target: str | None = None
    opened = 0
    for child in token.children or []:
        if child.type in _NOT_ALLOWED:
            what, do = _NOT_ALLOWED[child.type]
            raise KnowledgeError(f"{what} is not allowed in the corpus", where=f"{file}:{line}", do=do)
        if child.type in ("softbreak", "hardbreak"):
            line += 1
            pieces.append(" ")
        elif child.type == "link_open":
            target, opened = str(child.attrs.get("href", "")), len(pieces)
        elif child.type == "link_close":
            if target and "".join(pieces[opened:]) != target:
                pieces.append(f" ({target})")
        elif child.type in ("text", "code_inline", "text_special"):
            pieces.append(child.content)
    return " ".join("".join(pieces).split()), _line(token)


def _refuse(token: Token, file: Path) -> None:
    if token.type in _NOT_ALLOWED:
        what, do = _NOT_ALLOWED[token.type]
        raise KnowledgeError(f"{what} is not allowed in the corpus", where=f"{file}:{_line(token)}", do=do)


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1
