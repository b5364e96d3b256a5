"""The one settings model: a YAML file, environment variables `COACH_...` above it, flags above both."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import paths
from assistant.errors import UsageError

_NOT_SETTINGS = {"HOME", "MODELS"}  # COACH_HOME and COACH_MODELS are places (paths.py)


class ServerSettings(BaseModel):
    """An OpenAI-compatible server that takes the place of the local chat model."""

    model_config = ConfigDict(extra="forbid")
    url: str
    """Base address, e.g. http://127.0.0.1:8000/v1"""
    model: str
    """Name of the model on that server."""
    key_env: str | None = None
    """Name of the environment variable that holds the key (never the key itself)."""
    timeout_s: float = Field(default=60.0, gt=0)
    """Seconds to wait for the server."""


class Settings(BaseModel):
    """Everything a person can set. The docstring under each field is its documentation."""

    model_config = ConfigDict(extra="forbid")
    model: str | None = None
    """Chat model: an id of the catalogue or the path of a GGUF file; unset means the catalogue's default."""
    threads: int | None = Field(default=None, ge=1, le=256)
    """Processor threads of the model; unset means the physical cores."""
    context: int = Field(default=4096, ge=1024, le=131072)
    """Tokens the chat model can see at once."""
    server: ServerSettings | None = None
    """A model server in place of the local chat model."""
    records: Path | None = None
    """Folder of the records."""
    knowledge: Path | None = None
    """Folder whose files take the place of shipped corpus files of the same name."""
    flows: Path | None = None
    """Folder whose files take the place of shipped flow files of the same name."""
    prompts: Path | None = None
    """Folder whose files take the place of shipped prompt files of the same name."""
    theme: str = "journey-dark"
    """Colour theme of the terminal app."""
    calm: bool = False
    """No animation, no blinking, no spinners."""
    wording: Literal["handbook", "model"] = "handbook"
    """Who words answers: `handbook` shows the corpus' own paragraphs, `model` has the chat model reword them."""
    read_ahead: bool = True
    """Read the handbook's passages while the coach waits, so that later answers come sooner (minutes, once)."""
    answer_tokens: int = Field(default=160, ge=16, le=1024)
    """Longest answer of the model, in tokens."""
    language: Literal["en"] = "en"
    """Language of the coach's own sentences."""

    def records_dir(self) -> Path:
        """The folder of the records."""
        return (self.records or paths.records_dir()).expanduser()


def load(**flags: object) -> Settings:
    """Read settings; `flags` that are not None win. Raises `UsageError` that names the setting and the nearest one."""
    file = paths.config_file()
    values: dict[str, Any] = {}
    if file.is_file():
        try:
            read = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
            raise UsageError(
                "the settings file is not valid YAML", where=f"{file}:{line}", do="mend it or delete it"
            ) from None
        if read is not None and not isinstance(read, dict):
            raise UsageError(
                "the settings file must hold names and values", where=str(file), do="write `name: value` lines"
            )
        values.update(read or {})
    values.update(_environment())
    values.update({name: value for name, value in flags.items() if value is not None})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise _explained(error, file) from None


def save(settings: Settings) -> Path:
    """Write the settings that differ from the defaults; the file's path."""
    file = paths.config_file()
    paths.private_dir(file.parent)
    values = settings.model_dump(mode="json", exclude_defaults=True)
    temporary = file.with_suffix(".part")
    temporary.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True), encoding="utf-8")
    os.replace(temporary, file)
    return file


def _environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in os.environ.items():
        if name.startswith("COACH_") and name[6:] not in _NOT_SETTINGS:
            try:
                found[name[6:].lower()] = yaml.safe_load(text)
            except yaml.YAMLError:
                found[name[6:].lower()] = text
    return found


def _explained(error: ValidationError, file: Path) -> UsageError:
    problem = error.errors()[0]
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        fields = ServerSettings.model_fields if name.startswith("server.") else Settings.model_fields
        near = difflib.get_close_matches(name.rsplit(".", 1)[-1], list(fields), n=1, cutoff=0.4)
        hint = f"did you mean `{near[0]}`?" if near else f"known settings: {', '.join(fields)}"
        return UsageError(f"there is no setting `{name}`", where=str(file), do=hint.rstrip("."))
    return UsageError(
        f"setting `{name}`: {problem['msg'][:1].lower()}{problem['msg'][1:]}", where=str(file), do="change its value"
    )
