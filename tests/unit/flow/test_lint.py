"""Flows that load can still lead a person astray; the check finds it and says where and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from assistant.flow.lint import Finding, check
from assistant.flow.load import load


class SmallFlows(Protocol):
    folder: Path
    parts: frozenset[str]

    def change(self, old: str, new: str, *, file: str = "step-1.yaml") -> int: ...


def findings(small: SmallFlows) -> list[Finding]:
    return check(load(small.folder), small.parts)


def test_the_small_flows_are_clean(small: SmallFlows) -> None:
    assert findings(small) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "message", "mend"),
    [
        ("{second: left}", "{secnd: left}", "unknown-id", "no question `secnd`", "`second`"),
        ("{second: left}", "{second: lefft}", "unknown-id", "no option of second `lefft`", "`left`"),
        ("depends_on: [first]", "depends_on: [frist]", "unknown-id", "no question or flow `frist`", "`first`"),
        ("{all_met: true}", "{gap: frist}", "unknown-id", "no question `frist`", "`first`"),
        ("{all_met: true}", "{gaps_in: step-9}", "unknown-id", "no flow `step-9`", "`step-1`"),
        ("go: step-2, because", "go: step-3, because", "unknown-id", "no stop `step-3`", "perhaps"),
        ("because: r-next", "because: r-nxt", "unknown-id", "no rule `r-nxt`", "`r-next`"),
        ("  - id: second", "  - id: first", "id-reused", "a question of step-1 already", "an id of its own"),
        ("  - id: second", "  - id: step-1", "id-reused", "the flow step-1 already", "an id of its own"),
        ("{id: right, label: Right}", "{id: left, label: Right}", "id-reused", "there twice", "rename"),
        (
            "passage: step-1/overview",
            "passage: step-1/overvew",
            "no-such-passage",
            "`step-1/overvew`",
            "`step-1/overview`",
        ),
        ("offer: [step-1/benefits]", "offer: [case-99]", "no-such-passage", "`case-99`", "name a part"),
        ("text: Plans help., passage: step-1/overview", "text: Plans help.", "no-passage", "names no passage", "ours"),
        ("text: Plans help.,", 'text: "",', "no-why", "why `first` is asked", "one sentence"),
        ("probe: {named: Who?}", "probe: {named: Who?, namd: What?}", "unknown-criterion", "`namd`", "`named`"),
        ("    probe: {named: Who?}\n", "", "no-probe", "asks for `named`", "under `probe`"),
        ("say: Others wrote one.", 'say: "A. B. C. D."', "long-gap", "a lecture", "shorten"),
        ("      - {id: right, label: Right}\n", "", "no-options", "`second` offers no choice", "two options"),
        (
            "    options:",
            "    evidence: [a map]\n    options:",
            "not-scored",
            "`evidence` is never used",
            "take it out",
        ),
        ("when: {chosen: {second: left}}", "when: {answered: third}", "unreachable", "`third`, which", "move"),
        ("when: {chosen: {second: left}}", "when: {all_met: true}", "unreachable", "of which it is a part", "name the"),
        (
            "when: {chosen: {second: left}}",
            "when: {all: [{met: first}, {gap: first}]}",
            "unreachable",
            "can never hold",
            "correct `when`",
        ),
        (
            "when: {chosen: {second: left}}",
            "when: {any: [{met: first}, {none: [{met: first}]}]}",
            "always-true",
            "always holds",
            "take `when` out",
        ),
        ("depends_on: [first]", "depends_on: [third]", "circle", "depends on itself", "break"),
        ("ask: Which way?", "ask: Which way?\n    depends_on: [third]", "later-question", "asked later", "move"),
        ("  - {go: step-2, ours", "  - {suggest: step-2, ours", "dead-end", "with no next stop", "without `when`"),
        ("because: r-next, ", "", "no-label", "no rule of the handbook", "ours: true"),
        ("title: One", "title: One\nours: true", "no-label", "nothing says so", "ours_note"),
    ],
)
def test_a_mistake_is_found_where_it_stands(
    small: SmallFlows, old: str, new: str, code: str, message: str, mend: str
) -> None:
    line = small.change(old, new)

    found = next((f for f in findings(small) if f.code == code), None)

    assert found is not None, f"{code} was not found"
    assert message in found.message
    assert mend in found.mend
    assert found.file == str(small.folder / "step-1.yaml")
    assert abs(found.line - line) <= 2
    assert found.sentence().startswith(f"{found.file}:{found.line}: {found.level} [{code}]")


@pytest.mark.parametrize(
    ("left_out", "code"),
    [
        ("    counts:\n      named: somebody is named\n    probe: {named: Who?}\n", "no-criteria"),
        ("    gap: {action: Name somebody.}\n", "no-gap"),
    ],
)
def test_what_a_question_lacks_is_told_where_the_question_begins(small: SmallFlows, left_out: str, code: str) -> None:
    small.change(left_out, "")
    begins = small.change("- id: third", "- id: third")

    assert [(f.code, f.line) for f in findings(small)] == [(code, begins)]


def test_passages_are_left_alone_when_the_corpus_is_not_known(small: SmallFlows) -> None:
    small.change("passage: step-1/overview", "passage: step-1/overvew")
    assert check(load(small.folder)) == []


def test_a_flow_that_only_leads_to_itself_has_no_exit(small: SmallFlows) -> None:
    small.change("go: step-2, because", "go: step-1, because")
    small.change("{go: step-2, ours", "{go: step-1, ours")
    assert [f.code for f in findings(small)] == ["no-exit"]


def test_routes_that_cover_every_case_between_them_are_no_dead_end(small: SmallFlows) -> None:
    small.change("{go: step-2, ours", "{when: {all_met: false}, go: step-2, ours")
    assert findings(small) == []


def test_a_route_behind_one_that_always_goes_is_never_taken(small: SmallFlows) -> None:
    small.change(
        "{when: {all_met: true}, go: step-2, because: r-next, say: On you go.}",
        "{go: step-2, because: r-next, say: On.}",
    )
    assert [f.code for f in findings(small)] == ["unreachable"]


def test_a_condition_on_an_audience_the_question_is_not_asked_of_never_holds(small: SmallFlows) -> None:
    small.change("    when: {chosen: {second: left}}", "    for: [network]\n    when: {audience: policy_maker}")
    assert [f.code for f in findings(small)] == ["unreachable"]


def test_a_flow_that_asks_an_audience_nothing_is_told(small: SmallFlows) -> None:
    for question in ("first", "second", "third"):
        small.change(f"  - id: {question}\n", f"  - id: {question}\n    for: [policy_maker]\n")
    small.change("purpose: To try.", "purpose: To try.\nfor: [policy_maker, network]")
    assert [(f.code, f.message) for f in findings(small)] == [("no-question", "there is no question for network")]


def test_a_journey_that_names_what_is_not_there_is_told_at_its_line(small: SmallFlows) -> None:
    line = small.change("flows: [step-1]", "flows: [step1]", file="journey.yaml")
    found = findings(small)

    assert [(f.code, f.level) for f in found] == [("unknown-id", "error"), ("not-in-journey", "warning")]
    assert (Path(found[0].file).name, found[0].line) == ("journey.yaml", line)


def test_a_theme_that_is_never_done_needs_no_next_stop(small: SmallFlows) -> None:
    small.change("purpose: To try.", "purpose: To try.\nnever_done: true")
    small.change("{go: step-2, ours", "{suggest: step-2, ours")
    assert findings(small) == []
