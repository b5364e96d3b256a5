"""Reads a reply to the pending question: code first, the model for what is left, nothing without the person's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import exp
from threading import Event

from assistant.coach.prompts import Prompts
from assistant.coach.replies import words
from assistant.coach.replies.commands import AskHandbook, Choose, Command, Rate, Skip, Tell
from assistant.coach.replies.evidence import find_evidence
from assistant.errors import ModelError
from assistant.flow.models import Question
from assistant.model.port import ChatModel
from assistant.record.state import Criterion, Rating

SURE = 0.6  # share of the weight a rating needs to stand without asking back
_OPTIONS = ("yes", "partly", "no", "unclear")
_LEAD = re.compile(
    r"^\W*(?P<word>yes|yeah|yep|no(?! (?:doubt|problem|question|wonder|matter)\b)|nope|partly|partially|ja|nein|oui|non"
    r"|s[iìí]|tak|nie|nej)\b(?P<rest>.*)$",
    re.I | re.S,
)
_NOT_MET = re.compile(
    r"^\W*(?:well,?\s+)?(?:not (?:really|yet|at all|so far|as yet)|nobody|no one|never|noch nicht|pas encore|non ancora"
    r"|jeszcze nie|inte än|todavía no|aún no)\b",
    re.I,
)
_HEDGE = re.compile(
    r"\b(?:but|although|though|however|except|only|not (?:all|every|yet|fully|entirely|really)|some"
    r"|(?:and|or|und|oder|et|ou|e|o|y|i|och) (?:yes|no|ja|nein|oui|non|s[iìí]|tak|nie|nej)"
    r"|aber|nur|noch nicht|mais|seulement|ma|solo|ale|tylko|men|bara|pero|sólo)\b",
    re.I,
)
_UNDER_WAY = (  # planned, being prepared, considered
    r"(?:plan(?:s|ned|ning)?|prepar\w+|draft\w*|consider\w*|thought about|thinking about|look(?:ed|ing) (?:at|into)"
    r"|discuss\w+|geplant|planen|vorbereit\w*|überleg\w*|geprüft|prévo\w+|prépar\w+|envisag\w+|prepara\w*|previst\w*"
    r"|valutat\w*|planuj\w*|przygotow\w*|rozważ\w*|planera\w*|förbered\w*|övervä\w*|considerad\w*)"
)
_PLANNED = re.compile(rf"\b{_UNDER_WAY}\b", re.I)
_NOT_PLANNED = re.compile(
    r"(?:\b(?:not|no|never|nor|nobody|nothing|without|nicht|kein\w*|niemand|pas|aucun\w*|non|nie|nikt|inte|ingen|sin)\b|n['’]t\b)"
    rf"(?:\W+\w+){{0,3}}\W+{_UNDER_WAY}\b",
    re.I,
)


@dataclass
class Interpreter:
    """Turns replies into commands. `chat` gives the model or None; without it free words are met with a choice."""

    prompts: Prompts
    chat: Callable[[], ChatModel | None]
    longest: int = field(default=4000)  # characters of a reply that the model reads

    def read(self, reply: str, question: Question, cancel: Event | None = None) -> list[Command]:
        """The commands in a reply to `question`: an answer or skip first, then questions to the handbook."""
        whole = words.command(reply)
        if whole:
            return [whole]
        skip = words.skip_word(reply)
        if skip and not (question.options and self._option(reply, question)):  # an option may be called "Not sure yet"
            return [Skip(reply, skip)]
        told, asked = words.split_questions(reply)
        commands: list[Command] = []
        if told:
            commands.append(self._answer(told, question, cancel))
        return [*commands, *(AskHandbook(a) for a in asked)]

    def _answer(self, told: str, question: Question, cancel: Event | None) -> Command:
        if question.kind in ("choice", "scale"):
            option = self._option(told, question)
            if option:
                return Choose(told, option)
        inner = words.skip_word(told)
        if inner:
            return Skip(told, inner)
        if not question.scored:
            return Tell(told)
        return self.rate(told, question, cancel)

    def warm_up(self) -> None:
        """Have the model read the parts of its prompts that never change."""
        chat = self.chat()
        for name in ("criterion", "reading"):
            if chat is not None:
                chat.warm(self.prompts.get(name).beginning())

    def rate(self, told: str, question: Question, cancel: Event | None = None) -> Rate:
        """Read a rating from free words, with the words it rests on and the criteria they speak of."""
        word = words.rating_word(told)
        if word:
            return Rate(told, word, 1.0, told.strip(), by_person=True)
        rating, sure = self._scored(told, question, cancel)
        lead = _LEAD.match(told)
        led = words.rating_word(lead.group("word")) if lead else None
        if lead and led and not _HEDGE.search(lead.group("rest")):  # "yes, since May": the person's own word decides
            rating, sure = led, max(sure if rating == led else 0.0, 0.9)
        elif _NOT_MET.match(told) and not _HEDGE.search(_NOT_MET.sub("", told)):  # "not really, next year perhaps"
            rating, sure = "no", 0.9
        elif rating != "yes" and question.counts_as_yes and _planned(told, question):
            rating, sure = "yes", 0.9
        criteria = self._criteria(told, question, cancel) if rating in ("yes", "partly") else ()
        return Rate(told, rating, sure, _core(told), criteria, find_evidence(told))

    def criterion(self, reply: str, name: str, statement: str, cancel: Event | None = None) -> Criterion:
        """Whether a reply says that one criterion holds; the quotation is an exact stretch of the reply."""
        word = words.rating_word(reply)
        if word in ("yes", "no"):
            return Criterion(id=name, met=word == "yes", quote=reply.strip())
        chat = self.chat()
        if chat is None:
            return Criterion(id=name)
        prompt = self.prompts.get("criterion").fill(reply=reply[: self.longest], statement=statement)
        try:
            yes, no, silent = (exp(x) for x in chat.score(prompt, ["yes", "no", "silent"], cancel=cancel))
        except ModelError:
            return Criterion(id=name)
        if silent >= max(yes, no) or max(yes, no) < SURE:
            return Criterion(id=name)
        return Criterion(id=name, met=yes > no, quote=_closest(reply, statement))

    def _scored(self, told: str, question: Question, cancel: Event | None) -> tuple[Rating | None, float]:
        chat = self.chat()
        if chat is None:
            return None, 0.0
        prompt = self.prompts.get("reading").fill(question=question.ask, reply=told[: self.longest])
        try:
            weights = [exp(x) for x in chat.score(prompt, list(_OPTIONS), cancel=cancel)]
        except ModelError:
            return None, 0.0
        best = max(range(3), key=lambda i: weights[i])
        ratings: tuple[Rating, ...] = ("yes", "partly", "no")
        if weights[3] > weights[best] or weights[best] < SURE:
            return None, weights[best]
        return ratings[best], weights[best]

    def _criteria(self, told: str, question: Question, cancel: Event | None) -> tuple[Criterion, ...]:
        if len(told.split()) < 4:
            return ()
        found = [self.criterion(told, name, statement, cancel) for name, statement in question.counts.items()]
        return tuple(c for c in found if c.met is not None)

    def _option(self, told: str, question: Question) -> str | None:
        text = words.plain(told)
        for n, option in enumerate(question.options, 1):
            if text in (str(n), words.plain(option.label), re.sub("[_-]", " ", option.id)):
                return option.id
        word = words.rating_word(told)
        begin = {o.id: words.plain(o.label) for o in question.options}
        for option, label in begin.items():  # "yes" or "ja" for "Yes, let us go on", "not sure" for "Not sure yet"
            led = _LEAD.match(label)
            if (word and led and words.rating_word(led["word"]) == word) or (" " in text and label.startswith(text)):
                return option
        return _most_alike(text, [(o.id, words.plain(o.label)) for o in question.options])


def _planned(told: str, question: Question) -> bool:
    """Whether a reply speaks of something under way, which some questions count as yes (of a part it says nothing)."""
    return question.kind != "several_part" and bool(_PLANNED.search(told)) and not _NOT_PLANNED.search(told)


def _most_alike(text: str, labels: Sequence[tuple[str, str]]) -> str | None:
    """The option whose label shares most words with a reply, when one clearly does."""
    mine = set(re.findall(r"\w{4,}", text))
    scores = sorted(((len(mine & set(re.findall(r"\w{4,}", label))), name) for name, label in labels), reverse=True)
    clear = len(scores) == 1 or scores[0][0] > scores[1][0]
    return scores[0][1] if scores and scores[0][0] > 0 and clear else None


def _core(told: str) -> str:
    """The words shown as those a rating rests on: the reply, or its first sentence when it is long."""
    text = told.strip()
    if len(text) <= 160:
        return text
    first = re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]
    return first if len(first) <= 200 else text[:160]


def _closest(reply: str, statement: str) -> str:
    """The sentence of a reply that shares most words with a statement, exactly as it stands in the reply."""
    sentences = [s for s in re.split(r"(?<=[.!?;])\s+|\n+", reply.strip()) if s.strip()] or [reply.strip()]
    wanted = set(re.findall(r"\w{4,}", statement.lower()))
    return max(sentences, key=lambda s: len(wanted & set(re.findall(r"\w{4,}", s.lower()))))[:400]
