"""What does not fit together between the files of a corpus: references to parts, entries, sections not there."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import KnowledgeError
from assistant.handbook.labels import HANDBOOK_LABELS
from assistant.handbook.yamlfile import read_text

if TYPE_CHECKING:
    from assistant.handbook.corpus import Corpus

_Reference = tuple[str, str]  # what is referred to, and the name of the file that does


def loose_ends(corpus: Corpus, files: dict[str, Path]) -> Iterator[KnowledgeError]:
    """Every reference that leads nowhere, with file and line; documents that are not written yet are passed over."""
    written = {d.head.id for d in corpus.documents}
    parts = ((p, name) for p, name in _parts(corpus) if p.split("/")[0] in written)
    yield from _missing(parts, set(corpus.parts), files)
    asked = ((p, file) for file, asks in corpus.asks.items() for p in asks.questions)
    yield from _missing(asked, set(corpus.by_id), files)
    terms = {t.id for t in corpus.glossary.terms}
    others = ((other, "glossary.yaml") for t in corpus.glossary.terms for other in t.not_to_confuse_with)
    yield from _missing(others, terms, files)
    yield from _missing(_links(corpus), set(corpus.links.by_id), files)
    yield from _missing(_sections(corpus), HANDBOOK_LABELS | {d.head.section for d in corpus.documents}, files)
    for directory, things in corpus.things.items():
        kinds = ((t.kind, f"{directory}.yaml") for t in things.entries if t.kind)
        yield from _missing(kinds, set(things.kinds), files)
    yield from _repeated((f.id for f in corpus.figures.figures), files.get("figures.yaml"))
    yield from _repeated((p.id for p in corpus.people.people), files.get("people.yaml"))


def _parts(corpus: Corpus) -> Iterator[_Reference]:
    for instrument in corpus.funding.instruments:
        yield from ((p, "funding.yaml") for p in (instrument.passage, *instrument.also) if p)
    yield from ((p.passage, "funding.yaml") for p in corpus.funding.principles if p.passage)


def _links(corpus: Corpus) -> Iterator[_Reference]:
    yield from ((link.better, "links.yaml") for link in corpus.links.links if link.better)
    for group in corpus.links.linkology:
        yield from ((i, "links.yaml") for entry in group.entries for i in entry.links)
    for directory, things in corpus.things.items():
        yield from ((i, f"{directory}.yaml") for thing in things.entries for i in thing.links)


def _sections(corpus: Corpus) -> Iterator[_Reference]:
    for link in corpus.links.links:
        yield from ((label, "links.yaml") for label in (link.section, *link.also_in))
    yield from ((email.section, "links.yaml") for email in corpus.links.emails)
    for figure in corpus.figures.figures:
        yield from ((label, "figures.yaml") for label in (figure.section, *figure.also_in))
    yield from ((person.section, "people.yaml") for person in corpus.people.people)
    for directory, things in corpus.things.items():
        yield from ((label, f"{directory}.yaml") for thing in things.entries for label in thing.sections)


def _missing(
    references: Iterable[_Reference], known: set[str] | frozenset[str], files: dict[str, Path]
) -> Iterator[KnowledgeError]:
    for name, file in dict.fromkeys(references):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
            do = f"did you mean `{near[0]}`" if near else "write it or take the reference out"
            where = f"{files[file]}:{_line(name, files[file])}"
            yield KnowledgeError(f"there is no `{name}` in the corpus", where=where, do=do)


def _repeated(ids: Iterable[str], file: Path | None) -> Iterator[KnowledgeError]:
    for name, times in Counter(ids).items():
        if times > 1 and file:
            where = f"{file}:{_line(name, file, last=True)}"
            yield KnowledgeError(f"`{name}` stands here twice", where=where, do="give one of the two another id")


def _line(name: str, file: Path, *, last: bool = False) -> int:
    """The first (or last) line that holds the name as a whole, from 1."""
    whole = re.compile(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])")
    found = [n for n, text in enumerate(read_text(file).splitlines(), 1) if whole.search(text)] or [1]
    return found[-1 if last else 0]
