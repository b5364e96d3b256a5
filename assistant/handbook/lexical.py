"""Word search: BM25 over the stemmed words of title, heading and text, built in memory in milliseconds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Protocol, cast

from assistant.handbook.models import Passage

_WORD = re.compile(r"\d[\d.,]*\d|[^\W_]+")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_KILO = re.compile(r"\b(\d{1,3})\s?k\b", re.IGNORECASE)
_STOP_WORDS = """
a about all am an and any are as at be been being but by can could did do does doing for from get gets had has
have having here how i if in into is it its just me more most my no nor not of on or other our out own same
she he so some such than that the their them then there these they this those to too up very was we were what
when where which while who whom why will with would you your handbook"""
_STOP = frozenset(_STOP_WORDS.split())


class _Stemmer(Protocol):
    def stemWords(self, words: Sequence[str]) -> list[str]: ...


@cache
def _stemmer() -> _Stemmer:
    import Stemmer

    return cast("_Stemmer", Stemmer.Stemmer("english"))


def words(text: str) -> list[str]:
    """Stems of a text's words, without accents and stop words; `30.000`, `30,000` and `30k` are one word.

    >>> words("The grants of 30k")
    ['grant', '30000']
    """
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    text = _KILO.sub(r"\g<1>000", _THOUSANDS.sub("", text))
    return _stemmer().stemWords([w for w in _WORD.findall(text) if w not in _STOP])


class LexicalIndex:
    """BM25 over passages; `search` gives (position of the passage, score), best first, none without a common word."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        import bm25s

        # A heading says in a few words what the passage is about, so its words count twice.
        tokens = [words(f"{p.title} {p.heading} {p.heading} {p.text} {' '.join(p.asks)}") for p in passages]
        self._vocabulary = {word for passage in tokens for word in passage}
        self._index = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
        self._index.index(tokens, show_progress=False)

    def known(self, text: str) -> float:
        """Share of a text's words that the corpus has at all: near 0 for a question in another language."""
        wanted = words(text)
        return sum(w in self._vocabulary for w in wanted) / len(wanted) if wanted else 0.0

    def search(self, text: str, limit: int) -> list[tuple[int, float]]:
        """The passages that share words with a text."""
        wanted = [w for w in dict.fromkeys(words(text)) if w in self._vocabulary]
        if not wanted:
            return []
        scores = cast("Sequence[float]", self._index.get_scores(wanted))
        ranked = sorted(((i, float(s)) for i, s in enumerate(scores) if s > 0), key=lambda pair: -pair[1])
        return ranked[:limit]
