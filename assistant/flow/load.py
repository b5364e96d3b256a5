"""Reads the flow files of a folder, with a person's own files in place of shipped ones, into one checked `FlowSet`."""

from __future__ import annotations

import difflib
import hashlib
import types
from pathlib import Path
from typing import Annotated, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from assistant.errors import FlowError
from assistant.flow.models import Flow, FlowSet, Journey
from assistant.flow.nodes import Data, Lines, read

LARGEST = 1_000_000  # bytes of one flow file
JOURNEY = "journey"
Kind = TypeVar("Kind", Flow, Journey)


def load(folder: Path, overlay: Path | None = None) -> FlowSet:
    """All flows of a folder; files of the same name in `overlay` take the place of those in `folder`, others join them.

    The first mistake is a `FlowError` that names file and line. The digest is SHA-256 over the names and bytes read.
    """
    flow_set, mistakes = collect(folder, overlay)
    if flow_set is None:
        raise mistakes[0]
    return flow_set


def collect(folder: Path, overlay: Path | None = None) -> tuple[FlowSet | None, list[FlowError]]:
    """The flows, or None and every mistake found: at most the mistakes of form, since rules need flows that load."""
    try:
        paths = _paths(folder, overlay)
    except FlowError as error:
        return None, [error]
    mistakes: list[FlowError] = []
    digest = hashlib.sha256()
    journey: Journey | None = None
    flows: dict[str, Flow] = {}
    files: dict[str, str] = {}
    lines: dict[str, Lines] = {}
    for name, path in paths.items():
        key = name.removesuffix(".yaml")
        try:
            content = _content(path)
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            data, lines[key] = read(_text(content, path), str(path))
            files[key] = str(path)
            if key == JOURNEY:
                journey = _model(Journey, data, path, lines[key], mistakes)
            elif flow := _model(Flow, data, path, lines[key], mistakes):
                _named_like_its_file(flow, key, path, lines[key])
                flows[key] = flow
        except FlowError as error:
            mistakes.append(error)
    if mistakes or journey is None:
        return None, mistakes
    return FlowSet(journey=journey, flows=flows, digest=digest.hexdigest(), files=files, lines=lines), []


def _paths(folder: Path, overlay: Path | None) -> dict[str, Path]:
    """The flow files by name, sorted. Hidden files are none."""
    found: dict[str, Path] = {}
    for place in (folder, overlay):
        if place is None:
            continue
        if not place.is_dir():
            raise FlowError(
                "there is no folder of flows here", where=str(place), do="name a folder that holds flow files"
            )
        for path in place.iterdir():
            if path.suffix == ".yml":
                raise FlowError("flow files end in .yaml", where=str(path), do=f"rename it to {path.stem}.yaml")
            if path.suffix == ".yaml" and not path.name.startswith("."):
                found[path.name] = path
    if f"{JOURNEY}.yaml" not in found:
        raise FlowError(
            "journey.yaml is missing", where=str(folder), do="put it there: it lists the stops of the journey"
        )
    return dict(sorted(found.items()))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise FlowError(
            f"the file cannot be read ({reason})", where=str(path), do="check that it may be read"
        ) from None
    if len(content) > LARGEST:
        raise FlowError("the file is larger than 1 MB", where=str(path), do="split it into several flows")
    return content


def _text(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FlowError("this is not UTF-8 text", where=f"{path}:{line}", do="save the file as UTF-8") from None


def _named_like_its_file(flow: Flow, key: str, path: Path, lines: Lines) -> None:
    if flow.id != key:
        raise FlowError(
            f"the flow is called `{flow.id}` but its file is {path.name}",
            where=f"{path}:{lines.get('id', 1)}",
            do=f"write `id: {key}` or rename the file to {flow.id}.yaml",
        )


def _model(kind: type[Kind], data: Data, path: Path, lines: Lines, mistakes: list[FlowError]) -> Kind | None:
    if not isinstance(data, dict):
        raise FlowError("the file must hold names and values", where=f"{path}:1", do="write `name: value` lines")
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        misspelt = {(*p["loc"][:-1], _close(p, kind)) for p in problems if p["type"] == "extra_forbidden"}
        told = {p["loc"]: p for p in problems if p["type"] != "missing" or p["loc"] not in misspelt}
        keys = {
            loc[:-1] for loc in told if loc and loc[-1] == "[key]"
        }  # what stands behind a bad name is not told as well
        mistakes += [_explained(p, kind, path, lines) for loc, p in told.items() if loc not in keys]
        return None


def _close(problem: ErrorDetails, kind: type[BaseModel]) -> str:
    """The known name nearest to an unknown one, or nothing."""
    close = difflib.get_close_matches(str(problem["loc"][-1]), _names_at(kind, problem["loc"][:-1]), n=1)
    return close[0] if close else ""


def _explained(problem: ErrorDetails, kind: type[BaseModel], path: Path, lines: Lines) -> FlowError:
    """What pydantic found, as a sentence for somebody who writes no Python, on the line it stands on."""
    keys = [str(key) for key in problem["loc"] if key != "[key]"]
    name = keys[-1] if keys else ""
    what, do = _words(problem, name, kind, problem["loc"])
    return FlowError(what, where=f"{path}:{_line(keys, lines)}", do=do)


def _words(problem: ErrorDetails, name: str, kind: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, str]:
    holder = f"entry {int(name) + 1}" if name.isdecimal() else f"`{name}`"
    context = problem.get("ctx", {})
    match problem["type"]:
        case "missing":
            return f"{holder} is missing", f"add a line `{name}: ...` here"
        case "extra_forbidden":
            return f"{holder} is not known here", _nearest(name, _names_at(kind, loc[:-1]))
        case "literal_error":
            expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
            return f"`{_shown(problem['input'])}` is not allowed for {holder}", _nearest(
                _shown(problem["input"]), expected
            )
        case "string_type" if problem["input"] is None:
            return f"{holder} has no text", "write it; a text with a comma inside { } needs quotes"
        case "string_type":
            return f"{holder} must be text", "write it as text; put yes, no and numbers in quotes"
        case "string_pattern_mismatch" | "string_too_long":
            return (
                f"`{_shown(problem['input'])}` cannot be an id",
                "use small letters, digits, - . _ (a text with a comma inside { } needs quotes)",
            )
        case "tuple_type" | "list_type":
            return f"{holder} must be a list", "write [a, b] or one `- entry` a line"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{holder} must hold names and values", "write `name: value` lines under it"
        case "bool_type" | "bool_parsing":
            return f"{holder} must be true or false", "write true or false"
        case "int_type" | "int_parsing":
            return f"{holder} must be a whole number", "write a whole number"
        case "value_error":
            return str(context.get("error", problem["msg"])), "keep one of them"
        case _:
            return f"{holder} is not right ({problem['msg']})", "see the guide to flow files"


def _line(keys: list[str], lines: Lines) -> int:
    """The line of the deepest value on the way that is in the file."""
    while keys and ".".join(keys) not in lines:
        keys = keys[:-1]
    return lines.get(".".join(keys), 1)


def _shown(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"perhaps you mean `{close[0]}`"
    return f"use one of: {', '.join(known)}" if known else "take it out"


def _names_at(annotation: object, loc: tuple[int | str, ...]) -> list[str]:
    """The names allowed at a place in a model."""
    while get_origin(annotation) in (Annotated, Union, types.UnionType):
        annotation = next(a for a in get_args(annotation) if a is not types.NoneType)
    if not loc:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return [field.alias or name for name, field in annotation.model_fields.items()]
        return []
    key, rest = loc[0], loc[1:]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
        return _names_at(fields.get(str(key)), rest)
    arguments = get_args(annotation)
    if not arguments:
        return []
    return _names_at(arguments[-1] if get_origin(annotation) is dict else arguments[0], rest)
