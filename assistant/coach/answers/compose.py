"""What the model is given to read: the best section whole, passages from elsewhere, then the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.coach.prompts import PromptFile
from assistant.handbook.corpus import Corpus
from assistant.handbook.models import Hit, Passage
from assistant.model.port import Prompt

BLOCK_WORDS = 220  # of the section read whole; longer documents are cut into blocks at their parts
MORE_PASSAGES = 2
NEARLY_AS_GOOD = 0.85  # share of the best hit's score from which a passage elsewhere is read too (each costs seconds)


@dataclass(frozen=True)
class Context:
    """What an answer may rest on: a block of one document in reading order, and passages from elsewhere."""

    block: tuple[Passage, ...]
    more: tuple[Passage, ...]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All of it, the block first."""
        return (*self.block, *self.more)

    def beginning(self, file: PromptFile) -> Prompt:
        """The part of the prompt that all questions about the block share."""
        return file.fill(section=self._section(), more="", question="", task="")

    def _section(self) -> str:
        return f"{self.block[0].title}.\n" + "\n".join(_told(p) for p in self.block)

    def prompt(self, file: PromptFile, question: str, task: str) -> Prompt:
        """The prompt for a task; prompts about the same block share their beginning to the token."""
        section = self._section()
        more = "".join(f"From {p.title}: {_flat(p)}\n" for p in self.more)
        return file.fill(section=section, more=more, question=question, task=task)


class Blocks:
    """Every document of a corpus cut once into blocks of whole parts; directory entries are blocks of their own."""

    def __init__(self, corpus: Corpus) -> None:
        self._of: dict[str, tuple[Passage, ...]] = {}
        for document in corpus.documents:
            block: list[Passage] = []
            words = 0
            for part in document.parts:
                size = sum(len(p.text.split()) for p in part.passages)
                if block and words + size > BLOCK_WORDS:
                    self._add(block)
                    block, words = [], 0
                block += part.passages
                words += size
            self._add(block)

    def _add(self, block: Sequence[Passage]) -> None:
        self._of |= {p.id: tuple(block) for p in block}

    def all(self) -> list[tuple[Passage, ...]]:
        """Every block of a document, each once, in the corpus' order."""
        return list({block[0].id: block for block in self._of.values()}.values())

    def of(self, passage: Passage) -> tuple[Passage, ...]:
        """The block a passage stands in."""
        return self._of.get(passage.id, (passage,))

    def context(self, hits: Sequence[Hit]) -> Context:
        """The block that holds most of the best hits, and the best passages from elsewhere."""
        strength: dict[str, float] = {}
        for rank, hit in enumerate(hits[:5]):
            key = self.of(hit.passage)[0].id
            strength[key] = strength.get(key, 0.0) + hit.score / (1 + rank)
        best = max(hits[:5], key=lambda h: strength[self.of(h.passage)[0].id])
        block = self.of(best.passage)
        least = NEARLY_AS_GOOD * hits[0].score
        held = {passage.id for passage in block}
        more = [h.passage for h in hits if h.passage.id not in held and h.score >= least][:MORE_PASSAGES]
        return Context(block=block, more=tuple(more))


def _told(passage: Passage) -> str:
    return f"{passage.heading}: {_flat(passage)}"


def _flat(passage: Passage) -> str:
    return " ".join(passage.text.split())
