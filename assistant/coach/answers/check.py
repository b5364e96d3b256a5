"""The model's one word on whether a passage states the very detail that a question asks for."""

from __future__ import annotations

from threading import Event

from assistant.coach.prompts import Prompts
from assistant.handbook.models import Passage
from assistant.model.port import ChatModel, Prompt, Usage, Weights


def prompt(prompts: Prompts, question: str, passage: Passage) -> Prompt:
    """The prompt of the check. Its examples stand in front of every one and are read once."""
    told = f"{passage.title}, {passage.heading}. {' '.join(passage.text.split())}"
    return prompts.get("check").fill(section=told, question=question)


def log_odds(
    chat: ChatModel, prompts: Prompts, question: str, passage: Passage, cancel: Event | None = None
) -> tuple[float, Usage]:
    """Log-odds of "yes" against "no", and what asking cost. Errors and cancelling as in `ChatModel.score`."""
    weights = chat.score(prompt(prompts, question, passage), ["yes", "no"], cancel=cancel)
    yes, no = weights
    return yes - no, weights.usage if isinstance(weights, Weights) else Usage()
