"""The corpus as a whole: shipped files, a person's files in place of them, and every passage with its id."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from assistant import paths
from assistant.errors import KnowledgeError
from assistant.handbook.documents import Document, read_document, read_documents
from assistant.handbook.funding import Funding
from assistant.handbook.glossary import Glossary
from assistant.handbook.links import Links
from assistant.handbook.models import Passage
from assistant.handbook.successors import Successors
from assistant.handbook.yamlfile import Model, parse, read_text

_DIRECTORY_FILES = ("glossary.yaml", "funding.yaml", "links.yaml", "successors.yaml")
_KIND_ORDER = {"chapter": 0, "step": 1, "theme": 2, "case": 3}


@dataclass(frozen=True)
class Corpus:
    """Documents and directories, and what is looked up in them."""

    documents: tuple[Document, ...]
    glossary: Glossary = field(default_factory=Glossary)
    funding: Funding = field(default_factory=Funding)
    links: Links = field(default_factory=Links)
    successors: Successors = field(default_factory=Successors)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage: documents first, then directory entries; `order` counts within the section."""
        count: dict[str, int] = {}
        found: list[Passage] = []
        for passage in self._unordered():
            order = count.get(passage.section, 0)
            count[passage.section] = order + 1
            found.append(passage if passage.order == order else passage.model_copy(update={"order": order}))
        return tuple(found)

    def _unordered(self) -> Iterator[Passage]:
        for document in self.documents:
            yield from document.passages
        yield from self.glossary.passages()
        yield from self.funding.passages()
        yield from self.links.passages()

    @cached_property
    def by_id(self) -> dict[str, Passage]:
        """Passages by their id."""
        return {p.id: p for p in self.passages}

    @cached_property
    def sections(self) -> dict[str, tuple[Passage, ...]]:
        """Passages of each section in reading order."""
        found: dict[str, list[Passage]] = {}
        for passage in self.passages:
            found.setdefault(passage.section, []).append(passage)
        return {label: tuple(passages) for label, passages in found.items()}

    @cached_property
    def parts(self) -> dict[str, tuple[Passage, ...]]:
        """Passages of each part (`case-20/figures`)."""
        return {part.id: part.passages for document in self.documents for part in document.parts}

    @cached_property
    def titles(self) -> dict[str, str]:
        """Title of each section."""
        found = {self.glossary.section: self.glossary.title, self.links.section: self.links.title}
        return found | {d.head.section: d.head.title for d in reversed(self.documents)}

    @cached_property
    def steps(self) -> dict[str, frozenset[str]]:
        """The steps each section belongs to."""
        found: dict[str, frozenset[str]] = {}
        for document in self.documents:
            found[document.head.section] = found.get(document.head.section, frozenset()) | document.steps
        return found

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything that is searched; another digest means another index."""
        total = hashlib.sha256()
        for passage in self.passages:
            total.update(passage.model_dump_json().encode())
        return total.hexdigest()


def load_corpus(overlay: Path | None = None, *, shipped: Path | None = None) -> Corpus:
    """Read the corpus; a file in `overlay` takes the place of the shipped one of the same name, or is added.

    Raises `KnowledgeError` for the first mistake found.
    """
    files = corpus_files(overlay, shipped=shipped)
    documents = read_documents(f for f in files.values() if f.suffix == ".md")
    documents.sort(key=lambda d: (_KIND_ORDER[d.head.kind], natural(d.head.section)))
    corpus = Corpus(
        documents=tuple(documents),
        glossary=_directory(files, "glossary.yaml", Glossary),
        funding=_directory(files, "funding.yaml", Funding),
        links=_directory(files, "links.yaml", Links),
        successors=_directory(files, "successors.yaml", Successors),
    )
    _no_repeated_ids(corpus)
    return corpus


def corpus_files(overlay: Path | None = None, *, shipped: Path | None = None) -> dict[str, Path]:
    """Name (path within the corpus folder) to file."""
    base = shipped or paths.shipped("knowledge")
    found = _files_in(base)
    if overlay is not None:
        folder = overlay.expanduser()
        if not folder.is_dir():
            raise KnowledgeError("there is no such folder", where=str(folder), do="change the setting `knowledge`")
        found |= _files_in(folder)
    if not found:
        raise KnowledgeError("the corpus is empty", where=str(base), do="install the coach again")
    for name, file in found.items():
        if file.suffix == ".yaml" and name not in _DIRECTORY_FILES:
            near = difflib.get_close_matches(name, _DIRECTORY_FILES, n=1)
            do = f"did you mean `{near[0]}`" if near else f"directories are {', '.join(_DIRECTORY_FILES)}"
            raise KnowledgeError("no directory has this name", where=str(file), do=do)
    return dict(sorted(found.items(), key=lambda item: natural(item[0])))


def problems(overlay: Path | None = None, *, shipped: Path | None = None) -> list[KnowledgeError]:
    """Every mistake in the corpus that can be found: one a file, and then what does not fit together."""
    try:
        files = corpus_files(overlay, shipped=shipped)
    except KnowledgeError as error:
        return [error]
    found: list[KnowledgeError] = []
    for name, file in files.items():
        try:
            if file.suffix == ".md":
                read_document(file)
            else:
                _read_directory(name, file)
        except KnowledgeError as error:
            found.append(error)
    if found:
        return found
    try:
        return list(_loose_ends(load_corpus(overlay, shipped=shipped), files))
    except KnowledgeError as error:
        return [error]


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key under which `case-4` comes before `case-15`."""
    return tuple((int(p), "") if p.isdigit() else (0, p) for p in re.split(r"(\d+)", name) if p)


def _files_in(folder: Path) -> dict[str, Path]:
    return {
        f.relative_to(folder).as_posix(): f
        for f in sorted(folder.rglob("*"))
        if f.suffix in (".md", ".yaml") and f.is_file() and not f.name.startswith((".", "README"))
    }


def _read_directory(name: str, file: Path) -> Glossary | Funding | Links | Successors:
    models = {"glossary.yaml": Glossary, "funding.yaml": Funding, "links.yaml": Links, "successors.yaml": Successors}
    return parse(read_text(file), models[name], file)


def _directory(files: dict[str, Path], name: str, model: type[Model]) -> Model:
    return parse(read_text(files[name]), model, files[name]) if name in files else model()


def _no_repeated_ids(corpus: Corpus) -> None:
    seen: set[str] = set()
    for passage in corpus.passages:
        if passage.id in seen:
            raise KnowledgeError(f"`{passage.id}` stands in the corpus twice", do="give one of the two another id")
        seen.add(passage.id)


def _loose_ends(corpus: Corpus, files: dict[str, Path]) -> Iterator[KnowledgeError]:
    """References to parts and entries that are not there; documents that are not written yet are passed over."""
    written = {d.head.id for d in corpus.documents}
    terms = {t.id for t in corpus.glossary.terms}
    references = [(p, "funding.yaml") for i in corpus.funding.instruments for p in (i.passage, *i.also) if p]
    references += [(p.passage, "funding.yaml") for p in corpus.funding.principles if p.passage]
    for part, name in references:
        if part.split("/")[0] in written and part not in corpus.parts:
            yield _dangling(part, sorted(corpus.parts), files[name])
    for term in corpus.glossary.terms:
        for other in term.not_to_confuse_with:
            if other not in terms:
                yield _dangling(other, sorted(terms), files["glossary.yaml"])


def _dangling(name: str, known: list[str], file: Path) -> KnowledgeError:
    lines = read_text(file).splitlines()
    line = next(
        (n for n, text in enumerate(lines, 1) if re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])", text)), 1
    )
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    do = f"did you mean `{near[0]}`" if near else "write it or take the reference out"
    return KnowledgeError(f"there is no `{name}` in the corpus", where=f"{file}:{line}", do=do)
