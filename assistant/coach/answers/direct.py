"""Answers that are data: definitions, amounts, addresses, checklists, cases, and what is known not to be given.

Code composes them from the directories and the corpus, complete and with their sources; no model is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.coach.answers.follow import standing_alone
from assistant.coach.answers.lines import Direct
from assistant.coach.answers.money import Money
from assistant.coach.answers.places import Places
from assistant.coach.answers.question import Understood, understand, without_commands
from assistant.coach.answers.terms import Terms
from assistant.handbook.corpus import Corpus
from assistant.handbook.models import Hit, Passage
from assistant.handbook.named import Names


class Directories:
    """Answers from data over one corpus."""

    def __init__(self, corpus: Corpus, names: Names) -> None:
        self.money, self._names = Money(corpus, names), names
        self._terms, self._places = Terms(corpus, names), Places(corpus, names)

    def answer(self, asked: Understood, audience: str | None, *, about: str | None = None) -> Direct | None:
        """The answer, or None when it is for search and model. `about`: a section named before (follow-up)."""
        return (
            self._places.answer(asked, audience, about) or self._terms.answer(asked) or self.money.answer(asked, about)
        )

    def found_at(self, asked: Understood, audience: str | None, hits: Sequence[Hit]) -> Direct | None:
        """The checklist or the contact of what a search found, for a question that describes it without a name."""
        return self._places.found_at(asked, audience, [hit.passage for hit in hits])

    def checklist_of(self, passage: Passage, asked: Understood, audience: str | None) -> Sequence[Passage]:
        """The whole checklist of which a passage is a part; empty when it is part of none."""
        return self._places.checklists.of(passage, asked.audience or audience)

    def understood(self, text: str, before: str | None = None) -> Understood:
        """The question as the rules read it, with the names of funding entries out of their way.

        `before`: the question asked before; one that leans on it is read with what it leaves out.
        """
        whole = " ".join(text.split())
        text = without_commands(whole)
        alone = standing_alone(text, before or (whole if text != whole else None), self._names)
        asked = self._read(alone)
        if alone == text:
            return asked
        short = self._read(text)
        return replace(asked, detail=short.detail or asked.detail, yes_no=short.yes_no)

    def _read(self, text: str) -> Understood:
        return understand(text, tuple(text[a:b] for a, b, _ in self.money.mentions(text)))
