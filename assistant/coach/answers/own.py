"""What a person's own documents say to a question: quoted beside the handbook's answer, or in its place.

Their words are shown in quotation marks and never reworded; the model is asked at most whether they state the detail,
in a prompt of which nothing about them is kept. What they say changes no rule: it is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from threading import Event

from assistant.coach.answers import check, facts, gate
from assistant.coach.answers.models import Ask, CheckedSentence, Cited, HandbookAnswer, Piece, Words
from assistant.coach.answers.question import Understood, matches
from assistant.coach.prompts import Prompts
from assistant.errors import ModelError
from assistant.handbook.models import Hit, Passage, Query
from assistant.handbook.search import HybridRetriever
from assistant.model.port import ChatModel

MOST_TOLD = 2
# Measured with the shipped encoder: questions a document answers had cosines of 0.87 to 0.92 and most of their words in
# the passage; of 40 questions about other things none came above 0.845, none had more than 29 % of its words there.
LEAST_NEAR = 0.86  # cosine from which meaning alone is enough (other languages share no words)
LEAST_BOTH = (0.5, 0.82)  # share of the question's content words that a passage holds, and a lower cosine
LEAST_SHARED = 0.6  # that share, where search goes by words only
_DEPTH = 20  # hits looked at
CLOSE = 0.75  # share of the best hit's score from which a second passage is told
_BESIDE = "Your own documents say:"
_HANDBOOK = "In the handbook's own words:"
_ALONE = "The handbook does not say this; your own documents do:"


class OwnWords:
    """The person's documents as a second voice in answers. `chat` as in `Answerer`."""

    def __init__(self, retriever: HybridRetriever, prompts: Prompts, chat: Callable[[], ChatModel | None]) -> None:
        self.retriever, self._prompts, self._chat = retriever, prompts, chat

    def beside(
        self, asked: Understood, ask: Ask, pieces: Iterator[Piece], cancel: Event | None = None
    ) -> Iterator[Piece]:
        """The handbook's answer as it comes, then what own documents say; in place of a refusal when they hold it."""
        held: Words | None = None
        for piece in pieces:
            if isinstance(piece, HandbookAnswer) and not piece.stopped:
                hits = self._relevant(asked, ask, piece, cancel)
                if hits and piece.abstained:
                    held = None
                elif held:
                    yield held
                whole = with_own(piece, hits)
                if whole is not piece:
                    yield Words(whole.answer.removeprefix(piece.answer) if not piece.abstained else whole.answer)
                yield whole
                return
            if held:
                yield held
            held = piece if isinstance(piece, Words) else None
            if not held:
                yield piece

    def document(self, passage_id: str) -> tuple[str, str] | None:
        """Name of the document that a passage stands in, and its text as literal Markdown; None: no such passage."""
        found = self.retriever.passage(passage_id)
        if found is None:
            return None
        lines: list[str] = []
        heading = page = None
        for passage in self.retriever.corpus.passages:
            if passage.id.partition("#")[0] == found.id.partition("#")[0]:
                if (passage.heading, passage.page) != (heading, page):
                    heading, page = passage.heading, passage.page
                    at = f" (page {page})" if page and heading != f"page {page}" else ""
                    lines.append(f"## {_literal(heading)}{at}")
                lines.append("  \n".join(_literal(line) for line in passage.text.split("\n")))
        return found.own, "\n\n".join(lines)

    # -- what fits --------------------------------------------------------------------------------------------------

    def _relevant(self, asked: Understood, ask: Ask, answer: HandbookAnswer, cancel: Event | None) -> list[Hit]:
        """The passages to tell: of documents of their own, then of the handbook itself where it was added.

        In place of a refusal they have to hold the very detail; what the handbook lacks, its own copy lacks too.
        """
        boost = tuple(c.section for c in answer.citations[:1]) if not answer.abstained else ()
        about = (ask.about,) if ask.about and asked.follows else ()
        found = self.retriever.search(Query(text=asked.text, boost=(*boost, *about)), limit=_DEPTH)
        fitting = [hit for hit in found if fits(asked.text, hit)]
        own = [hit for hit in fitting if not is_handbook(hit.passage)][:MOST_TOLD]
        own = [hit for hit in own if hit.score >= CLOSE * own[0].score]
        if answer.abstained:
            return [hit for hit in own if self._states(asked, hit.passage, cancel)]
        copy = [hit for hit in fitting if is_handbook(hit.passage)][:1]
        return [own[0], *copy] if own and copy else [*own, *copy]

    def _states(self, asked: Understood, passage: Passage, cancel: Event | None) -> bool:
        """Whether a passage states the detail asked for: by the rules of the gate, then by the model's yes or no."""
        value = asked.detail.value if asked.detail else None
        if value and not any(matches((value,), sentence) for sentence in passage.sentences):
            return False
        text = f"{passage.title} {passage.heading} {passage.text}"
        years = set(re.findall(r"\b(?:19|20)\d\d\b", asked.text))
        if not all(year in text for year in years):
            return False
        chat = self._chat()
        if chat is None:
            return True
        try:
            found = check.checked(chat, self._prompts, asked.text, passage, cancel)
        except ModelError:
            return True  # the rules alone have to do, as without a model
        return gate.after_check(found).answer


def is_handbook(passage: Passage) -> bool:
    """Whether a passage of an added document is one of the handbook itself."""
    return bool(passage.own) and not passage.section.startswith("own:")


def fits(question: str, hit: Hit) -> bool:
    """Whether a passage speaks of what is asked: near in meaning, or near enough with enough of its words."""
    wanted = facts.content(question)
    passage = hit.passage
    held = facts.content(f"{passage.title} {passage.heading} {passage.text}")
    shared = len(wanted & held) / len(wanted) if wanted else 0.0
    if hit.cosine is None:
        return shared >= LEAST_SHARED
    return hit.cosine >= LEAST_NEAR or (shared >= LEAST_BOTH[0] and hit.cosine >= LEAST_BOTH[1])


def with_own(answer: HandbookAnswer, hits: Sequence[Hit]) -> HandbookAnswer:
    """The answer with passages of own documents quoted after it; in its place where it was a refusal."""
    if not hits:
        return answer
    alone = answer.abstained
    cited = [] if alone else list(answer.citations)
    sentences = [] if alone else list(answer.sentences)
    lead = _HANDBOOK if all(is_handbook(hit.passage) for hit in hits) else _BESIDE
    told = [_ALONE if alone else f"{answer.answer}\n\n{lead}"]
    for hit in hits:
        number = len(cited) + 1
        quote = _quoted(hit.passage.text)
        cited.append(_cited(number, hit.passage))
        sentences.append(CheckedSentence(text=quote, cites=(number,), supported=True))
        told.append(f"{quote} [{number}]")
    return answer.model_copy(
        update={
            "answer": "\n\n".join(told),
            "abstained": False,
            "citations": tuple(cited),
            "sentences": tuple(sentences),
            "own_sections": tuple(dict.fromkeys(f"own:{hit.passage.own}" for hit in hits)),
            "how": "own" if alone else answer.how,
        }
    )


def _cited(number: int, passage: Passage) -> Cited:
    title = f"{passage.title} (in {passage.own})" if is_handbook(passage) else passage.own
    return Cited(
        n=number,
        section=passage.section,
        title=title,
        passage=passage.id,
        quote=passage.text.replace("\n", " "),
        where=passage.source,
    )


def _quoted(text: str) -> str:
    """In quotation marks; marks that look like ours are put in round brackets, quotation marks inside are single."""
    text = re.sub(r"\[(\d+)\]", r"(\1)", text)
    return "“" + re.sub('[“”„"]', "’", text) + "”"


def _literal(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()<>#!|~&@+.=:-])", r"\\\1", text)
