"""What all directories of the corpus share: strict entries, names compared loosely, and entries as passages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from assistant.handbook.models import Passage
from assistant.handbook.sentences import split_sentences


def _one_line(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_one_line)]


class Entry(BaseModel):
    """An entry of a directory file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def loose(name: str) -> str:
    """A name for comparing: small letters, no accents, no punctuation, no article in front.

    >>> loose("The VINNVÄXT programme")
    'vinnvaxt programme'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+", plain.casefold())
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "a", "an") else words)


def variants(name: str) -> set[str]:
    """Loose forms under which a name is looked up: itself, without its bracket, the bracket alone, singular."""
    bare = re.sub(r"\s*\([^)]*\)", "", name)
    forms = {loose(name), loose(bare), *(loose(inner) for inner in re.findall(r"\(([^)]*)\)", name))}
    return {f for form in forms for f in (form, form[:-1] if form.endswith("s") and len(form) > 4 else form) if f}


class Named(Protocol):
    """An entry that is looked up by its name, its id or another name."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


_N = TypeVar("_N", bound=Named)


class Lookup(Generic[_N]):
    """Entries by all their names, whatever case and number; a name wins over another entry's alias."""

    def __init__(self, entries: Iterable[_N]) -> None:
        entries = tuple(entries)
        named = [(name, entry) for entry in entries for name in (entry.name, entry.id)]
        named += [(alias, entry) for entry in entries for alias in entry.aliases]
        self._entries: dict[str, _N] = {}
        for name, entry in named:
            for form in variants(name):
                self._entries.setdefault(form, entry)

    def find(self, name: str) -> _N | None:
        """The entry that goes by a name."""
        forms = sorted(variants(name), key=len, reverse=True)
        return next((self._entries[form] for form in forms if form in self._entries), None)


def sentence(text: str) -> str:
    """Text that starts with a capital and ends with a stop."""
    text = text.strip()
    return text if not text else text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def listed(items: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def entry_passage(
    passage_id: str, *, section: str, title: str, heading: str, sentences: Iterable[str], year: int
) -> Passage:
    """A directory entry as a passage; `order` is set when the corpus is put together."""
    text = " ".join(s for s in sentences if s)
    return Passage(
        id=passage_id,
        section=section,
        title=title,
        heading=heading,
        text=text,
        sentences=split_sentences(text),
        kind="directory",
        order=0,
        year=year,
    )
