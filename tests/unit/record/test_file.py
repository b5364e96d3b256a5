"""The file of a record: readable, checked by its schema, and read with distrust."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from assistant.errors import RecordError
from assistant.record import schema
from assistant.record.events import (
    ActionNoted,
    Added,
    Answered,
    Asked,
    Digressed,
    Entered,
    Event,
    Finished,
    Rated,
    Resumed,
    SetAside,
    Settled,
    Skipped,
    Snapshot,
    Stopped,
    SubjectChanged,
)
from assistant.record.file import MIGRATIONS, SCHEMA, Damaged, parse
from assistant.record.state import Action, Citation, Criterion, Evidence, Subject
from assistant.record.store import RecordStore
from assistant.record.text import clean_text

SUBJECT = Subject(organisation="Aurora Food Cluster", audience="cluster_organisation")
CITATION = Citation(section="case-20", passage="case-20/overview", title="Innovation Express", quote="our words")
ONE_OF_EACH: tuple[Event, ...] = (
    SubjectChanged(subject=SUBJECT.model_copy(update={"country": "FI"})),
    Entered(flow="step-1"),
    Asked(flow="step-1", question="a"),
    Answered(
        flow="step-1",
        question="a",
        said="Yes: *new* markets & more\n\nsince May",
        rating="yes",
        rated_by="coach",
        criteria=(Criterion(id="named", met=True, quote="new"), Criterion(id="open")),
        asked_under="1.0",
    ),
    Added(
        question="a", said="the minutes", about="evidence", evidence=(Evidence(kind="document", text="m", quote="m"),)
    ),
    Rated(question="a", rating="no", said="no"),
    Asked(flow="step-1", question="a", stage="evidence"),
    ActionNoted(action=Action(id="a1", question="a", what="Ask members", cites=("step-1/benefits",))),
    Skipped(flow="step-1", question="b", reason="dont_know", said="no idea"),
    SetAside(question="b", because="the answer to a changed"),
    Digressed(asked="What is EEN?", answer="A network.", citations=(CITATION,)),
    Snapshot(name="spring"),
    Settled(),
    Finished(flow="step-1"),
    Stopped(),
    Resumed(),
)


def clock() -> datetime:
    return datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    with RecordStore.create(tmp_path, SUBJECT, "1.0 abc", "k1", clock) as record:
        record.append(*ONE_OF_EACH)
    return record.path


def plain(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_shipped_schema_is_that_of_the_models() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text()


def test_a_record_with_every_kind_of_event_fits_the_schema(written: Path) -> None:
    shipped = json.loads(schema.FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(shipped)
    checker = Draft202012Validator(shipped)
    content = plain(written)
    assert list(checker.iter_errors(content)) == []
    kinds = {event["type"] for event in content["events"]}
    assert kinds == set(shipped["properties"]["events"]["items"]["discriminator"]["mapping"])
    content["journeys"]["main"]["answers"]["a"]["rating"] = "maybe"
    assert list(checker.iter_errors(content))


def test_a_person_can_read_the_file(written: Path) -> None:
    content = plain(written)
    assert list(content)[:6] == ["schema", "revision", "flows", "knowledge", "subject", "snapshots"]
    assert list(content)[-1] == "events"
    assert content["flows"] == {"version": "1.0", "digest": "abc"}
    answers = content["journeys"]["main"]["answers"]
    assert (answers["a"]["state"], answers["a"]["rating"], answers["a"]["read_as"]) == ("answered", "no", "yes")
    assert answers["b"]["state"] == "set_aside"
    text = written.read_text(encoding="utf-8")
    assert "said: |-\n" in text  # text of several lines as a block, not with escapes
    assert "&id" not in text


CHANGES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda c: c["journeys"]["main"]["answers"]["a"].update(rating="yes"), "not what its events add up to"),
    (lambda c: c["events"].pop(), "not what its events add up to"),
    (lambda c: c["events"].pop(0), "does not begin with its opening"),
    (lambda c: c["events"].insert(1, dict(c["events"][0], subject=dict(c["subject"]))), "opened twice"),
    (lambda c: c.update(revision="many"), "revision: "),
    (lambda c: c.update(surprise=1), "surprise: "),
    (lambda c: c["events"][1].update(type="unheard"), r"events\.1: "),
    (lambda c: c.pop("schema"), "not a record"),
    (lambda c: c.update(schema="recipe/1.0"), "not a record"),
]


@pytest.mark.parametrize(("change", "why"), CHANGES)
def test_a_record_that_contradicts_itself_is_damaged(written: Path, change: Any, why: str) -> None:
    content = plain(written)
    change(content)
    with pytest.raises(Damaged, match=why):
        parse(yaml.safe_dump(content).encode(), "x.yaml")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"- a\n- b", "not a record"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a: [1", "not valid YAML"),
        (b"a: &x [1, 2]\nb: [*x, *x]", "line 2 refers to another place"),
        (b"a: " + b"[" * 100_000, "nested too deeply"),
        (b"a: !!python/object/apply:os.system ['true']", "not valid YAML"),
        (b"\x00", "not valid YAML"),
        (b"a: 2026-99-99", "not valid YAML"),
    ],
)
def test_hostile_yaml_is_refused_before_it_can_do_harm(content: bytes, why: str) -> None:
    with pytest.raises(Damaged, match=why):
        parse(content, "x.yaml")


def test_any_text_comes_back_as_it_was(tmp_path: Path) -> None:
    chance = random.Random(11)
    signs = "ab 1\n\t #:-|>&*!%@`'\"{}[],?~=<\\/é漢🚀\u200d\u200b\u00a0\u202e"
    with RecordStore.create(tmp_path, SUBJECT, "1.0 abc", "k1", clock) as record:
        said = [clean_text("".join(chance.choices(signs, k=chance.randrange(80)))) for _ in range(300)]
        said += [
            "yes",
            "no",
            "null",
            "~",
            "1e3",
            "2026-03-02",
            "0x1f",
            "=",
            "<<",
            " \n ",
            "\n\n",
            "- a\n- b\n",
            "x " * 200,
        ]
        record.append(*(Answered(flow="f", question=f"q{n}", said=text) for n, text in enumerate(said)))
        loaded = RecordStore.read(record.path)
    assert [answer.said for answer in loaded.state.journey.answers.values()] == said
    assert loaded.events == record.events


def test_a_newer_record_is_refused_with_a_sentence_and_left_alone(written: Path) -> None:
    newer = written.read_bytes().replace(SCHEMA.encode(), b"coach-record/1.10")
    written.write_bytes(newer)
    with pytest.raises(RecordError, match="install a newer coach"):
        RecordStore.open(written)
    assert written.read_bytes() == newer


def test_an_older_record_is_brought_forward_step_by_step_and_written_so(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = plain(written) | {"schema": "coach-record/0.8", "about": plain(written)["subject"]}
    del old["subject"]
    written.write_text(yaml.safe_dump(old), encoding="utf-8")
    with pytest.raises(RecordError, match="an older coach"):
        RecordStore.open(written)

    def rename(raw: dict[str, Any]) -> dict[str, Any]:
        return {**{k: v for k, v in raw.items() if k != "about"}, "subject": raw["about"], "schema": "coach-record/0.9"}

    monkeypatch.setitem(MIGRATIONS, "coach-record/0.8", rename)
    monkeypatch.setitem(MIGRATIONS, "coach-record/0.9", lambda raw: {**raw, "schema": SCHEMA})
    with RecordStore.open(written, clock) as record:
        assert plain(written)["schema"] == "coach-record/0.8"  # looking changes nothing
        record.append(Stopped())
    assert plain(written)["schema"] == SCHEMA
    assert RecordStore.read(written).state.subject.country == "FI"
