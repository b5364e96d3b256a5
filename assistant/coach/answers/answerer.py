"""Answers a question: read by rules; from data where data is the answer; else found, gated, worded and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Event

from assistant.coach.answers import facts, gate
from assistant.coach.answers.compose import Blocks, Context
from assistant.coach.answers.direct import Directories
from assistant.coach.answers.languages import asked_in
from assistant.coach.answers.lines import Direct, Line
from assistant.coach.answers.making import Maker, Work
from assistant.coach.answers.models import Ask, Found, HandbookAnswer, Piece, Words
from assistant.coach.answers.own import OwnWords
from assistant.coach.answers.question import Understood, understand
from assistant.coach.answers.verify import Checker
from assistant.coach.prompts import Prompts
from assistant.errors import KnowledgeError, ModelError
from assistant.handbook.corpus import Corpus
from assistant.handbook.models import Hit, Passage, Query
from assistant.handbook.search import HybridRetriever
from assistant.handbook.sentences import split_sentences
from assistant.model.port import Cancelled, ChatModel, Weights

LABELS = 8  # section labels in an answer's JSON
CLOSE = 0.7  # share of the best hit's score from which another passage is told too
_NO_MODEL = "No model is loaded (`coach model pull` fetches it): these are the handbook's closest words."
_MOST_PASSAGES, _MOST_WORDS = 3, 190


class Answerer:
    """Answers questions over one corpus. `chat` gives the model, or None while there is none (then it quotes)."""

    def __init__(
        self,
        corpus: Corpus,
        retriever: HybridRetriever,
        prompts: Prompts,
        chat: Callable[[], ChatModel | None],
        max_tokens: int = 160,
        wording: str = "handbook",
        own: OwnWords | None = None,
    ) -> None:
        self._corpus, self._retriever, self._prompts, self._chat = corpus, retriever, prompts, chat
        self._directories = Directories(corpus)
        self._maker = Maker(corpus, self._directories)
        self._blocks = Blocks(corpus)
        self._vocabulary = {stem for p in corpus.passages for stem in facts.content(f"{p.title} {p.heading} {p.text}")}
        self._max_tokens, self._wording, self._own = max_tokens, wording, own

    def answer(self, ask: Ask, cancel: Event | None = None) -> Iterator[Piece]:
        """Stream the words of an answer, then the whole answer as checked. Errors of the model end in a quotation."""
        asked = self._directories.understood(ask.question)
        pieces = self._from_handbook(ask, asked, cancel)
        return self._own.beside(asked, ask, pieces, cancel) if self._own else pieces

    def _from_handbook(self, ask: Ask, asked: Understood, cancel: Event | None) -> Iterator[Piece]:
        work = Work(ask=ask, asked=asked, language=asked_in(ask.question))
        hits = self._search(work)
        about = ask.about if work.asked.follows else None
        direct = self._directories.answer(work.asked, ask.audience, about=about)
        if direct:
            yield from self._told(work, direct, "refusal" if direct.abstained else "data")
            return
        context = self._blocks.context(hits) if hits else Context((), ())
        verdict = gate.before_model(work.asked, hits, context.passages, self._vocabulary)
        if not verdict.answer:
            yield from self._told(work, self._refused(work, context), "refusal")
            return
        chat = self._chat()
        if chat is None:
            work.notes.append(_NO_MODEL)
            yield from self._told(work, self._quoted(work, hits), "quotation")
            return
        try:
            yield from self._gated(work, context, hits, chat, cancel or Event())
        except Cancelled:
            work.stopped = True
            yield self._maker.made(work, self._passages(ask.question, hits).lines, "stopped")
        except ModelError as error:
            work.notes.append(error.sentence())
            yield from self._told(work, self._quoted(work, hits), "quotation")

    def for_stage(self, stage: str, audience: str | None) -> HandbookAnswer | None:
        """What the funding directory holds for a stage of the need; None when it holds nothing."""
        direct = self._directories.money.by_stage(stage)
        text = f"funding for {stage.replace('_', ' ')}"
        work = Work(ask=Ask(text, audience), asked=understand(text))
        return self._maker.made(work, direct.lines, "data") if direct else None

    def document(self, passage: str) -> tuple[str, str]:
        """Title and Markdown of the document a passage stands in; `KnowledgeError` when there is none."""
        if self._own and (own := self._own.document(passage)):
            return own
        found = self._retriever.passage(passage)
        if found is None:
            raise KnowledgeError(f"there is no passage `{passage}` in the corpus", do="search the handbook for it")
        document = next((d for d in self._corpus.documents if found in d.passages), None)
        if document is None:
            return found.title, f"## {found.heading}\n\n{found.text}"
        parts = (f"## {p.heading}\n\n" + "\n\n".join(x.text for x in p.passages) for p in document.parts)
        return document.head.title, "\n\n".join(parts)

    def warm_up(self) -> None:
        """Have the model read the part of the prompt that never changes."""
        chat = self._chat()
        if chat is not None:
            chat.warm(self._prompts.get("answer").beginning())

    def read_ahead(self) -> None:
        """Have the model read every block of the corpus in idle time, so that a question about it starts at once."""
        chat = self._chat()
        if chat is not None:
            for block in reversed(self._blocks.all()):
                chat.warm(Context(block, ()).beginning(self._prompts.get("answer")))

    def warm(self, text: str, step: str | None = None) -> None:
        """Use the time while a person types: read the section that their question will probably need."""
        chat = self._chat()
        if chat is None or len(text.split()) < 3:
            return
        hits = self._retriever.search(Query(text=text, step=step))
        if hits:
            chat.warm(self._blocks.context(hits).prompt(self._prompts.get("answer"), text, "Answer"))

    # -- ways of answering ------------------------------------------------------------------------------------------

    def _gated(
        self, work: Work, context: Context, hits: Sequence[Hit], chat: ChatModel, cancel: Event
    ) -> Iterator[Piece]:
        """Ask the model whether the detail is there; then tell the passages, or have them put in the model's words."""
        file = self._prompts.get("answer")
        work.model, work.prompt = chat.name, file.id
        told = self._passages(work.asked.text, hits)
        yield Found(self._maker.made(work, told.lines, "found"))
        shown = work.elapsed()
        block = Context(context.block, ())  # read ahead and kept, so that only the question is left to read
        weights = chat.score(block.prompt(file, work.asked.text, "Check"), ["yes", "no"], cancel=cancel)
        work.usage = weights.usage if isinstance(weights, Weights) else work.usage
        yes, no = weights
        work.check = yes - no
        verdict = gate.after_check(work.asked, work.check)
        if not verdict.answer and not cancel.is_set():
            yield from self._told(work, self._refused(work, context), "refusal")
        elif self._wording == "handbook":
            work.first_s = shown  # the words stand there since then
            yield self._maker.made(work, told.lines, "handbook", told.abstained)
        else:
            yield from self._worded(work, context, hits, chat, cancel)

    def _passages(self, question: str, hits: Sequence[Hit]) -> Direct:
        """The best passage whole, and others that come close to it, in the corpus' own words.

        Entries of the funding directory are told only when the question names them: documents say the same in prose.
        """
        named = {i.passage_id for i in self._directories.money.instruments(question)}
        fitting = [h for h in hits if not h.passage.id.startswith("funding/") or h.passage.id in named] or list(hits)
        close = [h for h in fitting if h.score >= CLOSE * fitting[0].score]
        told = close[:1]
        words = len(told[0].passage.text.split())
        for hit in close[1:_MOST_PASSAGES]:
            words += len(hit.passage.text.split())
            if words <= _MOST_WORDS and not hit.passage.id.split("#")[0].endswith("not-given"):
                told.append(hit)
        abstained = gate.says_not_given(told[0].passage.sentences[0])
        return Direct(tuple(_line(hit) for hit in told), abstained=abstained)

    def _worded(
        self, work: Work, context: Context, hits: Sequence[Hit], chat: ChatModel, cancel: Event
    ) -> Iterator[Piece]:
        file = self._prompts.get("answer")
        checker = Checker(context.passages, work.asked.text)
        halt = _Halt(cancel)
        generation = chat.stream(
            context.prompt(file, work.asked.text, "Answer"),
            max_tokens=min(self._max_tokens, file.max_tokens),
            stop=("\nTEXT", "\nQUESTION", "\nTASK", "\n\n\n"),
            cancel=halt,
        )
        pieces: list[str] = []
        for words in _whole_words(generation, checker, halt):
            work.first()
            pieces.append(words)
            yield Words(words)
        work.usage, work.stopped = generation.usage, cancel.is_set()
        work.halted = halt.is_set() and not work.stopped
        yield self._checked(work, "".join(pieces), checker, context, hits)

    def _checked(
        self, work: Work, text: str, checker: Checker, context: Context, hits: Sequence[Hit]
    ) -> HandbookAnswer:
        sentences = list(split_sentences(text.strip()))
        cut = bool(sentences) and sentences[-1].rstrip("\"'”’)")[-1:] not in (".", "!", "?", ":")
        if cut and not work.stopped and (len(sentences) > 1 or work.halted):
            sentences.pop()  # cut off by the limit of tokens, or by a number that no source holds
        kept: list[Line] = []
        dropped: list[str] = []
        for sentence in sentences:
            support = checker.check(sentence)
            if support.supported and not gate.says_not_given(sentence):
                kept.append(Line(sentence, support.rests_on))
            else:
                dropped.append(sentence)
        if not kept and any(gate.says_not_given(s) for s in dropped):
            return self._maker.made(work, self._refused(work, context).lines, "refusal", True, dropped)
        if not kept:
            quoted = self._quoted(work, hits)
            if not work.stopped:
                work.notes.append(
                    "What the model said could not be checked against the handbook, so its words are shown."
                )
            return self._maker.made(work, quoted.lines, "quotation", dropped=dropped)
        return self._maker.made(work, kept, "model", dropped=dropped)

    def _refused(self, work: Work, context: Context) -> Direct:
        instruments = self._directories.money.instruments(work.asked.text)
        place = gate.best_not_given(work.asked, context.passages)
        detail = work.asked.detail
        if detail and instruments and detail.not_given(instruments[0].not_given):
            return self._directories.money.refusal(detail, instruments[0], ())
        lines = [Line(place[1], ((place[0], place[1]),))] if place else []
        if not lines:
            lines = [Line("The handbook does not say that.", ())]
        near = self._nearest(work.asked, context.passages)
        if near and not (place and near[1] == place[1]):
            lines.append(Line(f"What it does say nearby: {near[1]}", (near,)))
        return Direct(tuple(lines), abstained=True)

    def _nearest(self, asked: Understood, passages: Sequence[Passage]) -> tuple[Passage, str] | None:
        wanted = facts.content(asked.text)
        said = [(p, s) for p in passages for s in p.sentences if not gate.says_not_given(s)]
        best = max(said, key=lambda ps: len(wanted & facts.content(ps[1])), default=None)
        return best if best and len(wanted & facts.content(best[1])) >= 2 else None

    def _quoted(self, work: Work, hits: Sequence[Hit]) -> Direct:
        lines: list[Line] = []
        for hit in hits[:2]:
            at = hit.sentence or 0
            text = " ".join(hit.passage.sentences[at : at + 2])
            lines.append(Line(text, ((hit.passage, text),)))
        return Direct(tuple(lines), abstained=not lines)

    # -- search and form --------------------------------------------------------------------------------------------

    def _search(self, work: Work) -> list[Hit]:
        boost = (work.ask.about,) if work.ask.about and work.asked.follows else ()
        query = Query(text=work.asked.text, audience=work.ask.audience, step=work.ask.step, boost=boost)
        hits = self._retriever.search(query, limit=12)
        work.labels = tuple(self._retriever.labels(hits, query=query))[:LABELS]
        work.retrieval_s = work.elapsed()
        return hits

    def _told(self, work: Work, direct: Direct, how: str) -> Iterator[Piece]:
        work.first()
        made = self._maker.made(work, direct.lines, how, direct.abstained)
        yield Words(made.answer)
        yield made


class _Halt(Event):
    """Set when the person stops the answer, or when the answer must not go on."""

    def __init__(self, cancel: Event) -> None:
        super().__init__()
        self._cancel = cancel

    def is_set(self) -> bool:
        return super().is_set() or self._cancel.is_set()


def _whole_words(pieces: Iterable[str], checker: Checker, halt: Event) -> Iterator[str]:
    """Words as they become whole; a number that no source holds ends the answer before anyone sees it."""
    held = ""
    for piece in pieces:
        if halt.is_set():
            continue  # lets the model stop by itself, so that what it cost is known
        held += piece
        *whole, held = re.split(r"(?<=\s)", held) if held.strip() else [held]
        for word in whole:
            if not checker.number_known(word):
                halt.set()
                held = ""
                break
            yield word
    if held and checker.number_known(held):
        yield held


def _line(hit: Hit) -> Line:
    at = hit.sentence or 0
    return Line(hit.passage.text, ((hit.passage, hit.passage.sentences[at]),), paragraph=True)
