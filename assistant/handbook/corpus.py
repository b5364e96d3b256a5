"""The corpus as a whole: shipped files, a person's files in place of them, and every passage with its id."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant import paths
from assistant.errors import KnowledgeError
from assistant.handbook.documents import Document, read_document, read_documents
from assistant.handbook.figures import Figures
from assistant.handbook.funding import Funding
from assistant.handbook.glossary import Glossary
from assistant.handbook.links import Links
from assistant.handbook.loose_ends import loose_ends
from assistant.handbook.models import Passage
from assistant.handbook.people import People
from assistant.handbook.successors import Successors
from assistant.handbook.things import THING_FILES, Thing, Things
from assistant.handbook.yamlfile import Model, parse, read_text

Directory = Glossary | Funding | Links | Successors | Figures | People | Things
_DIRECTORY_MODELS: dict[str, type[Directory]] = {
    "glossary.yaml": Glossary,
    "funding.yaml": Funding,
    "links.yaml": Links,
    "successors.yaml": Successors,
    "figures.yaml": Figures,
    "people.yaml": People,
    **dict.fromkeys(THING_FILES, Things),
}
_ASKS = "asks/"  # folder of the files that say what people may ask, one a document or directory
_KIND_ORDER = {"chapter": 0, "step": 1, "theme": 2, "case": 3}


class Asks(BaseModel):
    """What people may ask, by the id of the passage that answers it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    questions: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Corpus:
    """Documents and directories, and what is looked up in them."""

    documents: tuple[Document, ...]
    glossary: Glossary = field(default_factory=Glossary)
    funding: Funding = field(default_factory=Funding)
    links: Links = field(default_factory=Links)
    successors: Successors = field(default_factory=Successors)
    figures: Figures = field(default_factory=Figures)
    people: People = field(default_factory=People)
    things: Mapping[str, Things] = field(default_factory=dict[str, Things])  # "networks", "tools" and so on
    asks: Mapping[str, Asks] = field(default_factory=dict[str, Asks])  # by the name of their file

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage: documents first, then directory entries; `order` counts within the section."""
        count: dict[str, int] = {}
        asks = {name: questions for file in self.asks.values() for name, questions in file.questions.items()}
        found: list[Passage] = []
        for passage in self._unordered():
            order = count.get(passage.section, 0)
            count[passage.section] = order + 1
            found.append(passage.model_copy(update={"order": order, "asks": asks.get(passage.id, ())}))
        return tuple(found)

    def _unordered(self) -> Iterator[Passage]:
        for document in self.documents:
            yield from document.passages
        yield from self.glossary.passages()
        yield from self.funding.passages()
        yield from self.links.passages()
        for things in self.things.values():
            yield from things.passages(self.links)

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
        parts = (part for document in self.documents for part in document.parts)
        return {part.id: tuple(self.by_id[p.id] for p in part.passages) for part in parts}

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

    def find_things(self, name: str) -> dict[str, Thing]:
        """The things of that name in any directory, by the id of their passage; a programme may be a network too."""
        found = ((things, things.find(name)) for things in self.things.values())
        return {things.passage_id(thing): thing for things, thing in found if thing}

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
        figures=_directory(files, "figures.yaml", Figures),
        people=_directory(files, "people.yaml", People),
        things={name.removesuffix(".yaml"): _things(files, name) for name in THING_FILES if name in files},
        asks={name: parse(read_text(file), Asks, file) for name, file in files.items() if name.startswith(_ASKS)},
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
        if file.suffix == ".yaml" and name not in _DIRECTORY_MODELS and not name.startswith(_ASKS):
            near = difflib.get_close_matches(name, _DIRECTORY_MODELS, n=1)
            do = f"did you mean `{near[0]}`" if near else f"directories are {', '.join(_DIRECTORY_MODELS)}"
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
                parse(read_text(file), Asks if name.startswith(_ASKS) else _DIRECTORY_MODELS[name], file)
        except KnowledgeError as error:
            found.append(error)
    if found:
        return found
    try:
        return list(loose_ends(load_corpus(overlay, shipped=shipped), files))
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


def _directory(files: dict[str, Path], name: str, model: type[Model]) -> Model:
    return parse(read_text(files[name]), model, files[name]) if name in files else model()


def _things(files: dict[str, Path], name: str) -> Things:
    return _directory(files, name, Things).model_copy(update={"directory": name.removesuffix(".yaml")})


def _no_repeated_ids(corpus: Corpus) -> None:
    seen: set[str] = set()
    for passage in corpus.passages:
        if passage.id in seen:
            raise KnowledgeError(f"`{passage.id}` stands in the corpus twice", do="give one of the two another id")
        seen.add(passage.id)
