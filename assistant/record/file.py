"""The record as a YAML file: its form, reading it with distrust, and writing it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import RecordError
from assistant.plain import one_line
from assistant.record.disk import explained
from assistant.record.events import Event, Opened, replay
from assistant.record.state import Action, Answer, Consulted, JourneyState, Pending, State, Subject

SCHEMA: Literal["coach-record/1.0"] = "coach-record/1.0"
MOST_BYTES = 16 * 1024 * 1024
_DEEPEST = 40  # nested lists and mappings; a record has seven

AnswerState = Literal["answered", "dont_know", "not_applicable", "later", "set_aside"]
Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: dict[str, Migration] = {}
"""From an older `schema` to the content under the next one; none is needed as long as 1.0 is the first."""


class Damaged(Exception):
    """The content of a record file cannot be trusted; the text says why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FlowsVersion(_Part):
    """Which flows a record was begun under: their version and the hash of their files."""

    version: str
    digest: str = ""


class WrittenAnswer(Answer):
    """An answer as the file shows it: with its state in one word."""

    state: AnswerState


class WrittenJourney(_Part):
    """A journey as the file shows it."""

    title: str = ""
    flows: dict[str, Literal["begun", "done"]] = {}
    pending: Pending | None = None
    answers: dict[str, WrittenAnswer] = {}
    history: tuple[str, ...] = ()


class RecordFile(_Part):
    """A whole record. All but `events` and `revision` is derived from the events and there to be read by people."""

    schema_: Literal["coach-record/1.0"] = Field(alias="schema")
    revision: int = Field(ge=1, description="counts the writes")
    flows: FlowsVersion
    knowledge: str = Field(default="", description="version of the handbook's texts")
    subject: Subject
    stopped: bool = False
    snapshots: tuple[str, ...] = ()
    journeys: dict[str, WrittenJourney]
    actions: tuple[Action, ...] = ()
    consulted: tuple[Consulted, ...] = ()
    events: tuple[Event, ...] = Field(
        min_length=1, description="all that happened, in order; never changed, only added to"
    )


@dataclass(frozen=True)
class Loaded:
    """A record that was read and holds: its state, its events, and the hash of the bytes it came from."""

    state: State
    events: tuple[Event, ...]
    revision: int
    digest: str
    migrated_from: str | None = None


def fingerprint(content: bytes) -> str:
    """The hash by which a foreign change is noticed."""
    return sha256(content).hexdigest()


def answer_state(answer: Answer) -> AnswerState:
    """In one word whether an answer stands, was passed over (and why) or was set aside."""
    return "set_aside" if answer.set_aside is not None else answer.skipped or "answered"


def read(path: Path) -> Loaded:
    """Read a record. `Damaged` when its content cannot be trusted, `RecordError` when it cannot or may not be read."""
    try:
        if path.exists() and not path.is_file():
            raise RecordError("this is not a file", where=str(path), do="give the path of a record")
        size = path.stat().st_size
        if size > MOST_BYTES:
            what = f"this is too big for a record ({size / 1e6:,.0f} MB, at most {MOST_BYTES / 1e6:,.0f})"
            raise RecordError(what, where=str(path), do="look whether it is the right file")
        content = path.read_bytes()
    except OSError as error:
        raise explained(error, path, doing="read") from None
    return parse(content, path.name)


def parse(content: bytes, name: str, migrations: Mapping[str, Migration] | None = None) -> Loaded:
    """The record in `content`: safe YAML, right in form, and with a state that its events really add up to."""
    raw = _plain(content)
    written_as = raw.get("schema")
    if not isinstance(written_as, str) or not written_as.startswith("coach-record/"):
        raise Damaged("it is not a record of the coach")
    if written_as != SCHEMA:
        raw = migrated(raw, name, MIGRATIONS if migrations is None else migrations)
    try:
        file = RecordFile.model_validate(raw)
        state = replay(file.events)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise Damaged(f"{one_line(where)}: {problem['msg'][:1].lower()}{one_line(problem['msg'][1:], 120)}") from None
    except RecordError as error:
        raise Damaged(error.what) from None
    if whole(state, file.events, file.revision) != file:
        raise Damaged("what it says is not what its events add up to")
    older = written_as if written_as != SCHEMA else None
    return Loaded(state, file.events, file.revision, fingerprint(content), older)


def migrated(raw: dict[str, Any], name: str, migrations: Mapping[str, Migration]) -> dict[str, Any]:
    """The content brought to the present schema, step by step. A newer or unknown one is a `RecordError`."""
    for _ in range(len(migrations) + 1):
        schema = str(raw.get("schema"))
        if schema == SCHEMA:
            return raw
        if schema not in migrations:
            break
        raw = migrations[schema](raw)
    newer = _number(str(raw.get("schema"))) > _number(SCHEMA)
    do = "install a newer coach" if newer else "open it with the coach that wrote it"
    age = "a newer coach" if newer else "an older coach, whose records this one cannot read"
    what = f"this record was written by {age} ({one_line(str(raw.get('schema')), 40)})"
    raise RecordError(what, where=name, do=do)


def whole(state: State, events: Sequence[Event], revision: int) -> RecordFile:
    """The file's content for a state and the events behind it."""
    opened = next(e for e in events if isinstance(e, Opened))
    version, _, digest = opened.flows.partition(" ")
    return RecordFile(
        schema=SCHEMA,
        revision=revision,
        flows=FlowsVersion(version=version, digest=digest),
        knowledge=opened.knowledge,
        subject=state.subject,
        stopped=state.stopped,
        snapshots=state.snapshots,
        journeys={state.journey.id: _written(state.journey)},
        actions=state.actions,
        consulted=state.consulted,
        events=tuple(events),
    )


def _written(journey: JourneyState) -> WrittenJourney:
    return WrittenJourney(
        title=journey.title,
        flows=journey.flows,
        pending=journey.pending,
        answers={key: WrittenAnswer(state=answer_state(a), **dict(a)) for key, a in journey.answers.items()},
        history=journey.history,
    )


class Writer:
    """Turns a record into bytes, and remembers the text of past events so that a long record is not slow to save."""

    def __init__(self) -> None:
        self._events: list[tuple[Event, str]] = []
        self._answers: dict[str, tuple[Answer, str]] = {}

    def content(self, state: State, events: Sequence[Event], revision: int) -> bytes:
        """The file as UTF-8. Texts of events and answers made before are used again."""
        journey = state.journey
        bare = journey.model_copy(update={"answers": {}, "history": ()})  # these two are written below
        file = whole(state.model_copy(update={"journey": bare}), events[:1], revision)
        head = file.model_dump(mode="json", by_alias=True, exclude={"events", "journeys"}, exclude_defaults=True)
        head["subject"] = file.subject.model_dump(mode="json", exclude_none=True)
        tail = {key: head.pop(key) for key in ("actions", "consulted") if key in head}
        data = file.journeys[journey.id].model_dump(mode="json", exclude_defaults=True)
        data |= {"title": journey.title, "history": _Row(journey.history)}
        while self._events and self._events[-1][0] is not events[min(len(self._events), len(events)) - 1]:
            self._events.pop()  # of a write that failed
        self._events += [(e, _dump([event_data(e)])) for e in events[len(self._events) :]]
        parts = [_HEADING, _dump(head), "journeys:\n", _indented(_dump({journey.id: data}), 2)]
        parts.append("    answers:\n" if journey.answers else "    answers: {}\n")
        parts += [self._answer(question, answer) for question, answer in journey.answers.items()]
        parts += [_dump(tail) if tail else "", "events:\n", *(text for _, text in self._events)]
        return "".join(parts).encode("utf-8")

    def _answer(self, question: str, answer: Answer) -> str:
        known = self._answers.get(question)
        if known is None or known[0] is not answer:
            data = {"state": answer_state(answer), **answer.model_dump(mode="json", exclude_defaults=True)}
            known = (answer, _indented(_dump({question: data}), 6))
            self._answers[question] = known
        return known[1]


_HEADING = (
    "# A record of the Journey Coach. Please read it as you like and leave changes to the coach: everything above\n"
    "# `events` follows from the events, and a record in which it does not is taken for damaged.\n"
)


def event_data(event: Event) -> dict[str, Any]:
    """An event as plain data, its kind and time first, without what says nothing."""
    return {"type": event.type, "at": event.at, **event.model_dump(mode="json", exclude_defaults=True)}


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BaseDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_BaseDumper):
    """Safe dumper: no anchors, and text of several lines as a block."""

    def ignore_aliases(self, data: object) -> bool:
        return True


class _Row(list[str]):
    """A list written on one line."""


def _row(dumper: Any, row: _Row) -> Any:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", row, flow_style=True)


def _text(dumper: Any, text: str) -> Any:
    block = "\n" in text and not text.endswith("\n")  # a block with line ends at its end can end the whole document
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if block else None)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Row, _row)


def _dump(data: object) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _indented(text: str, by: int) -> str:
    """Block YAML moved to the right. Empty lines stay empty: inside text they are not indented either."""
    return re.sub(r"(?m)^(?=[^\n])", " " * by, text)


def _plain(content: bytes) -> dict[str, Any]:
    """Safe YAML to plain data. A first pass refuses what could blow up when built: aliases and deep nests."""
    try:
        text = content.decode("utf-8")
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                raise Damaged(f"{_line(event)} refers to another place, which no record does")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise Damaged(f"{_line(event)} is nested too deeply")
        raw: object = yaml.load(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        raise Damaged(f"byte {error.start + 1:,} is not UTF-8 text") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Damaged(f"line {mark.line + 1} is not valid YAML" if mark else "it is not valid YAML") from None
    if raw is None:
        raise Damaged("it is empty")
    if not isinstance(raw, dict):
        raise Damaged("it is not a record of the coach")
    return cast("dict[str, Any]", raw)


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "it"


def _number(schema: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in schema.rpartition("/")[2].split("."))
    except ValueError:
        return ()
