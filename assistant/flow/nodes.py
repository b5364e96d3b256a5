"""YAML as plain data that remembers the line each value stands on. Only text, numbers, yes/no and nothing are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import yaml

from assistant.errors import FlowError

Data: TypeAlias = "str | int | bool | list[Data] | dict[str, Data] | None"
Lines = dict[str, int]

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 40
_BOOLEANS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def read(text: str, where: str) -> tuple[Data, Lines]:
    """The data of one YAML document, and for each value its 1-based line under a dotted path such as `questions.0.ask`.

    Keys are always text. A key used twice, an anchor or alias, a tag or nesting beyond 40 levels is a `FlowError`.
    """
    _refuse_traps(text, where)
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise FlowError(
            f"this is not valid YAML ({error.problem or 'it cannot be read'})",
            where=f"{where}:{line}",
            do="check indentation, colons and quotes around this line",
        ) from None
    except yaml.YAMLError as error:
        raise FlowError(
            "the file holds characters that YAML does not allow",
            where=f"{where}:{_line_of(text, error)}",
            do="save it as plain UTF-8 text",
        ) from None
    lines: Lines = {"": 1}
    if root is None:
        return None, lines
    return _plain(root, "", where, lines), lines


def _refuse_traps(text: str, where: str) -> None:
    """Look at the tokens first: nesting that exhausts the stack crashes the C parser, aliases can blow up in memory."""
    level = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            here = f"{where}:{event.start_mark.line + 1 if event.start_mark else 1}"
            if isinstance(event, yaml.CollectionStartEvent):
                level += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                level -= 1
            if level > _DEEPEST:
                raise FlowError("the file is nested too deeply", where=here, do="write it flatter")
            if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
                raise FlowError("anchors (&) and aliases (*) are not read here", where=here, do="write it out")
            if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag not in (None, "!"):
                raise FlowError("tags (!) are not read here", where=here, do="put the text in quotes")
    except yaml.YAMLError:
        return  # told by the caller, which reads it again


def _line_of(text: str, error: yaml.YAMLError) -> int:
    position = getattr(error, "position", 0)
    return text.count("\n", 0, position) + 1 if isinstance(position, int) else 1


def _plain(node: yaml.Node, path: str, where: str, lines: Lines) -> Data:
    here = node.start_mark.line + 1
    lines.setdefault(path, here)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, _join(path, str(i)), where, lines) for i, item in enumerate(node.value)]
    data: dict[str, Data] = {}
    for key, value in _pairs(node, where):
        name, line = key.value, key.start_mark.line + 1
        if name in data:
            raise FlowError(f"`{name}` is written twice", where=f"{where}:{line}", do="keep one of the two")
        lines[_join(path, name)] = line
        data[name] = _plain(value, _join(path, name), where, lines)
    return data


def _pairs(node: yaml.Node, where: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    assert isinstance(node, yaml.MappingNode)
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise FlowError("a name must be one word", where=f"{where}:{line}", do="write `name: value`")
        yield key, value


def _scalar(node: yaml.ScalarNode) -> Data:
    if node.style in ("'", '"', "|", ">"):  # quoted or a text block
        return node.value
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return _BOOLEANS.get(node.value.lower(), node.value)
    if kind == "int" and node.value.isdecimal():
        return int(node.value)
    return node.value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
