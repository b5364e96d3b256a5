"""Whether a passage states the very detail that a question asks for, as the model judges it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from threading import Event
from typing import Literal

from assistant import paths
from assistant.coach.answers.compose import Context
from assistant.coach.probe import Probe, read_probe
from assistant.coach.prompts import Prompts
from assistant.handbook.models import Passage
from assistant.model.port import ChatModel, Message, Prompt, Usage, Weights

HEADING = 0.5  # how much the word on the heading alone counts (fitted: docs/EVALUATION.md)
_FILE = "answer"


@dataclass(frozen=True)
class Checked:
    """Log-odds that a passage states the detail, what they were read from, and what that cost.

    `lead` tells which of several passages answers best: the higher the better, to be compared within one question only.
    """

    odds: float
    lead: float
    by: Literal["probe", "word"]
    usage: Usage = field(default_factory=Usage)


@cache
def probe() -> Probe | None:
    """The probe that was fitted for the check; None in an installation without it."""
    return read_probe(paths.shipped("prompts") / f"{_FILE}.probe.json")


def has_probe(chat: ChatModel, prompts: Prompts) -> bool:
    """Whether the check of this model goes by the probe."""
    return _fitting(chat, prompts) is not None


def prompt(prompts: Prompts, question: str, passage: Passage) -> Prompt:
    """The prompt of the check. A passage of the corpus is kept once it is read: the next question costs little.

    Nothing of a person's own documents is ever kept.
    """
    whole = Context((passage,), ()).prompt(prompts.get(_FILE), question, "Check")
    return _kept_nowhere(whole) if passage.own else whole


def _kept_nowhere(whole: Prompt) -> Prompt:
    *before, last = whole.messages
    parts = tuple(part.model_copy(update={"keep": False}) for part in last.parts)
    return whole.model_copy(update={"messages": (*before, Message(role=last.role, parts=parts))})


def warm(chat: ChatModel, prompts: Prompts, passage: Passage, question: str | None = None) -> None:
    """Have the model read a passage that questions will be checked against, and look at it for one, in idle time."""
    fitted = _fitting(chat, prompts)
    whole = prompt(prompts, question or "", passage)
    if question is None or fitted is None:
        *before, last = whole.messages
        whole = whole.model_copy(update={"messages": (*before, Message(role=last.role, parts=last.parts[:1]))})
    chat.warm(whole, fitted.layer if fitted else None)


def checked(chat: ChatModel, prompts: Prompts, question: str, passage: Passage, cancel: Event | None = None) -> Checked:
    """How likely it is that the passage states it. Errors and cancelling as in `ChatModel.score`."""
    fitted = _fitting(chat, prompts)
    state = fitted and chat.hidden_state(prompt(prompts, question, passage), fitted.layer, cancel=cancel)
    if fitted and state:
        odds, lead = (fitted.read(head, state.vector) for head in ("states", "leads"))
        return Checked(odds, lead, "probe", state.usage)
    return _by_word(chat, prompts, question, passage, cancel)


def _fitting(chat: ChatModel, prompts: Prompts) -> Probe | None:
    found = probe()
    return found if found and found.fits(chat.name, prompts.get(_FILE)) else None


def _by_word(chat: ChatModel, prompts: Prompts, question: str, passage: Passage, cancel: Event | None) -> Checked:
    """By the weights of "yes" and "no" as the next word.

    Asked twice, of the heading alone and of the whole, and added up: measured, both together tell more than either. The
    second prompt begins like the first, so the heading costs little.
    """
    heading = passage.model_copy(update={"text": "..."})
    total, usage = 0.0, Usage()
    for part, share in ((heading, HEADING), (passage, 1.0)):
        weights = chat.score(_kept_nowhere(prompt(prompts, question, part)), ["yes", "no"], cancel=cancel)
        yes, no = weights
        total += share * (yes - no)
        if isinstance(weights, Weights):
            usage = usage + weights.usage
    return Checked(total, total, "word", usage)
