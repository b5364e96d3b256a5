"""One turn: what was said becomes commands, commands become events on disk, and then the next question is put."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event as Flag

from assistant.coach import people, say
from assistant.coach.answers.models import Found, HandbookAnswer, Piece, Words
from assistant.coach.replies import words
from assistant.coach.replies.commands import (
    AskHandbook,
    Change,
    Choose,
    Command,
    Do,
    Go,
    Rate,
    SetRating,
    Skip,
    Tell,
)
from assistant.coach.replies.evidence import told_as_evidence
from assistant.coach.session import Session
from assistant.coach.turns import AnswerDelta, AnswerDone, AnswerFound, AnswerStarted, Item, Said, Source
from assistant.flow.models import Flow, Question
from assistant.plain import one_line
from assistant.record.events import (
    ActionNoted,
    Added,
    Answered,
    Asked,
    Digressed,
    Entered,
    Event,
    Finished,
    Rated,
    SetAside,
    Settled,
    Skipped,
)
from assistant.record.state import Action, Citation, Pending

_YES = "yes"
_LONGEST_ACTION = 300  # characters; the whole reply is kept beside it
_NO_OPTION = "no option was named"  # asked once more, then the words stand as they are


class Turn:
    """Works on replies while a question is pending."""

    def __init__(self, session: Session) -> None:
        self.session = session

    # -- the reply --------------------------------------------------------------------------------------------------

    def reply(self, text: str, pending: Pending, cancel: Flag) -> Iterator[Item | Do | Go | Change]:
        """Work on a reply to the pending question. Commands that leave the question are given back to the caller."""
        flow, item = self.session.found(pending.question)
        commands = self._commands(text, pending, item, cancel)
        leaving = next((c for c in commands if isinstance(c, Do | Go | Change)), None)
        if leaving:
            yield leaving
            return
        moved = False
        for command in commands:
            if isinstance(command, AskHandbook):
                yield from self.digress(command.text, cancel)
            else:
                yield from self._told(command, pending, flow, item, cancel)
                moved = True
        if moved:
            yield from self.put(self.session.engine.proceed(self.session.state))
        else:
            yield self.again()

    def _commands(self, text: str, pending: Pending, item: Question, cancel: Flag) -> list[Command]:
        interpreter = self.session.parts.interpreter
        if pending.stage == "question":
            return interpreter.read(text, item, cancel)
        whole = words.command(text)
        if whole:
            return [whole]
        told, asked = words.split_questions(text)
        commands: list[Command] = [AskHandbook(q) for q in asked]
        if not told:
            return commands
        if pending.stage == "confirm":
            skip = words.skip_word(told)
            read = interpreter.rate(told, item, cancel) if skip is None else None
            first: Command = Skip(told, skip or "dont_know")
            if read and read.rating:
                first = SetRating(told, read.rating)
            return [first, *commands]
        return [Tell(told), *commands]

    # -- what was told ----------------------------------------------------------------------------------------------

    def _told(self, command: Command, pending: Pending, flow: Flow, item: Question, cancel: Flag) -> Iterator[Item]:
        match command:
            case SetRating():
                yield from self._set_rating(command, pending)
            case Skip() if pending.stage == "question":
                before = self.session.state.journey.answers.get(item.id)
                aside = self._resting(item.id) if before and (before.rating or before.choice) else []
                skipped = Skipped(flow=flow.id, question=item.id, reason=command.reason, said=command.said)
                self.session.keep(skipped, *aside)
                yield from _set_aside(aside)
            case Rate() | Choose() | Tell() if pending.stage == "question":
                yield from self._answered(command, flow, item)
            case Tell(said):
                yield from self._followed(said, pending, item, cancel)
            case Skip(said):
                self.session.keep(Added(question=item.id, said=said, about="probe"))
            case _:
                pass

    def _answered(self, command: Rate | Choose | Tell, flow: Flow, item: Question) -> Iterator[Item]:
        before = self.session.state.journey.answers.get(item.id)
        event = Answered(
            flow=flow.id,
            question=item.id,
            said=command.said,
            asked_under=self.session.engine.flows.journey.version,
        )
        if isinstance(command, Rate):
            by = ("person" if command.by_person else "coach") if command.rating else None
            event = event.model_copy(
                update={
                    "rating": command.rating,
                    "rated_by": by,
                    "criteria": command.criteria,
                    "evidence": command.evidence,
                }
            )
        elif isinstance(command, Choose):
            event = event.model_copy(update={"choice": command.option})
        changed = before is not None and (before.rating, before.choice) != (event.rating, event.choice)
        if before and not changed and not before.set_aside and event.rating and event.rated_by == "person":
            # a bare "yes" again: what was said and shown for it before stays
            self.session.keep(Rated(question=item.id, rating=event.rating, said=command.said))
            yield Said("That is what stood there, so nothing else changes.", tone="notice")
            return
        aside = self._resting(item.id) if changed else []
        again: list[Event] = []
        if isinstance(command, Tell) and item.options and not (before and before.set_aside == _NO_OPTION):
            again = [SetAside(question=item.id, because=_NO_OPTION)]
            yield Said("I could not match that with one of the options. Please choose one.", tone="notice")
        self.session.keep(event, *again, *aside)
        if isinstance(command, Rate) and command.rating and not command.by_person:
            yield say.reading(command.rating, command.quote)
        yield from _set_aside(aside)
        if isinstance(command, Choose):
            yield from self._funding_for(command.option, item)

    def _set_rating(self, command: SetRating, pending: Pending) -> Iterator[Item]:
        # "/no" after the next question was put means the answer just read; with none, the pending one
        target = self._just_read() if pending.stage == "question" else pending.question
        if target is None:
            flow, item = self.session.found(pending.question)
            yield from self._answered(Rate(command.said, command.rating, 1.0, command.said, by_person=True), flow, item)
            return
        changed = self.session.state.journey.answers[target].rating != command.rating
        aside = self._resting(target) if changed else []
        self.session.keep(Rated(question=target, rating=command.rating, said=command.said), *aside)
        yield Said(f"Noted: that answer counts as **{say.RATING_WORDS[command.rating]}**.", tone="notice")
        yield from _set_aside(aside)

    def _just_read(self) -> str | None:
        """The question answered last, when it was the coach who read a rating out of that answer."""
        for event in reversed(self.session.record.events):
            if isinstance(event, Answered | Rated | Added | Skipped):
                answer = self.session.state.journey.answers[event.question]
                return event.question if answer.read_as and answer.rating else None
        return None

    def _resting(self, question: str) -> list[Event]:
        return self.session.engine.set_aside(question, self.session.state)

    def _followed(self, said: str, pending: Pending, item: Question, cancel: Flag) -> Iterator[Item]:
        keep = self.session.keep
        nothing = words.says_nothing(said) or words.skip_word(said) is not None
        match pending.stage:
            case "evidence":
                evidence = () if nothing else told_as_evidence(said)
                criteria = () if nothing else self._criteria(said, item, cancel)
                keep(Added(question=item.id, said=said, about="evidence", evidence=evidence, criteria=criteria))
                if evidence:
                    yield Said(
                        "Noted as evidence: " + "; ".join(say.quote(e.text, 120) for e in evidence) + ".", tone="notice"
                    )
            case "probe":
                name = pending.criterion or ""
                statement = item.counts.get(name, "")
                found = None if nothing else self.session.parts.interpreter.criterion(said, name, statement, cancel)
                keep(Added(question=item.id, said=said, about="probe", criteria=(found,) if found else ()))
            case "gap":
                yield from self._action(said, item)
            case "owner":
                owner, due = (
                    (None, None) if nothing or _undecided(said) else people.owner_told(said, self.session.today)
                )
                due = (people.due_date(due, self.session.today) or due) if due else None
                self._change_action(item, said, owner=one_line(owner, 120) if owner else None, due=due)
            case "due":
                when = (
                    None
                    if nothing or _undecided(said)
                    else people.due_date(said, self.session.today) or one_line(said.strip(" ."), 80)
                )
                self._change_action(item, said, due=when)
            case _:
                pass

    def _criteria(self, said: str, item: Question, cancel: Flag):
        interpreter = self.session.parts.interpreter
        answer = self.session.state.journey.answers.get(item.id)
        known = {c.id for c in answer.criteria if c.met is not None} if answer else set[str]()
        found = [interpreter.criterion(said, c, s, cancel) for c, s in item.counts.items() if c not in known]
        return tuple(c for c in found if c.met)

    def _action(self, said: str, item: Question) -> Iterator[Item]:
        today = self.session.today
        told = people.action_told(said, today)
        refused = words.skip_word(said) or words.says_nothing(said) or people.refuses(said)
        if refused or not (told.agreed or words.rating_word(said) == _YES):
            self.session.keep(Added(question=item.id, said=said, about="action"))
            yield Said("No action noted.", tone="notice")
            return
        action = Action(
            id=f"action-{len(self.session.state.actions) + 1}",
            question=item.id,
            what=one_line(told.what or (item.gap.action if item.gap else said), _LONGEST_ACTION),
            owner=told.owner,
            due=(people.due_date(told.due, today) or told.due) if told.due else None,
            cites=item.gap.offer if item.gap else (),
        )
        self.session.keep(Added(question=item.id, said=said, about="action"), ActionNoted(action=action))
        yield Said(f"Noted as an action: {say.safe(action.what)}", tone="notice")

    def _change_action(self, item: Question, said: str, *, owner: str | None = None, due: str | None = None) -> None:
        actions = [a for a in self.session.state.actions if a.question == item.id and a.state == "open"]
        events: list[Event] = [Added(question=item.id, said=said, about="action")]
        if actions and (owner or due):
            update = {key: value for key, value in (("owner", owner), ("due", due)) if value}
            events.append(ActionNoted(action=actions[-1].model_copy(update=update)))
        self.session.keep(*events)

    def _funding_for(self, stage: str, item: Question) -> Iterator[Item]:
        """After the question about the stage of the need: the matching entries of the funding directory."""
        if item.id != "uf-stage":
            return
        found = self.session.parts.answerer.for_stage(stage, self.session.state.subject.audience)
        if found:
            yield Said(say.answer_markdown(found), tone="answer", sources=answer_sources(found))

    # -- questions to the handbook ----------------------------------------------------------------------------------

    def digress(self, question: str, cancel: Flag) -> Iterator[Item]:
        """Answer a question from the handbook and keep question and answer in the record."""
        session = self.session
        done: HandbookAnswer | None = None
        ask = session.ask(question)
        for item in answered(session.parts.answerer.answer(ask, cancel)):
            if isinstance(item, HandbookAnswer):
                done = item
            else:
                yield item
        if done is None:
            return
        cites = tuple(
            Citation(section=c.section, passage=c.passage, title=c.title, quote=c.quote) for c in done.citations
        )
        session.keep(Digressed(asked=question, answer=done.answer, abstained=done.abstained, citations=cites))
        last = ask.after(done)
        session.before, session.about = last.before, last.about

    # -- putting what comes next ------------------------------------------------------------------------------------

    def put(self, events: list[Event]) -> Iterator[Item]:
        """Keep the engine's events, then say what they mean to the person."""
        before = self.session.state.journey.pending
        self.session.keep(*events)
        for event in events:
            match event:
                case Entered():
                    yield from self._entered(event)
                case Asked():
                    yield from self._asked(event)
                case Finished():
                    yield from self._ended(event.flow)
                case Settled() if before is not None:
                    yield from self._ended(before.flow)
                case _:
                    pass
        yield self.session.progress()

    def _entered(self, event: Entered) -> Iterator[Item]:
        flow = self.session.engine.flows.flow(event.flow)
        total = self.session.engine.counts(flow, self.session.state).questions
        yield say.entering(flow, total, self.session.state.subject.audience == "network")

    def _asked(self, event: Asked) -> Iterator[Item]:
        flow, item = self.session.found(event.question)
        if item.kind == "statement":
            yield Said(item.ask)
            return
        counts = self.session.engine.counts(flow, self.session.state)
        if event.stage == "question":
            yield say.question(flow, item, self.session.state, counts)
            return
        if event.stage == "gap":
            offer = say.gap(item, self.session.sources(item.gap.offer[:3] if item.gap else ()))
            if offer:
                yield offer
        yield say.follow_up(event, item, self.session.state, counts)

    def _ended(self, flow_id: str) -> Iterator[Item]:
        engine, state = self.session.engine, self.session.state
        flow = engine.flows.flow(flow_id)
        if flow.kind == "diagnostic":
            yield say.profile(flow, engine, state)
        yield say.finished(flow, engine.counts(flow, state), engine.routes(flow, state))

    def again(self) -> Said:
        """The pending question once more."""
        pending = self.session.state.journey.pending
        assert pending is not None
        flow, item = self.session.found(pending.question)
        counts = self.session.engine.counts(flow, self.session.state)
        if pending.stage == "question":
            return say.question(flow, item, self.session.state, counts)
        asked = Asked(flow=flow.id, question=item.id, stage=pending.stage, criterion=pending.criterion)
        return say.follow_up(asked, item, self.session.state, counts)


def _set_aside(events: list[Event]) -> Iterator[Said]:
    if events:
        rest = "One later answer rests" if len(events) == 1 else f"{len(events)} later answers rest"
        yield Said(f"Noted. {rest} on this one and will be asked again.", tone="notice")


def answered(stream: Iterator[Piece]) -> Iterator[Item | HandbookAnswer]:
    """An answer as items for a front end, and the whole answer at the end."""
    yield AnswerStarted()
    for piece in stream:
        if isinstance(piece, Found):
            yield AnswerFound(say.answer_markdown(piece.answer), answer_sources(piece.answer))
        elif isinstance(piece, Words):
            yield AnswerDelta(piece.text)
        else:
            yield AnswerDone(
                say.answer_markdown(piece),
                answer_sources(piece),
                abstained=piece.abstained,
                stopped=piece.stopped,
                own=piece.how == "own",
            )
            yield piece


def answer_sources(answer: HandbookAnswer) -> tuple[Source, ...]:
    """The sources of an answer as a front end shows them."""
    return tuple(
        Source(n=c.n, section=c.section, title=c.title, passage=c.passage, quote=c.quote, where=c.where)
        for c in answer.citations
    )


def _undecided(said: str) -> bool:
    return words.plain(said) in (
        "not decided",
        "not decided yet",
        "nobody",
        "nobody yet",
        "no date",
        "no date yet",
        "open",
        "we will see",
    )
