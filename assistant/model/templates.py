"""Chat formats of known model families. A GGUF's own template is looked at to tell the family, and never run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.errors import ModelError
from assistant.model.port import Part, Prompt, Role


@dataclass(frozen=True)
class Control:
    """Text of the format itself; the only text whose control tokens count."""

    text: str


@dataclass(frozen=True)
class Template:
    """How a family wraps messages. With `system` None the system message goes in front of the first user message."""

    family: str
    system: tuple[str, str] | None
    user: tuple[str, str]
    assistant: tuple[str, str]
    answer: str
    markers: tuple[str, ...]

    def render(self, prompt: Prompt) -> list[Control | Part]:
        """The prompt in pieces, ready to be tokenised one by one; an unfinished assistant message stays open."""
        pieces: list[Control | Part] = []
        held: list[Part] = []
        for index, message in enumerate(prompt.messages):
            if message.role == "system" and self.system is None:
                held += [*message.parts, Part(text="\n\n")]
                continue
            head, tail = self._wrap(message.role)
            pieces.append(Control(head))
            if message.role == "user":
                pieces += held
                held = []
            pieces += message.parts
            if message.role == "assistant" and index == len(prompt.messages) - 1:
                return pieces
            pieces.append(Control(tail))
        return [*pieces, Control(self.answer)]

    def _wrap(self, role: Role) -> tuple[str, str]:
        if role == "system" and self.system is not None:
            return self.system
        return self.assistant if role == "assistant" else self.user


def _chatml(answer: str = "") -> Template:
    def wrap(role: str) -> tuple[str, str]:
        return f"<|im_start|>{role}\n", "<|im_end|>\n"

    head, tail = wrap("assistant")
    marks = ("<|im_start|>", "<|im_end|>")
    return Template("chatml", wrap("system"), wrap("user"), (head + answer, tail), head + answer, marks)


def _llama3() -> Template:
    def wrap(role: str) -> tuple[str, str]:
        return f"<|start_header_id|>{role}<|end_header_id|>\n\n", "<|eot_id|>"

    head, tail = wrap("assistant")
    marks = ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
    return Template("llama3", wrap("system"), wrap("user"), (head, tail), head, marks)


CHATML = _chatml()
CHATML_WITHOUT_THINKING = _chatml("<think>\n\n</think>\n\n")
LLAMA3 = _llama3()
GEMMA = Template(
    "gemma",
    None,
    ("<start_of_turn>user\n", "<end_of_turn>\n"),
    ("<start_of_turn>model\n", "<end_of_turn>\n"),
    "<start_of_turn>model\n",
    ("<start_of_turn>", "<end_of_turn>"),
)
MISTRAL = Template("mistral", None, ("[INST] ", "[/INST]"), (" ", "</s>"), "", ("</s>",))

_SIGNS = (("<|im_start|>", CHATML), ("<|start_header_id|>", LLAMA3), ("<start_of_turn>", GEMMA), ("[INST]", MISTRAL))
_ARCHITECTURES = {"qwen2": CHATML, "qwen3": CHATML_WITHOUT_THINKING, "gemma": GEMMA, "gemma2": GEMMA, "gemma3": GEMMA}


def template_of(metadata: Mapping[str, str], where: str) -> Template:
    """The format of a model, told from its GGUF metadata; ModelError when the family is not one we know."""
    own = metadata.get("tokenizer.chat_template", "")
    architecture = metadata.get("general.architecture", "")
    for sign, template in _SIGNS:
        if sign in own:
            return CHATML_WITHOUT_THINKING if template is CHATML and "enable_thinking" in own else template
    if not own and architecture in _ARCHITECTURES:
        return _ARCHITECTURES[architecture]
    raise ModelError(
        f"the chat format of this model ({architecture or 'unknown architecture'}) is not one the coach knows",
        where=where,
        do="use an instruct model of the Qwen, Llama 3, Mistral or Gemma families",
    )
