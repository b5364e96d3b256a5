"""The conversation as labelled plain lines, for screen readers, pipes and simple terminals.

No box drawing, no cursor movement, no repaint: what is written stays written.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread, current_thread, main_thread
from types import FrameType
from typing import TextIO

from assistant import troubles
from assistant.coach.turns import (
    AnswerDelta,
    AnswerDone,
    AnswerFound,
    AnswerStarted,
    Choice,
    Coach,
    Conversation,
    Ended,
    Item,
    ModelStatus,
    Past,
    Said,
    Source,
    Tone,
)
from assistant.errors import CoachError
from assistant.line.words import plain, sentences
from assistant.plain import visible
from assistant.settings import Settings

_LABELS: dict[Tone, str] = {
    "coach": "Coach",
    "question": "Question",
    "reading": "How I read your reply",
    "gap": "Gap",
    "answer": "Answer",
    "notice": "Note",
    "error": "Problem",
    "you": "You",
}
_PAST_SHOWN = 3
_WORTH_SAYING = ("none", "ready", "failed")


def run(coach: Coach, settings: Settings, record: Path | None, stdin: TextIO, stdout: TextIO) -> int:
    """Talk with the person in plain lines until they stop or the input ends; the exit code."""
    session = LineChat(coach, stdin, stdout)
    try:
        return session.talk(record)
    finally:
        coach.close()


class LineChat:
    """One conversation over two text streams."""

    def __init__(self, coach: Coach, stdin: TextIO, stdout: TextIO) -> None:
        self._coach = coach
        self._in = stdin
        self._out = stdout
        self._terminal = stdin is sys.stdin and stdin.isatty()
        self._choices: tuple[Choice, ...] = ()
        self._model: SimpleQueue[ModelStatus] = SimpleQueue()
        self._model_said = ""
        self._ended = False
        if self._terminal:
            with suppress(ImportError):
                import_module("readline")  # arrows and earlier replies at the prompt of `input`

    def talk(self, record: Path | None) -> int:
        """Open a record, hold the conversation, close it."""
        Thread(target=self._load, name="load", daemon=True).start()
        try:
            conversation = self._open(record)
        except CoachError as error:
            self._say("Problem", error.sentence())
            return error.exit_code
        except (EOFError, KeyboardInterrupt):
            self._write("\n")
            return 0
        try:
            self._recall(conversation.past(_PAST_SHOWN))
            self._turn(lambda _: conversation.begin())
            while not self._ended:
                if said := self._ask():
                    self._turn(lambda cancel, said=said: conversation.reply(said, cancel))
        except (EOFError, KeyboardInterrupt):
            self._write("\n")
            where = f" The record is saved: {conversation.record}" if conversation.record else ""
            self._say("Coach", f"We stop here.{where}")
        finally:
            conversation.close()
        return 0

    # opening

    def _load(self) -> None:
        try:
            self._coach.load(self._model.put)
        except Exception as error:
            self._model.put(ModelStatus("failed", troubles.sentence(error)))

    def _open(self, record: Path | None) -> Conversation:
        if record is not None:
            return self._coach.open(record)
        views = self._coach.records()
        if not views:
            return self._coach.new()
        self._say("Coach", "Which record? Type its number, or 0 for a new one.")
        for number, view in enumerate(views, 1):
            state = f"problem: {view.problem}" if view.problem else f"{view.open_actions} open actions"
            name = view.organisation or view.path.stem
            self._line(f"{number}. {name} ({view.audience.replace('_', ' ')}, changed {view.changed[:10]}, {state})")
        self._line("0. New record")
        while True:
            said = self._ask().strip()
            if said == "0":
                return self._coach.new()
            if said.isdecimal() and 0 < int(said) <= len(views):
                return self._coach.open(views[int(said) - 1].path)
            self._say("Coach", f"Please type a number from 0 to {len(views)}.")

    def _recall(self, past: list[Past]) -> None:
        if past:
            self._say("Coach", f"The last {len(past)} exchanges were:" if len(past) > 1 else "The last exchange was:")
        for exchange in past:
            if exchange.kind == "digression":
                self._say("You", exchange.you)
                self._paragraphs("Answer", exchange.coach)
            else:
                self._paragraphs("Question", exchange.coach)
                self._say("You", exchange.you)

    # a turn

    def _turn(self, start: Callable[[Event], Iterator[Item]]) -> None:
        """Work on a reply in a thread, so that Ctrl-C stops the answer and not the work on the record."""
        cancel = Event()
        came: SimpleQueue[Item | Exception | None] = SimpleQueue()

        def work() -> None:
            try:
                for item in start(cancel):
                    came.put(item)
            except Exception as error:
                came.put(error)
            finally:
                came.put(None)

        Thread(target=work, name="turn", daemon=True).start()
        writer = _Answer(self)
        with _interrupts(cancel):
            while (item := _next(came)) is not None:
                if isinstance(item, Exception):
                    writer.break_off()
                    self._say("Problem", troubles.sentence(item))
                elif not (isinstance(item, AnswerDelta) and cancel.is_set()):
                    self._show(item, writer)

    def _show(self, item: Item, writer: _Answer) -> None:
        match item:
            case Said() as said:
                if said.choices or said.question is not None:
                    self._choices = said.choices  # a note leaves the pending question as it is
                label = f"{_LABELS[said.tone]} ({said.counts})" if said.counts else _LABELS[said.tone]
                if said.tone == "you":
                    self._say(label, said.markdown)
                else:
                    self._paragraphs(label, said.markdown)
                self._sources(said.sources)
                for choice in said.choices:
                    self._line(f"{choice.key}. {visible(choice.line)}")
            case AnswerStarted():
                writer.begin()
            case AnswerFound(markdown):
                writer.found(markdown)
            case AnswerDelta(text):
                writer.more(text)
            case AnswerDone() as done:
                writer.finish(done)
                self._sources(done.sources)
            case Ended() as ended:
                self._say("Coach", f"We stop here. The record is saved: {ended.record}")
                if ended.summary:
                    self._say("Coach", f"The summary is written: {ended.summary}")
                self._choices, self._ended = (), True
            case _:
                pass

    def _sources(self, sources: tuple[Source, ...]) -> None:
        if sources:
            self._line("Sources:")
        for source in sources:
            self._line(f"[{source.n}] {visible(source.where)}: {visible(source.quote)}")

    # reading and writing

    def _ask(self) -> str:
        self._model_news()
        lines: list[str] = []
        while True:
            line = self._read("You: " if not lines else "")
            lines.append(line.removesuffix("\\"))
            if not line.endswith("\\"):
                break
        said = "\n".join(lines).strip()
        for choice in self._choices:
            if said == choice.key:
                return choice.reply
        return said

    def _read(self, prompt: str) -> str:
        if self._terminal:
            return visible(input(prompt))
        self._write(prompt)
        line = self._in.readline()
        if not line:
            raise EOFError
        line = visible(line.removesuffix("\n").removesuffix("\r"))
        self._write(f"{line}\n")  # a pipe does not echo
        return line

    def _model_news(self) -> None:
        news: ModelStatus | None = None
        while not self._model.empty():
            news = self._model.get()
        if news is not None and news.state in _WORTH_SAYING and news.state != self._model_said:
            self._model_said = news.state
            no_model = "no model: guided questions work; answers quote the handbook"
            self._say("Note", news.sentence or (no_model if news.state == "none" else f"model {news.state}"))

    def _say(self, label: str, text: str) -> None:
        self._line(f"{label}: {visible(text)}")

    def _paragraphs(self, label: str, markdown: str) -> None:
        first, *rest = plain(markdown) or [""]
        self._line(f"{label}: {first}")
        for line in rest:
            self._line(line)

    def _line(self, text: str) -> None:
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        encoding = getattr(self._out, "encoding", None) or "utf-8"
        self._out.write(text.encode(encoding, "replace").decode(encoding))
        self._out.flush()

    write = _write
    say_paragraphs = _paragraphs


class _Answer:
    """Writes an answer sentence by sentence, and the checked text again only where it differs."""

    def __init__(self, chat: LineChat) -> None:
        self._chat = chat
        self._rest = self._found = ""
        self._written: list[str] = []
        self._open = False

    def begin(self) -> None:
        self._rest, self._written, self._open, self._found = "", [], True, ""
        self._chat.write("Answer:")

    def found(self, markdown: str) -> None:
        """The closest words, said to be such; the answer begins anew when they have been checked."""
        self._found = " ".join(plain(markdown))
        self._chat.write(f" closest words, being checked: {self._found}\n")

    def more(self, text: str) -> None:
        self._begin_anew()
        whole, self._rest = sentences(self._rest + text)
        for sentence in whole:
            self._put(sentence)

    def break_off(self) -> None:
        """The answer will not go on: end its line."""
        if self._open:
            self._open = False
            self._chat.write("\n")

    def finish(self, done: AnswerDone) -> None:
        """End the answer with its checked text."""
        if not self._open:
            self.begin()
        checked = plain(done.markdown)
        if self._found and self._found == " ".join(checked):
            self._chat.write("Note: stopped before the check.\n" if done.stopped else "Note: checked.\n")
            self._open = False
            return
        self._begin_anew()
        if self._rest.strip() and not done.stopped:
            self._put(self._rest)
        written = " ".join(self._written).split()
        if not written and not done.stopped:
            self._chat.write(f" {checked[0] if checked else ''}\n" + "".join(f"{line}\n" for line in checked[1:]))
        elif done.stopped:
            self._chat.write("\nNote: stopped by you, not finished.\n")
        elif written != " ".join(checked).split():
            self._chat.write("\n")
            self._chat.say_paragraphs("Answer, as checked", done.markdown)
        else:
            self._chat.write("\n")
        self._open = False

    def _begin_anew(self) -> None:
        if self._found:
            self._found = ""
            self._chat.write("Answer:")

    def _put(self, sentence: str) -> None:
        words = " ".join(plain(sentence))
        self._written.append(words)
        self._chat.write(f" {words}")


@contextmanager
def _interrupts(cancel: Event) -> Generator[None]:
    """Let Ctrl-C stop the answer in hand; a second one leaves."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()

    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _next(came: SimpleQueue[Item | Exception | None]) -> Item | Exception | None:
    while True:
        with suppress(Empty):  # Windows does not wake a wait without end for Ctrl-C
            return came.get(timeout=0.5)
