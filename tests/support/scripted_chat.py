"""A chat model whose every word is written down beforehand; it fails loudly when asked anything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import log
from threading import Event

from assistant.errors import ModelError
from assistant.flow.models import FlowSet
from assistant.model.port import Cancelled, Prompt, Usage

_SURE = 0.97


class NotInTheScriptError(AssertionError):
    """The coach asked the model something that the story does not foresee."""


@dataclass
class ScriptedGeneration:
    """A written answer, given out in small pieces; stops when `cancel` is set."""

    pieces: Sequence[str]
    cancel: Event | None = None
    usage: Usage = field(default_factory=Usage)
    cancelled: bool = False

    def __iter__(self) -> Iterator[str]:
        for piece in self.pieces:
            if self.cancel and self.cancel.is_set():
                self.cancelled = True
                break
            yield piece
        self.usage = Usage(prompt_tokens=100, generated_tokens=len(self.pieces))


@dataclass
class ScriptedChat:
    """Answers by table: `readings` reply -> yes, partly, no, unclear; `met` and `unmet` reply -> criterion ids.

    `answers`: question -> words; `refused`: questions whose detail the text does not state; `breaks`: every call fails.
    """

    flows: FlowSet
    readings: dict[str, str] = field(default_factory=dict)
    met: dict[str, list[str]] = field(default_factory=dict)
    unmet: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    breaks: bool = False
    asked: list[str] = field(default_factory=list)  # replies and questions it was given, for "was never asked"
    name: str = "scripted"

    def score(self, prompt: Prompt, options: Sequence[str], *, cancel: Event | None = None) -> list[float]:
        """The written option has nearly all the weight."""
        if cancel and cancel.is_set():
            raise Cancelled("the request was cancelled")
        if self.breaks:
            raise ModelError("the model has stopped", do="start the coach again")
        match sorted(options):
            case ["no", "partly", "unclear", "yes"]:
                chosen = self.readings[self._known(prompt, self.readings)]
            case ["no", "silent", "yes"]:
                reply = self._known(prompt, {**self.met, **self.unmet})
                name = self._criterion(prompt)
                met, unmet = self.met.get(reply, []), self.unmet.get(reply, [])
                chosen = "yes" if name in met else "no" if name in unmet else "silent"
            case ["no", "yes"]:
                question = self._known(prompt, [*self.answers, *self.refused])
                chosen = "no" if question in self.refused else "yes"
            case _:
                raise NotInTheScriptError(f"options {options} of {prompt.id}")
        rest = (1 - _SURE) / (len(options) - 1)
        return [log(_SURE if option == chosen else rest) for option in options]

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 160, stop: Sequence[str] = (), cancel: Event | None = None
    ) -> ScriptedGeneration:
        """The written words, cut at awkward places."""
        if self.breaks:
            raise ModelError("the model has stopped", do="start the coach again")
        text = self.answers[self._known(prompt, self.answers)]
        pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
        return ScriptedGeneration(pieces, cancel)

    def hidden_state(self, prompt: Prompt, layer: int, *, cancel: Event | None = None) -> None:
        """None: there are no layers, so that checks go by `score`."""

    def warm(self, prompt: Prompt, layer: int | None = None) -> None:
        """Nothing to warm."""

    def _known(self, prompt: Prompt, table: Sequence[str] | dict[str, object] | dict[str, str]) -> str:
        parts = [part.text for part in prompt.messages[-1].parts]
        found = next((key for key in table if key in parts), None)
        if found is None:
            raise NotInTheScriptError(f"{prompt.id} was asked about {parts[-2:]}, the script knows {list(table)}")
        self.asked.append(found)
        return found

    def _criterion(self, prompt: Prompt) -> str:
        text = "".join(part.text for part in prompt.messages[-1].parts)
        questions = (q for flow in self.flows.flows.values() for q in flow.questions)
        names = [name for q in questions for name, statement in q.counts.items() if text.endswith(statement)]
        if not names:
            raise NotInTheScriptError(f"no flow has the criterion that {prompt.id} asks about: {text[-80:]}")
        return names[0]
