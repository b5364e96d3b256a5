"""The model's one word on whether a passage states the very detail that a question asks for."""

from __future__ import annotations

from threading import Event

from assistant.coach.answers.compose import Context
from assistant.coach.prompts import Prompts
from assistant.handbook.models import Passage
from assistant.model.port import ChatModel, Message, Prompt, Usage, Weights


def prompt(prompts: Prompts, question: str, passage: Passage) -> Prompt:
    """The prompt of the check: only its examples, which stand in front of every one, are kept when it has been read."""
    whole = Context((passage,), ()).prompt(prompts.get("answer"), question, "Check")
    *before, last = whole.messages
    parts = tuple(part.model_copy(update={"keep": False}) for part in last.parts)
    return whole.model_copy(update={"messages": (*before, Message(role=last.role, parts=parts))})


def log_odds(
    chat: ChatModel, prompts: Prompts, question: str, passage: Passage, cancel: Event | None = None
) -> tuple[float, Usage]:
    """Log-odds of "yes" against "no", and what asking cost. Errors and cancelling as in `ChatModel.score`."""
    weights = chat.score(prompt(prompts, question, passage), ["yes", "no"], cancel=cancel)
    yes, no = weights
    return yes - no, weights.usage if isinstance(weights, Weights) else Usage()
