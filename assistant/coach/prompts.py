"""Prompt files: every prompt has an id, few-shot examples and limits, and is filled part by part."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from assistant.errors import UsageError
from assistant.model.port import Message, Part, Prompt

_LIMIT = 200_000  # bytes of a prompt file
_FORM = Formatter().parse


class _Example(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    user: str
    assistant: str


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str
    keep: bool = False

    @field_validator("text")
    @classmethod
    def _plain_places(cls, text: str) -> str:
        """Only `{name}`: anything else in braces would be code of a kind, or fail while somebody waits."""
        if not all(
            name is None or (name.isidentifier() and not form and not conv) for _, name, form, conv in _FORM(text)
        ):
            raise ValueError("write a place as {name}, and other braces twice")
        return text


class PromptFile(BaseModel):
    """One prompt file. `turn` are the parts of the last message, with {places}."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    max_tokens: int
    system: str
    examples: tuple[_Example, ...] = ()
    turn: tuple[_Turn, ...]

    def fill(self, **values: str) -> Prompt:
        """The prompt with its places filled. What is filled in is never read as a template or as control tokens.

        `UsageError` when the file has a place that nothing fills.
        """
        unknown = self.places() - set(values)
        if unknown:
            do = f"use {', '.join(f'{{{name}}}' for name in sorted(values))}"
            raise UsageError(f"nothing fills the place {{{min(unknown)}}}", where=f"prompt {self.id}", do=do)
        messages = list(self.beginning().messages)
        parts = (Part(text=turn.text.format_map(values), keep=turn.keep) for turn in self.turn)
        messages.append(Message(role="user", parts=tuple(part for part in parts if part.text)))
        return Prompt(id=self.id, messages=tuple(messages))

    def beginning(self) -> Prompt:
        """The part of the prompt that never changes: system text and examples, worth keeping to its end."""
        messages = [Message(role="system", parts=(Part(text=self.system.strip()),))]
        for example in self.examples:
            last = example is self.examples[-1]
            messages.append(Message(role="user", parts=(Part(text=example.user),)))
            messages.append(Message(role="assistant", parts=(Part(text=example.assistant, keep=last),)))
        return Prompt(id=self.id, messages=tuple(messages))

    def places(self) -> set[str]:
        """The names of the places to fill."""
        return {name for turn in self.turn for _, name, _, _ in _FORM(turn.text) if name}


class Prompts:
    """The prompt files of a folder; a file of the same name in `overlay` takes a shipped one's place."""

    def __init__(self, folder: Path, overlay: Path | None = None) -> None:
        self._folder, self._overlay = folder, overlay
        self._read: dict[str, PromptFile] = {}

    def get(self, name: str) -> PromptFile:
        """The prompt file `name`.yaml; `UsageError` names the file when it is missing or wrong."""
        if name not in self._read:
            self._read[name] = self._load(name)
        return self._read[name]

    def _load(self, name: str) -> PromptFile:
        own = self._overlay / f"{name}.yaml" if self._overlay else None
        file = own if own and own.is_file() else self._folder / f"{name}.yaml"
        try:
            if file.stat().st_size > _LIMIT:
                raise UsageError("the prompt file is too large", where=str(file), do="shorten it")
            return PromptFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            raise UsageError("the prompt file is not UTF-8 text", where=str(file), do="save it as UTF-8") from None
        except OSError as error:
            raise UsageError(f"the prompt file cannot be read ({error.strerror})", where=str(file)) from None
        except yaml.YAMLError as error:
            line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
            raise UsageError("the prompt file is not valid YAML", where=f"{file}:{line}", do="mend that line") from None
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(p) for p in first["loc"])
            raise UsageError(f"`{place}`: {first['msg']}", where=str(file), do="see the shipped prompt file") from None
