"""Definitions and acronyms from the glossary."""

from __future__ import annotations

from assistant.coach.answers import facts
from assistant.coach.answers.lines import Direct, Line, whole
from assistant.coach.answers.question import Understood
from assistant.handbook.corpus import Corpus
from assistant.handbook.directory import sentence
from assistant.handbook.glossary import Acronym, Term, Undefined
from assistant.handbook.named import Names


class Terms:
    """Answers from the glossary of one corpus."""

    def __init__(self, corpus: Corpus, names: Names) -> None:
        self._corpus, self._names = corpus, names

    def answer(self, asked: Understood) -> Direct | None:
        """What the terms asked about mean, or None when the glossary does not hold them."""
        named = [n.text for n in self._names.bare(asked.text) if n.kind in ("term", "acronym")]
        entries = [self._term(term) for term in asked.terms or tuple(dict.fromkeys(named))]
        known = [e for e in entries if isinstance(e, Term | Acronym)]
        if not known or (asked.difference and len(known) < 2):
            return None
        lines: list[Line] = []
        for entry in known:
            passage = self._corpus.by_id[entry.passage_id]
            if isinstance(entry, Term):
                texts = [f"{entry.term}: {entry.definition}", *([entry.note] if entry.note else [])]
            elif entry.expansion is None:
                return Direct(
                    (Line(f"The handbook uses {entry.acronym} and never spells it out.", whole(passage)),),
                    abstained=True,
                )
            else:
                texts = [f"{entry.acronym} stands for {entry.expansion}", *([entry.note] if entry.note else [])]
            lines += [Line(sentence(t), whole(passage)) for t in texts]
        return Direct(tuple(lines))

    def _term(self, name: str) -> Term | Acronym | Undefined | None:
        """The glossary entry of that name, or the one whose name holds all its words and fewest others."""
        found = self._corpus.glossary.find(name)
        wanted = facts.content(name)
        if found or not wanted:
            return found
        holding = [t for t in self._corpus.glossary.terms if wanted <= facts.content(t.term)]
        return min(holding, key=lambda t: len(facts.content(t.term)), default=None)
