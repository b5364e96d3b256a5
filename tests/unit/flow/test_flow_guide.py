"""The guide to flow files shows what really works and names every finding."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Protocol, get_args

from assistant import paths
from assistant.flow.lint import Code, check
from assistant.flow.load import load
from assistant.flow.models import Condition, Question, QuestionKind

GUIDE = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")


class SmallFlows(Protocol):
    folder: Path


def test_the_pieces_shown_in_the_guide_make_a_flow_that_passes_the_check(small: SmallFlows) -> None:
    shown = [textwrap.dedent(block) for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)]
    question, after = shown
    text = "id: step-1\nkind: step\ntitle: One\npurpose: To try.\nfor: [cluster_organisation]\nquestions:\n"
    text += textwrap.indent(question, "  ") + after
    (small.folder / "step-1.yaml").write_text(text, encoding="utf-8")
    journey = (small.folder / "journey.yaml").read_text(encoding="utf-8")
    (small.folder / "journey.yaml").write_text(journey.replace("r-next", "t-01-next"), encoding="utf-8")

    found = check(load(small.folder), {"step-1/completion", "step-1/benefits"})

    assert [finding.sentence() for finding in found] == []


def test_the_guide_names_every_finding_every_kind_and_every_condition() -> None:
    words = [*get_args(Code), *get_args(QuestionKind), *(f"{{{name}:" for name in Condition.model_fields)]
    assert [word for word in words if f"`{word}" not in GUIDE] == []


def test_the_question_in_the_guide_is_the_shipped_one_shortened() -> None:
    found = load(paths.shipped("flows")).question("s01-both-3")
    assert found is not None
    shipped: Question = found[1]
    assert shipped.ask in GUIDE
    assert shipped.why.text in GUIDE
