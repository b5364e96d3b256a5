"""YAML that knows its lines, so that a mistake in a corpus file is reported as `file:line: what; how to mend it`."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError

from assistant.errors import KnowledgeError

Model = TypeVar("Model", bound=BaseModel)


def read_text(file: Path) -> str:
    """The file's text; `KnowledgeError` when it cannot be read or is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise KnowledgeError("the file is not UTF-8 text", where=f"{file}:{line}", do="save it as UTF-8") from None
    except OSError as error:
        reason = (error.strerror or "error").lower()
        what = f"the file cannot be read ({reason})"
        raise KnowledgeError(what, where=str(file), do="check its permissions") from None


def parse(text: str, model: type[Model], file: Path, *, first_line: int = 1) -> Model:
    """Validate YAML text as `model`; `first_line` is where the text starts in `file`."""
    try:
        node, value = _composed(text)
        if node is not None:
            _no_repeated_keys(node, file, first_line)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise KnowledgeError(
            f"not valid YAML ({problem})", where=f"{file}:{line}", do="check the indentation, colons and quotes there"
        ) from None
    try:
        return model.model_validate(value if value is not None else {})
    except ValidationError as error:
        raise _explained(error, model, node, file, first_line) from None


def _composed(text: str) -> tuple[yaml.Node | None, object]:
    """The YAML tree and its value; through libyaml where that is there (ten times as fast)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = cast("yaml.Node | None", loader.get_single_node())
        return node, (loader.construct_document(node) if node is not None else None)
    finally:
        loader.dispose()


def _no_repeated_keys(node: yaml.Node, file: Path, first_line: int) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            if key.value in seen:
                where = f"{file}:{first_line + key.start_mark.line}"
                raise KnowledgeError(f"`{key.value}` stands here twice", where=where, do="keep one of the two")
            seen.add(key.value)
            _no_repeated_keys(child, file, first_line)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _no_repeated_keys(child, file, first_line)


def _line_of(node: yaml.Node | None, place: Sequence[int | str]) -> int:
    """Line (from 0) of the innermost value of `place` that the file holds."""
    line = 0
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = cast("yaml.Node", node).start_mark.line
        else:
            continue  # a step of pydantic's own (which arm of a union)
    return line


def _explained(
    error: ValidationError, model: type[BaseModel], node: yaml.Node | None, file: Path, first_line: int
) -> KnowledgeError:
    found = error.errors()
    # A misspelt name is missing under its right name as well: the misspelling is what helps.
    problem = next((p for p in found if p["type"] == "extra_forbidden"), found[0])
    place = problem["loc"]
    name = ".".join(str(step) for step in place) or "the file"
    where = f"{file}:{first_line + _line_of(node, place)}"
    if problem["type"] == "extra_forbidden":
        known = _fields_at(model, place[:-1])
        near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
        do = f"did you mean `{near[0]}`?".rstrip("?") if near else f"known names: {', '.join(known)}"
        return KnowledgeError(f"there is no `{place[-1]}` here", where=where, do=do)
    if problem["type"] == "missing":
        return KnowledgeError(f"`{name}` is missing", where=where, do=f"add `{place[-1]}:`")
    message = problem["msg"].removeprefix("Value error, ")
    return KnowledgeError(f"`{name}`: {message[:1].lower()}{message[1:]}", where=where, do="change this value")


def _fields_at(model: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """Field names of the model nested at `place`; lists and optionals are looked through."""
    current: Any = model
    for step in place:
        if isinstance(step, int) or not hasattr(current, "model_fields"):
            continue
        field = current.model_fields.get(step)
        inner = _inner_model(field.annotation) if field else None
        if inner is None:
            return []
        current = inner
    return list(current.model_fields)


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found:
            return found
    return None
