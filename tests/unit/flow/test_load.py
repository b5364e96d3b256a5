"""A flow file with a mistake is refused with its file, its line and a way to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from assistant.errors import FlowError
from assistant.flow.load import LARGEST, collect, load


class SmallFlows(Protocol):
    folder: Path

    def change(self, old: str, new: str, *, file: str = "step-1.yaml") -> int: ...


def refused(folder: Path, overlay: Path | None = None) -> FlowError:
    with pytest.raises(FlowError) as caught:
        load(folder, overlay)
    assert caught.value.do, "an error without a way out"
    return caught.value


def test_the_small_flows_load_with_the_line_of_every_value(small: SmallFlows) -> None:
    flows = load(small.folder)

    assert [q.id for q in flows.flow("step-1").questions] == ["first", "second", "third"]
    assert flows.lines["step-1"]["questions.0.counts.written"] == 10
    assert flows.files["step-1"] == str(small.folder / "step-1.yaml")


@pytest.mark.parametrize(
    ("old", "new", "what", "do"),
    [
        ("    ask: Do you", "    aks: Do you", "`aks` is not known here", "perhaps you mean `ask`"),
        ("kind: choice", "kind: choise", "`choise` is not allowed for `kind`", "perhaps you mean `choice`"),
        ("passage: step-1/overview}\n    counts", "pasage: x}\n    counts", "`pasage`", "perhaps you mean `passage`"),
        ("{all_met: true}", "{allmet: true}", "`allmet`", "perhaps you mean `all_met`"),
        ("{all_met: true}", "{all_met: true, any_gap: true}", "exactly one key", "keep one"),
        ("purpose: To try.", "purpose: yes", "`purpose` must be text", "quotes"),
        ("id: second", "id: The Second", "`The Second` cannot be an id", "small letters"),
        ("offer: [step-1/benefits]", "offer: step-1/benefits", "`offer` must be a list", "[a, b]"),
        ("gap: {action: Name somebody.}", "gap: Name somebody.", "`gap` must hold names and values", "name: value"),
        ("go: step-2, because", "go: step-2, suggest: step-1, because", "either `go` or `suggest`", "keep one"),
        ("ours: true, say", "ours: perhaps, say", "`ours` must be true or false", "write true or false"),
        ("title: One", "title: One\ntitle: Two", "`title` is written twice", "keep one"),
        (
            "probe: {written: Is it written down?}",
            "probe: {written: Is it, well, there?}",
            "`well` has no text",
            "comma",
        ),
        ("options:", "options: [", "not valid YAML", "indentation"),
        ("ask: Which way?", "ask: !!python/name:os.system Which way?", "tags (!) are not read", "quotes"),
        ("ask: Which way?", "ask: &a Which way?", "anchors", "write it out"),
        ("id: step-1", "id: step-7", "the flow is called `step-7` but its file is step-1.yaml", "rename"),
        ("ask: Which way?", "? [ask]\n    : Which way?", "a name must be one word", "name: value"),
    ],
)
def test_each_mistake_names_file_line_and_way_out(small: SmallFlows, old: str, new: str, what: str, do: str) -> None:
    line = small.change(old, new)

    error = refused(small.folder)

    file, _, told = error.where.rpartition(":")
    assert file == str(small.folder / "step-1.yaml")
    assert line <= int(told) <= line + 2  # what YAML stumbles over may stand a line further down
    assert what in error.what
    assert do in error.do


def test_what_is_missing_is_told_at_the_entry_it_is_missing_in(small: SmallFlows) -> None:
    line = small.change("    ask: Which way?\n", "")

    error = refused(small.folder)

    assert error.what == "`ask` is missing"
    assert error.where.endswith(f"step-1.yaml:{line - 2}")  # where the question begins


def test_a_misspelt_name_is_told_once_and_every_other_mistake_too(small: SmallFlows) -> None:
    small.change("    ask: Do you", "    aks: Do you")
    small.change("kind: choice", "kind: choise")
    small.change("version:", "versoin:", file="journey.yaml")

    _, mistakes = collect(small.folder)

    assert [mistake.what.split("`")[1] for mistake in mistakes] == ["versoin", "aks", "choise"]


def test_a_file_nested_without_end_is_refused_before_it_harms(small: SmallFlows) -> None:
    (small.folder / "step-1.yaml").write_text("[" * 200_000, encoding="utf-8")

    assert "nested too deeply" in refused(small.folder).what


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"id: caf\xe9\n", "not UTF-8"),
        (b"a: b\nc: \x07\n", "characters that YAML does not allow"),
        (b"# " + b"x" * LARGEST, "larger than 1 MB"),
        (b"- only\n- a list\n", "names and values"),
        (b"", "names and values"),
        (b"a: 1\n---\nb: 2\n", "another document"),
    ],
)
def test_a_file_that_is_no_flow_is_named(small: SmallFlows, content: bytes, what: str) -> None:
    (small.folder / "step-1.yaml").write_bytes(content)

    error = refused(small.folder)

    assert what in error.what
    assert "step-1.yaml" in error.where


def test_a_folder_without_a_journey_or_with_the_wrong_ending_is_told(small: SmallFlows, tmp_path: Path) -> None:
    assert "no folder" in refused(tmp_path / "nowhere").what

    (small.folder / "extra.yml").write_text("a: b", encoding="utf-8")
    assert "rename it to extra.yaml" in refused(small.folder).do

    (small.folder / "extra.yml").unlink()
    (small.folder / "journey.yaml").unlink()
    assert "journey.yaml is missing" in refused(small.folder).what


def test_a_persons_file_takes_the_place_of_the_shipped_one_and_changes_the_digest(
    small: SmallFlows, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    before = load(small.folder)
    assert load(small.folder, own) == before

    text = (small.folder / "step-1.yaml").read_text(encoding="utf-8")
    (own / "step-1.yaml").write_text(text.replace("Do you have a plan?", "Is there a plan?"), encoding="utf-8")
    after = load(small.folder, own)

    assert after.flow("step-1").questions[0].ask == "Is there a plan?"
    assert after.files == {"journey": str(small.folder / "journey.yaml"), "step-1": str(own / "step-1.yaml")}
    assert after.digest != before.digest


def test_the_digest_does_not_depend_on_where_the_folder_lies(small: SmallFlows, tmp_path: Path) -> None:
    before = load(small.folder).digest
    assert load(small.folder.rename(tmp_path / "elsewhere")).digest == before
