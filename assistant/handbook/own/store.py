"""The person's documents as converted text: one private file each, named by the hash of what was added."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import paths
from assistant.errors import KnowledgeError
from assistant.handbook.own import recognise, reflow
from assistant.handbook.own.convert import KINDS, Converted, Limits, convert
from assistant.plain import one_line

FORMAT = 1  # of the stored files; another number means that a document has to be added again
MOST_AT_ONCE = 200  # files of a folder
_SHA = re.compile(r"^[0-9a-f]{64}$")


class Stored(BaseModel):
    """One document. `name` is how it is told, listed and removed; `pages` is None where the format has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: int = FORMAT
    sha256: str = Field(pattern=_SHA.pattern)
    name: str
    path: str  # where it was added from; never read again
    added: datetime
    kind: str
    pages: int | None
    handbook: bool  # it is the TACTICS handbook itself
    pieces: tuple[reflow.Piece, ...]


class Outcome(BaseModel):
    """What came of one file: the document, or a sentence on why not. `new`: it was not there before."""

    model_config = ConfigDict(frozen=True)
    document: Stored | None = None
    new: bool = True
    problem: str = ""


class DocumentStore:
    """The documents in a folder (the person's data folder unless another is given)."""

    def __init__(self, folder: Path | None = None, *, limits: Limits | None = None) -> None:
        self._folder = folder or paths.documents_dir()
        self._limits = limits or Limits()

    def documents(self) -> list[Stored]:
        """All documents that can be read, by name."""
        return sorted((d for d in (self._read(f) for f in self._files()) if d), key=lambda d: d.name.casefold())

    def damaged(self) -> list[str]:
        """Names of files in the folder that cannot be read; adding the document again mends that."""
        return [file.name for file in self._files() if self._read(file) is None]

    def add(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Outcome:
        """Convert and keep one file; raises `KnowledgeError` and keeps nothing when that fails.

        The same content is kept once. A file added from the same place with other content takes the old one's place.
        """
        made = convert(path, self._limits)
        with self._locked():
            before = {d.sha256: d for d in self.documents()}
            if made.sha256 in before:
                return Outcome(document=before[made.sha256], new=False)
            where = os.path.abspath(path)
            old = next((d for d in before.values() if d.path == where), None)
            taken = {d.name.casefold() for d in before.values() if d is not old}
            document = _stored(made, old.name if old else _free_name(path.name, taken), where, now())
            self._write(document)
            if old:
                self._file(old.sha256).unlink(missing_ok=True)
            return Outcome(document=document)

    def add_all(self, folder: Path) -> Iterator[Outcome]:
        """Add every document of a folder and of those in it; `KnowledgeError` at once when there are none or too many.

        Each file is added whole or not at all; a problem with one does not stop the others.
        """
        files = _documents_in(folder)
        for file in files:
            try:
                yield self.add(file)
            except KnowledgeError as error:
                yield Outcome(problem=error.sentence())

    def find(self, name: str) -> Stored:
        """The document of that name (or whose hash begins so); `KnowledgeError` that suggests the nearest."""
        documents = self.documents()
        fitting = [d for d in documents if d.name == name] or [
            d
            for d in documents
            if d.name.casefold() == name.casefold() or (len(name) >= 6 and d.sha256.startswith(name))
        ]
        if len(fitting) == 1:
            return fitting[0]
        near = difflib.get_close_matches(name, [d.name for d in documents], n=1, cutoff=0.4)
        do = f"did you mean “{near[0]}”" if near else "`coach knowledge list` shows what there is"
        raise KnowledgeError(f"there is no document “{one_line(name, 80)}”", do=do)

    def remove(self, name: str) -> Stored:
        """Take a document out of the store and give it back."""
        with self._locked():
            document = self.find(name)
            self._file(document.sha256).unlink(missing_ok=True)
            return document

    # -- files ------------------------------------------------------------------------------------------------------

    def _files(self) -> list[Path]:
        return sorted(f for f in self._folder.glob("*.json") if _SHA.match(f.stem)) if self._folder.is_dir() else []

    def _file(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.json"

    def _read(self, file: Path) -> Stored | None:
        try:
            found = Stored.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):
            return None
        return found if found.format == FORMAT and found.sha256 == file.stem else None

    def _write(self, document: Stored) -> None:
        final = self._file(document.sha256)
        part = final.with_suffix(f".{os.getpid()}.part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(document.model_dump_json().encode())
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, final)
        except OSError as error:
            part.unlink(missing_ok=True)
            reason = (error.strerror or str(error)).lower()
            do = "make room or check the folder's permissions"
            raise KnowledgeError(f"the document cannot be kept ({reason})", where=str(self._folder), do=do) from None

    @contextmanager
    def _locked(self) -> Generator[None]:
        try:
            with FileLock(paths.private_dir(self._folder) / "documents.lock", timeout=30, mode=0o600):
                yield
        except Timeout:
            raise KnowledgeError(
                "another coach is adding or removing documents", where=str(self._folder), do="try again in a minute"
            ) from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise KnowledgeError(
                f"the folder of your documents cannot be used ({reason})", where=str(self._folder), do="check it"
            ) from None


def _stored(made: Converted, name: str, path: str, added: datetime) -> Stored:
    handbook = recognise.is_handbook(made.pages)
    pieces = reflow.reflow(recognise.unglued(made.pages) if handbook else made.pages)
    if not any(any(c.isalnum() for c in piece.text) for piece in pieces):
        do = "a scanned document needs text recognition first"
        raise KnowledgeError("there is no text in it", where=name, do=do)
    numbered = any(page is not None for page, _ in made.pages)
    return Stored(
        sha256=made.sha256,
        name=name,
        path=path,
        added=added,
        kind=made.kind,
        pages=len(made.pages) if numbered else None,
        handbook=handbook,
        pieces=tuple(pieces),
    )


def _free_name(file: str, taken: Iterable[str]) -> str:
    """A name to show: the file's, as plain text of one line, with a number behind it where it is taken."""
    plain = re.sub(r"[\"“”<>|`*\[\]{}\\/]", "_", " ".join(reflow.clean(file).split()))
    name = one_line(plain, 80) or "document"
    number, found = 2, name
    while found.casefold() in set(taken):
        found, number = f"{name} ({number})", number + 1
    return found


def _documents_in(folder: Path) -> list[Path]:
    """The files of a folder that look like documents, hidden ones and links left out."""
    found: list[Path] = []
    for where, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            path = Path(where) / name
            if not name.startswith(".") and path.suffix.lower().removeprefix(".") in KINDS and not path.is_symlink():
                found.append(path)
        if len(found) > MOST_AT_ONCE:
            what = f"the folder holds more than {MOST_AT_ONCE} documents"
            raise KnowledgeError(what, where=one_line(str(folder), 120), do="add a smaller folder, or single files")
    if not found:
        endings = ", ".join(f".{kind}" for kind in KINDS)
        raise KnowledgeError(
            "the folder holds no document", where=one_line(str(folder), 120), do=f"known endings: {endings}"
        )
    return found
