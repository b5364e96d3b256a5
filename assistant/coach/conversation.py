"""The conversation over one record: beginning, turns, the menu between flows, corrections, stopping, resuming."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag

from assistant.coach import say
from assistant.coach.answers.models import Ask, HandbookAnswer
from assistant.coach.menu import MENU, menu
from assistant.coach.past import past
from assistant.coach.replies import words
from assistant.coach.replies.commands import AskHandbook, Change, Do, Go, SetRating
from assistant.coach.session import Parts, Session
from assistant.coach.setup import Setup
from assistant.coach.turn import Turn, answered
from assistant.coach.turns import Choice, Ended, Item, Past, Progress, Said
from assistant.errors import CoachError
from assistant.flow.models import Stop
from assistant.record.events import Asked, Resumed, Stopped
from assistant.record.state import Pending, Subject
from assistant.record.store import OpenRecord
from assistant.record.text import characters_cut, clean_text
from assistant.report.write import write_summary

_LATE_STOP = 7  # from here on a stop is about projects; going there first is the closed line


class CoachConversation:
    """One conversation (see `Conversation`). `create` makes the record once organisation and audience are known."""

    def __init__(self, parts: Parts, record: OpenRecord | None, create: Callable[[Subject], OpenRecord]) -> None:
        self._parts, self._create = parts, create
        self._session = Session(parts, record) if record else None
        self._setup = Setup() if record is None else None
        self._asked = Ask("")  # before there is a record: what the next question may lean on
        self._choices: tuple[Choice, ...] = ()
        self._put: str | None = None  # the question, or "menu", that was put last

    # -- what a front end asks for ---------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The organisation, or "New record"."""
        return self._session.state.subject.organisation if self._session else "New record"

    @property
    def record(self) -> Path | None:
        """The record's file, once there is one."""
        return self._session.record.path if self._session else None

    def begin(self) -> Iterator[Item]:
        """Greet, or pick up where the record stands."""
        yield from self._watched(self._begin())

    def reply(self, text: str, cancel: Flag) -> Iterator[Item]:
        """Work on what the person said; it is on disk before the first question that follows."""
        told = clean_text(text)
        cut = characters_cut(text)
        if cut:
            yield Said(f"That was very long: the last {cut:,} characters are not kept.", tone="notice")
        choice = next((c for c in self._choices if c.key == told.strip()), None)
        if choice:
            told = choice.reply
        yield from self._watched(self._reply(told, cancel) if told.strip() else self._nothing())

    def typing(self, text: str) -> None:
        """Use the time while a question is being typed."""
        if text.rstrip().endswith("?") or len(text.split()) >= 5:
            self._parts.answerer.warm(self._session.ask(text) if self._session else replace(self._asked, question=text))

    def past(self, last: int = 20) -> list[Past]:
        """The last exchanges, oldest first."""
        return past(self._session.record.events, self._parts.engine.flows, last) if self._session else []

    def progress(self) -> Progress:
        """Where the journey stands."""
        return self._session.progress() if self._session else Progress()

    def document(self, passage: str) -> tuple[str, str]:
        """Title and Markdown of the document a passage stands in."""
        return self._parts.answerer.document(passage)

    def summary(self) -> Path:
        """Write the summary file now."""
        if self._session is None:
            raise CoachError("there is no record yet", do="say the organisation's name first")
        session = self._session
        return write_summary(session.record.path, session.state, self._parts.engine, today=session.today)

    def close(self) -> None:
        """Let go of the record; everything said is on disk already."""
        if self._session:
            self._session.record.close()

    # -- beginning -------------------------------------------------------------------------------------------

    def _watched(self, items: Iterator[Item]) -> Iterator[Item]:
        """Remember the choices last offered, so that a number means one of them."""
        for item in items:
            if isinstance(item, Said) and item.tone == "question":
                self._choices, self._put = item.choices, item.question
            yield item

    def _nothing(self) -> Iterator[Item]:
        yield Said("There were no words in that.", tone="notice")
        if self._session:
            yield self._pending_or_menu(self._session)
        elif self._setup:
            yield self._setup.again()

    def _pending(self, session: Session) -> Pending | None:
        """What is waited for, as far as the flows still hold it."""
        pending = session.state.journey.pending
        return pending if pending and session.engine.flows.question(pending.question) else None

    def _begin(self) -> Iterator[Item]:
        if self._session is None:
            assert self._setup is not None
            yield from self._setup.begin()
            return
        session = self._session
        for notice in session.record.notices:
            yield Said(say.safe(notice), tone="notice")
        state = session.state
        if state.journey.flows:
            session.keep(Resumed())
            answers = [a for a in state.journey.answers.values() if not a.set_aside]
            open_actions = sum(a.state == "open" for a in state.actions)
            yield Said(
                f"Welcome back, **{say.safe(state.subject.organisation)}**. {len(answers)} questions looked at so far, "
                f"{open_actions} open {'action' if open_actions == 1 else 'actions'}."
            )
        yield session.progress()
        if state.journey.pending and not self._pending(session):
            yield Said("The question you stopped at is no longer asked; your answers are all there.", tone="notice")
        if self._pending(session) and session.unfinished():
            yield from Turn(session).put(session.engine.proceed(session.state))
            if not session.state.journey.pending:
                yield menu(session)
            return
        yield self._pending_or_menu(session)

    def _pending_or_menu(self, session: Session) -> Said:
        return Turn(session).again() if self._pending(session) and self._put != MENU else menu(session)

    def _set_up(self, text: str, cancel: Flag) -> Iterator[Item]:
        setup = self._setup
        assert setup is not None
        if text.strip().endswith("?") and len(text.split()) > 2:
            ask = replace(self._asked, question=text)
            for item in answered(self._parts.answerer.answer(ask, cancel)):
                if isinstance(item, HandbookAnswer):
                    self._asked = ask.after(item)
                else:
                    yield item
            yield setup.again()
            return
        if words.command(text) == Do("help"):
            yield Said(say.HELP)
            yield setup.again()
            return
        if words.command(text) == Do("stop"):
            yield Said("Nothing has been saved yet, so you can simply close the coach.", tone="notice")
            yield setup.again()
            return
        yield from setup.told(text)
        if setup.subject is None:
            return
        self._session = Session(self._parts, self._create(setup.subject))
        self._setup = None
        yield Said(f"Good. Your record is `{self._session.record.path.name}`, saved after every reply.", tone="notice")
        yield self._session.progress()
        yield menu(self._session)

    # -- replies ---------------------------------------------------------------------------------------------

    def _reply(self, text: str, cancel: Flag) -> Iterator[Item]:
        session = self._session
        if session is None:
            yield from self._set_up(text, cancel)
            return
        pending = self._pending(session)
        if pending is None or self._put == MENU:
            yield from self._at_menu(session, text, cancel)
            return
        for item in Turn(session).reply(text, pending, cancel):
            if isinstance(item, Do | Go | Change):
                yield from self._command(session, item, cancel)
                return
            yield item
        if session.state.journey.pending is None:
            yield menu(session)

    def _command(self, session: Session, command: Do | Go | Change, cancel: Flag) -> Iterator[Item]:
        turn = Turn(session)
        match command:
            case Go(stop):
                yield from self._go(session, stop)
                return
            case Change(which):
                yield from self._change(session, which)
                return
            case Do("stop"):
                yield from self._stop(session)
                return
            case Do("menu" | "steps" as what):
                yield session.progress()
                yield menu(session, every=what == "steps")
                return
            case Do("back"):
                events = session.engine.back(session.state)
                if events:
                    yield from turn.put(events)
                    return
                yield Said("There is no earlier question.", tone="notice")
            case Do("why" | "example" as what) if pending := self._pending(session):
                _, item = session.found(pending.question)
                if what == "why":
                    yield say.why(item, session.sources([item.why.passage] if item.why.passage else []))
                else:
                    yield Said(
                        f"For example: {item.example.strip()}" if item.example else "There is no example for this one."
                    )
            case Do("summary"):
                path = self.summary()
                yield Said(f"The summary is written: `{path.name}` beside the record.", tone="notice")
            case Do("review"):
                said, session.review = say.review(session.engine, session.state)
                yield said
            case Do("repeat"):
                pass
            case _:
                yield Said(say.HELP)
        yield self._pending_or_menu(session)

    def _stop(self, session: Session) -> Iterator[Item]:
        session.keep(Stopped())
        path = self.summary()
        yield Said(
            "Stopped; your record and a summary are on disk. Come back with `coach` at any time; it continues here."
        )
        yield Ended(record=str(session.record.path), summary=str(path))

    # -- between flows ---------------------------------------------------------------------------------------

    def _at_menu(self, session: Session, text: str, cancel: Flag) -> Iterator[Item]:
        command = words.command(text)
        match command:
            case Do("back" | "repeat") if self._pending(session):
                yield Turn(session).again()
                return
            case Do() | Go() | Change():
                yield from self._command(session, command, cancel)
                return
            case SetRating():
                yield Said("Nothing is being asked just now.", tone="notice")
            case AskHandbook(question):
                yield from Turn(session).digress(question, cancel)
            case _:
                stop = self._named_stop(session, text)
                if stop and (words.stop_id(text) or not text.strip().endswith("?")):  # a stop is called "Why?"
                    yield from self._go(session, stop.id)
                    return
                if words.rating_word(text) or words.skip_word(text):
                    yield Said("Nothing is being asked just now; please choose where to go on.", tone="notice")
                else:
                    yield from Turn(session).digress(text, cancel)
        yield menu(session)

    def _go(self, session: Session, where: str) -> Iterator[Item]:
        stop = self._named_stop(session, where)
        if stop is None:
            yield Said("I do not know that place. Say a step's number, or *utilise funding*.", tone="notice")
            yield self._pending_or_menu(session)
            return
        pending = self._pending(session)
        if pending and pending.stage != "question" and session.engine.stop(pending.flow) == stop:
            yield Turn(session).again()  # a follow-up that was left in the middle
            return
        events = session.engine.enter(session.state, stop.id)
        warn = stop.number is not None and stop.number >= _LATE_STOP and not session.state.journey.flows
        if warn:
            yield Said(
                "A word of warning: going straight into projects is the line that the handbook's map shows as closed "
                "for good, because such projects often do not work out. Step 1 is the better start.",
                tone="notice",
            )
        if not events:
            yield Said(f"**{stop.title}.** {stop.about.strip()} There are no guided questions for it yet.")
            yield self._pending_or_menu(session)
            return
        if not any(isinstance(event, Asked) for event in events):
            said, session.review = say.review(session.engine, session.state)
            yield Said(f"{stop.title}: all questions have been looked at.")
            yield said
            yield self._pending_or_menu(session)
            return
        yield from Turn(session).put(events)

    def _named_stop(self, session: Session, text: str) -> Stop | None:
        plain = words.plain(text)
        named = words.stop_id(text)
        for stop in session.engine.flows.journey.stops:
            if named == stop.id or plain in (stop.id, words.plain(stop.title)):
                return stop
        if plain in ("readiness", "readiness check", "readiness diagnostic", "diagnostic"):
            return session.engine.stop("step-2")
        return None

    # -- corrections -----------------------------------------------------------------------------------------

    def _change(self, session: Session, which: str) -> Iterator[Item]:
        question = self._meant(session, which)
        if question is None:
            said, session.review = say.review(session.engine, session.state)
            yield Said("Which answer shall we correct? Say *change* and its number.", tone="notice")
            yield said
            yield self._pending_or_menu(session)
            return
        resting = session.engine.dependents(question, session.state)
        if resting:
            titles = "; ".join(session.found(q)[1].ask for q in resting)
            yield Said(f"If this answer changes, these are asked again: {titles}", tone="notice")
        yield from Turn(session).put(session.engine.ask_again(question))

    def _meant(self, session: Session, which: str) -> str | None:
        """The question a correction speaks of: by number of the review, or by the words it shares with one question."""
        if not session.review:
            _, session.review = say.review(session.engine, session.state)
        number = which.strip(" .#").removeprefix("number ").removeprefix("answer ")
        if number.isdigit():
            return session.review[int(number) - 1] if 0 < int(number) <= len(session.review) else None
        wanted = _stems(which)
        shared = [(self._alike(session, q, wanted), q) for q in session.review]
        shared.sort(key=lambda pair: -pair[0])
        if not shared or shared[0][0] == 0 or (len(shared) > 1 and shared[0][0] == shared[1][0]):
            return None
        return shared[0][1]

    def _alike(self, session: Session, question: str, wanted: set[str]) -> int:
        """How much a question has in common with some words; its own wording counts twice."""
        item = session.found(question)[1]
        mine, counted = _stems(f"{item.ask} {item.area}"), _stems(" ".join(item.counts.values()))
        return 2 * len(wanted & mine) + len(wanted & counted)


def _stems(text: str) -> set[str]:
    return {w.rstrip("s") for w in re.findall(r"\w{4,}", words.plain(text))}
