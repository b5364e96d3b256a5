"""A small corpus, and an embedder made of words, so that these tests need neither a model nor the shipped files."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pytest

from assistant import paths
from assistant.handbook.corpus import Corpus, load_corpus

CASE = """\
---
id: case-15
section: case-15
title: "Case 15: Cluster Insight Reports"
kind: case
step: step-7
countries: [DE]
year: 2012
---
{#amounts covers="case-15-f3"}
## How much the grant is

The call pays about EUR 30,000 for nine months. It is open in Germany only, i.e. not elsewhere.

Clusters may use it to:
- deepen contacts abroad
- hold workshops and conferences

{#contact}
## Contact

The contact is [VDI-VDE](http://www.vdivde-it.de/), as printed in 2012.
"""
STEP = """\
---
id: step-2
section: step-2
title: "Step 2: Assess readiness"
kind: step
number: 2
---
{#tools}
## Readiness diagnostic for policy makers

Policy makers have a diagnostic of their own. It assesses how well they support clusters.

{#tools-co}
## Readiness diagnostic for cluster organisations

Cluster organisations assess whether they are ready to go abroad. Evidence is asked for.
"""
GLOSSARY = """\
terms:
  - {id: gl-cluster, term: Cluster, definition: Firms in one field close together., not_to_confuse_with: [gl-tool]}
  - {id: gl-tool, term: Tool, definition: An instrument.}
acronyms:
  - {acronym: EEN, expansion: Enterprise Europe Network, printed: true}
  - {acronym: ECO, expansion: European Cluster Observatory, printed: false}
  - {acronym: RIE, expansion: null, printed: false}
"""
FUNDING = """\
never_given: [payment date]
instruments:
  - id: fund-cir
    name: Cluster Insight Report call (CIR programme)
    aliases: [CIR, trust-building grant]
    kind: national scheme
    funds: trust building with a cluster abroad
    who: cluster organisations in Germany only
    amounts: [{text: "about EUR 30,000", value: 30000, currency: EUR, basis: about, caveat: printed with a point}]
    when: launched in 2009
    stage: [trust_building]
    steps: [step-7]
    section: case-15
    passage: case-15/amounts
    countries: [DE]
    not_given: [deadline, success rate]
    as_available_source: true
  - id: fund-vc
    name: Venture capital
    aliases: [bank]
    kind: generic instrument
    funds: all stages
    who: members
    when: no dates
    stage: [any]
    section: utilise-funding
    as_available_source: false
"""


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the person's own folders."""
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus folder without a mistake in it."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    for name, text in {
        "case-15.md": CASE,
        "step-2.md": STEP,
        "glossary.yaml": GLOSSARY,
        "funding.yaml": FUNDING,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def corpus(folder: Path) -> Corpus:
    """The small corpus, read."""
    return load_corpus(shipped=folder)


@pytest.fixture(scope="session")
def shipped_corpus() -> Corpus:
    """The real corpus."""
    return load_corpus(shipped=paths.shipped("knowledge"))


class WordEmbedder:
    """A stand-in for the sentence encoder: texts that share words are near. Counts what it was asked for."""

    def __init__(self, dims: int = 64, name: str = "words") -> None:
        self.dims, self.name = dims, name
        self.asked = 0
        self.fail: Callable[[], None] | None = None

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> list[list[float]]:
        """Vectors of length `dims`."""
        if self.fail:
            self.fail()
        self.asked += len(texts)
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        vector = [1e-3] * self.dims
        for word in text.lower().split():
            vector[int(hashlib.sha256(word.strip(".,:?").encode()).hexdigest(), 16) % self.dims] += 1.0
        length = math.sqrt(sum(v * v for v in vector))
        return [v / length for v in vector]


@pytest.fixture
def embedder() -> WordEmbedder:
    """The stand-in encoder."""
    return WordEmbedder()


@pytest.fixture
def index_root(tmp_path: Path) -> Path:
    """Where indexes of a test live."""
    root = tmp_path / "index"
    shutil.rmtree(root, ignore_errors=True)
    return root
