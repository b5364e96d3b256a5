"""A record's state in few lines, as stories write it: what is not there is left out."""

from __future__ import annotations

from difflib import unified_diff
from typing import cast

import yaml

from assistant.record.state import Answer, Pending, State

Told = dict[str, object]


def told(state: State) -> Told:
    """Everything that a story may care about, without dates, versions and empty fields."""
    journey = state.journey
    return _kept(
        {
            "subject": [state.subject.organisation, state.subject.audience],
            "flows": dict(journey.flows),
            "answers": {name: _answer(answer) for name, answer in journey.answers.items()},
            "actions": [
                _kept(
                    {
                        "for": action.question,
                        "what": action.what,
                        "owner": action.owner,
                        "due": action.due,
                        "state": None if action.state == "open" else action.state,
                    }
                )
                for action in state.actions
            ],
            "consulted": [
                _kept(
                    {
                        "asked": note.asked,
                        "during": note.during,
                        "cites": [c.section for c in note.citations],
                        "abstained": "yes" if note.abstained else None,
                    }
                )
                for note in state.consulted
            ],
            "pending": waiting(journey.pending),
        }
    )


def waiting(pending: Pending | None) -> str | None:
    """What is pending: the question's id, then stage and criterion of a follow-up."""
    if pending is None:
        return None
    stage = "" if pending.stage == "question" else f" {pending.stage}"
    return f"{pending.question}{stage}{f' {pending.criterion}' if pending.criterion else ''}"


def differences(expected: Told, actual: Told) -> str:
    """What is different, line by line; empty when nothing is."""
    before, after = (_lines(part) for part in (expected, actual))
    return "\n".join(unified_diff(before, after, "the story's record", "the record on disk", lineterm="", n=2))


def _answer(answer: Answer) -> Told:
    return _kept(
        {
            "said": answer.said,
            "also": list(answer.also_said),
            "rating": answer.rating,
            "by": answer.rated_by,
            "read_as": answer.read_as if answer.read_as != answer.rating else None,
            "choice": answer.choice,
            "met": [c.id for c in answer.criteria if c.met],
            "unmet": [c.id for c in answer.criteria if c.met is False],
            "evidence": [e.quote for e in answer.evidence],
            "skipped": answer.skipped,
            "set_aside": answer.set_aside,
        }
    )


def _kept(fields: Told) -> Told:
    return {key: value for key, value in fields.items() if value not in (None, [], {})}


def _lines(part: Told) -> list[str]:
    plain = cast("Told", yaml.safe_load(yaml.safe_dump(part, allow_unicode=True)))
    order = ("subject", "flows", "answers", "actions", "consulted", "pending")
    ordered = {key: plain[key] for key in order if key in plain} | plain
    return yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=110).splitlines()
