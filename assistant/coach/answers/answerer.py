"""Answers a question: read by rules; from data where data is the answer; else found, gated, worded and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Event

from assistant.coach.answers import check, compare, facts, gate
from assistant.coach.answers.compose import Blocks, Context
from assistant.coach.answers.direct import Directories
from assistant.coach.answers.follow import OF_ITS_OWN, may_speak_of_the_last
from assistant.coach.answers.halves import halves
from assistant.coach.answers.languages import asked_in
from assistant.coach.answers.lines import Direct, Line, whole
from assistant.coach.answers.looking import Looking
from assistant.coach.answers.making import Maker, Work
from assistant.coach.answers.models import Ask, Found, HandbookAnswer, Piece, Words
from assistant.coach.answers.own import OwnWords
from assistant.coach.answers.question import Understood, matches, rules, understand
from assistant.coach.answers.tell import Chosen, Side, choose, may_be_told, says_not_given
from assistant.coach.answers.verify import Checker
from assistant.coach.prompts import Prompts
from assistant.errors import KnowledgeError, ModelError
from assistant.handbook.corpus import Corpus
from assistant.handbook.models import Hit, Passage, Query
from assistant.handbook.search import HybridRetriever
from assistant.handbook.sentences import split_sentences
from assistant.model.port import Cancelled, ChatModel

LABELS = 8  # section labels in an answer's JSON
_NO_MODEL = "No model is loaded (`coach model pull` fetches it): these are the handbook's closest words."
_ONLY_COMMANDS = "The handbook says nothing to that. What a question tells me to do does not change my answers."
_EACH_HALF = 3  # passages that may answer one half of a double question
_REFUSED_WITHIN = 6  # first hits in which the sentence is looked for that says that something is missing


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
        self._directories = Directories(corpus, retriever.names)
        self._maker = Maker(corpus, self._directories)
        self._blocks = Blocks(corpus)
        self._vocabulary = {stem for p in corpus.passages for stem in facts.content(f"{p.title} {p.heading} {p.text}")}
        self._max_tokens, self._wording, self._own = max_tokens, wording, own

    def answer(self, ask: Ask, cancel: Event | None = None) -> Iterator[Piece]:
        """Stream the words of an answer, then the whole answer as checked. Errors of the model end in a quotation."""
        asked = self._directories.understood(ask.question, ask.before)
        pieces = self._from_handbook(ask, asked, cancel)
        return self._own.beside(asked, ask, pieces, cancel) if self._own else pieces

    def _from_handbook(self, ask: Ask, asked: Understood, cancel: Event | None) -> Iterator[Piece]:
        work = Work(ask=ask, asked=asked, language=asked_in(ask.question))
        if not facts.content(asked.text) and asked.text != " ".join(ask.question.split()):
            yield from self._told(work, Direct((Line(_ONLY_COMMANDS, ()),), abstained=True), "refusal")
            return
        hits = self._search(work)
        sides = self._sides(work)
        if direct := self._direct(work, sides) or self._directories.found_at(work.asked, work.ask.audience, hits):
            yield from self._told(work, direct, "refusal" if direct.abstained else "data")
            return
        chosen = self._chosen(work, hits, sides)
        chat = self._chat()
        probed = chat is not None and check.has_probe(chat, self._prompts)
        verdict = gate.before_model(work.asked, chosen, self._vocabulary, probed=probed, language=work.language)
        if not verdict.answer:
            yield from self._told(work, self._refused(work, chosen, hits), "refusal")
            return
        if chat is None:
            work.notes.append(_NO_MODEL)
            yield from self._told(work, self._quoted(work, hits), "quotation")
            return
        try:
            yield from self._gated(work, chosen, hits, chat, cancel or Event())
        except Cancelled:
            work.stopped = True
            yield self._maker.made(work, chosen.direct().lines, "stopped")
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
        document = next((d for d in self._corpus.documents if any(p.id == found.id for p in d.passages)), None)
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
        """Have the model read, in idle time, every passage that a question may be checked against."""
        chat = self._chat()
        if chat is None or not check.has_probe(chat, self._prompts):
            return
        for passage in reversed(self._corpus.passages):  # what is asked for last is read first
            if may_be_told(passage):
                check.warm(chat, self._prompts, passage)

    def warm(self, ask: Ask) -> None:
        """Use the time while a person types: look at the passages that the question will be checked against."""
        chat = self._chat()
        if chat is None or len(ask.question.split()) < 3:
            return
        work = Work(ask=ask, asked=self._directories.understood(ask.question, ask.before))
        sides = self._sides(work)
        hits = self._search(work)
        if self._direct(work, sides) or self._directories.found_at(work.asked, ask.audience, hits):
            return
        chosen = self._chosen(work, hits, sides)
        for side in reversed(sides or [Side(work.asked.text, chosen.candidates)]):  # what comes last goes first
            for hit in reversed(side.hits):
                check.warm(chat, self._prompts, hit.passage, side.text)

    # -- ways of answering ------------------------------------------------------------------------------------------

    def _gated(
        self, work: Work, chosen: Chosen, hits: Sequence[Hit], chat: ChatModel, cancel: Event
    ) -> Iterator[Piece]:
        """Show the passages, have the model check whether they state the detail; then they are the answer, or not."""
        work.model, work.prompt = chat.name, self._prompts.get("answer").id
        told = chosen.direct()
        yield Found(self._maker.made(work, told.lines, "found"))
        shown = work.elapsed()
        look = Looking(work.asked.text, lambda text, passage: check.checked(chat, self._prompts, text, passage, cancel))
        stating = self._stating(work, chosen, look)
        if stating is None and not cancel.is_set():
            yield from self._told(work, self._refused(work, chosen, hits, look.nearest), "refusal")
        elif self._wording == "handbook":
            stating = stating or chosen
            if stating.hits[0] is chosen.hits[0]:
                work.first_s = shown  # the first words stand there since then
            work.first()
            if sides := self._halves(work, stating):
                yield Found(self._maker.made(work, stating.direct().lines, "found"))
                stating = look.completed(stating, sides)
            yield self._maker.made(work, self._whole(work, stating).direct().lines, "handbook")
        else:
            yield from self._worded(work, self._blocks.context(hits), chosen, hits, chat, cancel)

    def _whole(self, work: Work, stating: Chosen) -> Chosen:
        """The same with the whole checklist where a checklist leads, and with the whole list where one is wanted."""
        first = stating.hits[0].passage
        if checklist := self._directories.checklist_of(first, work.asked, work.ask.audience):
            return stating.with_whole(checklist)
        if matches(rules().wants_all, work.asked.text):
            return stating.with_whole_list(self._corpus.parts.get(first.id.partition("#")[0], ()))
        return stating

    def _stating(self, work: Work, chosen: Chosen, look: Looking) -> Chosen | None:
        """What was chosen, led by the passage that most likely states the detail; None when no one checked does."""
        lenient = work.asked.yes_no or work.language != "en"
        told = look.compared(chosen, lenient=lenient) if chosen.sides else look.led(chosen, lenient=lenient)
        work.usage = look.usage
        if look.decided:
            work.check, work.check_by = look.decided.odds, look.decided.by
        return told

    def _worded(
        self, work: Work, context: Context, chosen: Chosen, hits: Sequence[Hit], chat: ChatModel, cancel: Event
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
        yield self._checked(work, "".join(pieces), checker, chosen, hits)

    def _checked(self, work: Work, text: str, checker: Checker, chosen: Chosen, hits: Sequence[Hit]) -> HandbookAnswer:
        sentences = list(split_sentences(text.strip()))
        cut = bool(sentences) and sentences[-1].rstrip("\"'”’)")[-1:] not in (".", "!", "?", ":")
        if cut and not work.stopped and (len(sentences) > 1 or work.halted):
            sentences.pop()  # cut off by the limit of tokens, or by a number that no source holds
        kept: list[Line] = []
        dropped: list[str] = []
        for sentence in sentences:
            support = checker.check(sentence)
            if support.supported and not says_not_given(sentence):
                kept.append(Line(sentence, support.rests_on))
            else:
                dropped.append(sentence)
        if not kept and any(says_not_given(s) for s in dropped):
            return self._maker.made(work, self._refused(work, chosen, hits).lines, "refusal", True, dropped)
        if not kept:
            quoted = self._quoted(work, hits)
            if not work.stopped:
                work.notes.append(
                    "What the model said could not be checked against the handbook, so its words are shown."
                )
            return self._maker.made(work, quoted.lines, "quotation", dropped=dropped)
        return self._maker.made(work, kept, "model", dropped=dropped)

    def _refused(self, work: Work, chosen: Chosen, hits: Sequence[Hit], nearest: Passage | None = None) -> Direct:
        """What is missing, in the corpus' words where it says so, and the nearest thing that the handbook does say.

        `nearest`: the passage that comes nearest to an answer as the model sees it; it is told whole.
        """
        instruments = self._directories.money.instruments(work.asked.text)
        detail = work.asked.detail
        if detail and instruments and detail.not_given(instruments[0].not_given):
            return self._directories.money.refusal(detail, instruments[0], ())
        place = gate.best_not_given(work.asked, [h.passage for h in hits[:_REFUSED_WITHIN]])
        lines = [Line(place[1], ((place[0], place[1]),))] if place else []
        if not lines:
            lines = [Line("The handbook does not say that.", ())]
        near = self._nearest(work.asked, chosen.passages)
        if nearest and not (place and place[0].id == nearest.id):
            lines += [Line("What it does say nearby:", ()), Line(nearest.text, whole(nearest), paragraph=True)]
        elif near and not (place and near[1] == place[1]):
            lines.append(Line(f"What it does say nearby: {near[1]}", (near,)))
        return Direct(tuple(lines), abstained=True)

    def _nearest(self, asked: Understood, passages: Sequence[Passage]) -> tuple[Passage, str] | None:
        wanted = facts.content(asked.text)
        said = [(p, s) for p in passages for s in p.sentences if not says_not_given(s)]
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
        leans = work.asked.follows or may_speak_of_the_last(work.ask.question, self._retriever.names)
        boost = (work.ask.about,) if work.ask.about and leans else ()
        query = Query(text=work.asked.text, audience=work.ask.audience, step=work.ask.step, boost=boost)
        hits = self._retriever.search(query, limit=12)
        work.labels = tuple(self._retriever.labels(hits, query=query))[:LABELS]
        work.retrieval_s = work.elapsed()
        return hits

    def _direct(self, work: Work, sides: Sequence[Side]) -> Direct | None:
        """The answer from data, unless it lacks the year asked about or one of the things compared."""
        about = work.ask.about if work.asked.follows else None
        direct = self._directories.answer(work.asked, work.ask.audience, about=about)
        if direct is None or gate.strange_years(work.asked.text, direct.text()):
            return None
        compared = {side.hits[0].passage.section for side in sides}
        told = {passage.section for line in direct.lines for passage, _ in line.rests_on}
        return direct if compared <= told or direct.abstained else None

    def _chosen(self, work: Work, hits: Sequence[Hit], sides: Sequence[Side]) -> Chosen:
        """What to tell and to check; of a comparison each side."""
        named = {i.passage_id for i in self._directories.money.instruments(work.asked.text)}
        chosen = choose(work.asked, hits, named)
        return chosen.comparing(sides) if sides else chosen

    def _sides(self, work: Work) -> list[Side]:
        return compare.sides(work.asked.text, self._retriever.names, self._retriever, work.ask.audience)

    def _halves(self, work: Work, told: Chosen) -> list[Side]:
        """Each half of a double question, about what the passage that leads is about, and where it may be answered."""
        first = told.hits[0].passage
        found: list[Side] = []
        for half in () if told.sides or work.check_by != "probe" else halves(work.asked.text):
            names = any(name.kind in OF_ITS_OWN for name in self._retriever.names.find(half))
            text = half if names else f"{half.rstrip('?')} ({first.title.split(',')[0]})?"
            query = Query(text=text, audience=work.ask.audience, boost=(first.section,))
            hits = [hit for hit in self._retriever.search(query, limit=12) if hit.passage.kind != "directory"]
            hits = [hit for hit in hits if may_be_told(hit.passage)]
            found.append(Side(text, tuple(hits[:_EACH_HALF])))
        return found

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
