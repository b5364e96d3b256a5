"""What the corpus is made of: passages with their place, and what a search gives back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

DocumentKind = Literal["step", "theme", "case", "chapter", "directory", "own"]


class Passage(BaseModel):
    """One idea of the corpus. `id` is stable (`case-20/figures#2`), `section` is the label answers cite (`case-20`)."""

    model_config = ConfigDict(frozen=True)
    id: str
    section: str
    title: str  # of the document: "Case 20: Innovation Express ..."
    heading: str  # of the part it stands in
    text: str
    sentences: tuple[str, ...]
    kind: DocumentKind
    order: int  # position in its section, from 0
    year: int = 2012  # of the information
    asks: tuple[str, ...] = ()  # what people may ask that it answers, in our words: found with, never shown
    own: str = ""  # name of the person's document it comes from; empty: it is our corpus
    page: int | None = None  # of that document, where it has pages

    @property
    def source(self) -> str:
        """How a person is told where this comes from; without quotation marks, for the words of the corpus are ours."""
        if self.own:
            place = f"your document {self.own}" + (f", page {self.page}" if self.page else "")
            known = not self.section.startswith("own:")
            return f"the TACTICS handbook ({self.year}), {self.title.split(':')[0]}, in {place}" if known else place
        name = self.title.split(":")[0]
        return f"after the TACTICS handbook ({self.year}), {name} ({self.heading})"


class Hit(BaseModel):
    """A passage found: fused score (higher is better) and the sentence of it that came closest (index, or None)."""

    model_config = ConfigDict(frozen=True)
    passage: Passage
    score: float
    sentence: int | None = None
    cosine: float | None = None  # of question and passage, where the dense search saw it


class Query(BaseModel):
    """A search: the words, and what is known about who asks. `boost` names sections or entries the question names."""

    model_config = ConfigDict(frozen=True)
    text: str
    audience: str | None = None
    step: str | None = None
    boost: tuple[str, ...] = ()


class Retriever(Protocol):
    """Finds passages. Errors are `KnowledgeError`."""

    def search(self, query: Query, *, limit: int = 8) -> list[Hit]: ...

    def section(self, label: str) -> Sequence[Passage]:
        """All passages of a section in reading order; empty when there is none."""
        ...

    def passage(self, passage_id: str) -> Passage | None: ...
