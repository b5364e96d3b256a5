"""The model's one word on whether a passage states the very detail that a question asks for."""

from __future__ import annotations

from threading import Event

from assistant.coach.answers.compose import Context
from assistant.coach.prompts import Prompts
from assistant.handbook.models import Passage
from assistant.model.port import ChatModel, Message, Prompt, Usage, Weights

HEADING = 0.5  # how much the check of the heading alone counts (fitted: docs/EVALUATION.md)


def prompt(prompts: Prompts, question: str, passage: Passage) -> Prompt:
    """The prompt of the check: only its examples, which stand in front of every one, are kept once they are read."""
    whole = Context((passage,), ()).prompt(prompts.get("answer"), question, "Check")
    *before, last = whole.messages
    parts = tuple(part.model_copy(update={"keep": False}) for part in last.parts)
    return whole.model_copy(update={"messages": (*before, Message(role=last.role, parts=parts))})


def log_odds(
    chat: ChatModel, prompts: Prompts, question: str, passage: Passage, cancel: Event | None = None
) -> tuple[float, Usage]:
    """Log-odds of "yes" against "no", and what asking cost. Errors and cancelling as in `ChatModel.score`.

    Asked twice, of the heading alone and of the whole, and added up: measured, both together tell more than either. The
    second prompt begins like the first, so the heading costs little.
    """
    heading = passage.model_copy(update={"text": "..."})
    total, usage = 0.0, Usage()
    for part, share in ((heading, HEADING), (passage, 1.0)):
        weights = chat.score(prompt(prompts, question, part), ["yes", "no"], cancel=cancel)
        yes, no = weights
        total += share * (yes - no)
        if isinstance(weights, Weights):
            usage = Usage(
                prompt_tokens=usage.prompt_tokens + weights.usage.prompt_tokens,
                reused_tokens=usage.reused_tokens + weights.usage.reused_tokens,
            )
    return total, usage
