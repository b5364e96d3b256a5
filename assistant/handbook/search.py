"""Hybrid search: dense passages, dense sentences and words, fused by rank, with what the question names in front."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import CoachError
from assistant.handbook.corpus import Corpus
from assistant.handbook.index import DenseIndex, Progress, open_index
from assistant.handbook.lexical import LexicalIndex
from assistant.handbook.models import Hit, Passage, Query
from assistant.handbook.named import Names
from assistant.handbook.ports import Embedder

_AUDIENCE_WORDS = {
    "cluster_organisation": ("cluster organisation",),
    "policy_maker": ("policy maker",),
    "network": ("network",),
}


# Passages, sentences and questions near a text, nearest first.
_Nearest = tuple[list[tuple[str, float]], list[tuple[str, int, float]], list[tuple[str, float]]]


@dataclass(frozen=True)
class Weights:
    """How the rankings are fused; the defaults were measured on the tuning half of the question set."""

    k: float = 10.0  # of the reciprocal rank: smaller trusts the first places more
    passages: float = 1.5
    sentences: float = 0.75
    asks: float = 1.0  # of questions that passages answer, close to the one asked
    words: float = 1.5
    known: float = 1.0  # how much words count less when the corpus lacks some of the question's
    directory: float = 0.1  # taken from entries of the directories but the glossary: documents say more
    boost: float = 2.0  # of a thing named, in first places
    step: float = 0.15  # of the step a person is in
    audience: float = 0.1
    depth: int = 60  # how far down each ranking is read


class HybridRetriever:
    """Finds passages (see `Retriever`). Without an embedder, and until `prepare` is done, it searches by words only."""

    def __init__(
        self, corpus: Corpus, embedder: Embedder | None, index_dir: Path, *, weights: Weights | None = None
    ) -> None:
        self.corpus = corpus
        self.names = Names(corpus)
        self.weights = weights or Weights()
        self._embedder = embedder
        self._index_dir = index_dir
        self._words = LexicalIndex(corpus.passages)
        self._dense: DenseIndex | None = None
        self._preparing = threading.Lock()
        self.problem: str | None = None  # why the last search went by words alone although there is an index

    @property
    def embedder(self) -> Embedder | None:
        """The sentence encoder, where there is one."""
        return self._embedder

    @property
    def words_only(self) -> bool:
        """Whether a search now would go by words alone."""
        return self._dense is None or self.problem is not None

    def prepare(self, progress: Progress | None = None, *, rebuild: bool = False) -> None:
        """Open the dense index, building it when needed; may run in another thread while searches go on.

        Raises `KnowledgeError`; search by words works on.
        """
        with self._preparing:
            if self._embedder is None or (self._dense is not None and not rebuild):
                return
            self.close()
            dense = open_index(self.corpus, self._embedder, self._index_dir, progress=progress, rebuild=rebuild)
            self._embedder.embed(["ready"], kind="query")  # wakes the encoder, so that the first question need not
            self._dense = dense

    def close(self) -> None:
        """Let go of the index files."""
        dense, self._dense = self._dense, None
        if dense is not None:
            with suppress(Exception):  # it may be the reason for closing that its files are gone
                dense.close()

    def search(self, query: Query, *, limit: int = 8) -> list[Hit]:
        """Passages for a query, best first; empty when nothing in the corpus fits at all."""
        return self._ranked(query)[:limit]

    def section(self, label: str) -> Sequence[Passage]:
        """All passages of a section in reading order; empty when there is none."""
        return self.corpus.sections.get(label, ())

    def passage(self, passage_id: str) -> Passage | None:
        """One passage by its id (`case-20/figures#0`), or the first of a part (`case-20/figures`)."""
        found = self.corpus.by_id.get(passage_id)
        return found or next(iter(self.corpus.parts.get(passage_id, ())), None)

    def labels(self, hits: Iterable[Hit], *, query: Query | None = None, at_least: int = 5) -> list[str]:
        """Section labels of hits, best first, each once; with the query, deeper hits fill up to `at_least`."""
        found = list(dict.fromkeys(hit.passage.section for hit in hits))
        if query is not None and len(found) < at_least:
            deeper = dict.fromkeys(hit.passage.section for hit in self._ranked(query))
            rest = dict.fromkeys(self.corpus.sections)
            found = list(dict.fromkeys((*found, *deeper, *rest)))[:at_least]
        return found

    def _ranked(self, query: Query) -> list[Hit]:
        w = self.weights
        score: dict[str, float] = {}
        cosine: dict[str, float] = {}
        closest: dict[str, int] = {}
        trust = w.words * self._words.known(query.text) ** w.known
        for place, (number, _) in enumerate(self._words.search(query.text, w.depth)):
            _add(score, self.corpus.passages[number].id, trust / (w.k + place))
        passages, sentences, asks = self._nearest(query.text) if query.text.strip() else ([], [], [])
        for place, (name, value) in enumerate(passages):
            _add(score, name, w.passages / (w.k + place))
            cosine[name] = value
        for name, number, _ in sentences:
            if name not in closest:
                _add(score, name, w.sentences / (w.k + len(closest)))
                closest[name] = number
        for place, (name, _) in enumerate(asks[: w.depth]):
            _add(score, name, w.asks / (w.k + place))
        self._prefer(query, score)
        ranked = sorted(score, key=lambda name: (-score[name], name))
        return [
            Hit(passage=self.corpus.by_id[n], score=score[n], sentence=closest.get(n), cosine=cosine.get(n))
            for n in ranked
            if n in self.corpus.by_id
        ]

    def _nearest(self, text: str) -> _Nearest:
        """What is near a text; nothing when the index is not open or fails (then words alone decide)."""
        dense, depth = self._dense, self.weights.depth
        if dense is None or self._embedder is None:
            return [], [], []
        try:
            vector = self._embedder.embed([text], kind="query")[0]
        except CoachError as error:
            self.problem = error.sentence()
            return [], [], []
        try:
            found = dense.passages(vector, depth), dense.sentences(vector, 2 * depth), dense.asks(vector, 2 * depth)
        except Exception as error:  # whatever a database throws whose files were damaged or taken away
            self.problem = f"The search index failed ({type(error).__name__}); the next start builds it again."
            self.close()
            return [], [], []
        self.problem = None
        return found

    def _prefer(self, query: Query, score: dict[str, float]) -> None:
        """Lift passages of what is named, of the step a person is in, and of their audience."""
        w = self.weights
        first = 1.0 / w.k  # what the first place of one ranking is worth
        wanted = self.names.boosts(query.text) | dict.fromkeys(query.boost, 1.0)
        for label in wanted:  # what is named is found even when no ranking saw it
            if label in self.corpus.by_id:
                score.setdefault(label, 0.0)
        for name in score:
            passage = self.corpus.by_id[name]
            weight = max(wanted.get(name, 0.0), wanted.get(name.split("#")[0], 0.0), wanted.get(passage.section, 0.0))
            score[name] += w.boost * weight * first
            if passage.kind == "directory" and passage.section != "glossary":
                score[name] -= w.directory * first
            if query.step and query.step in ({passage.section} | self.corpus.steps.get(passage.section, frozenset())):
                score[name] += w.step * first
            if query.audience and passage.kind != "directory":
                score[name] += w.audience * first * _fits(query.audience, passage.heading.lower())


def _fits(audience: str, heading: str) -> int:
    """1 when a heading speaks to this audience, -1 when only to others, 0 when to nobody in particular."""
    speaks_to = {name for name, words in _AUDIENCE_WORDS.items() if any(word in heading for word in words)}
    return 0 if not speaks_to else 1 if audience in speaks_to else -1


def _add(score: dict[str, float], name: str, value: float) -> None:
    score[name] = score.get(name, 0.0) + value
