"""A probe reads what a layer tells; it belongs to one model and one prompt, and the check goes by it where it fits."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from assistant.coach.answers import check
from assistant.coach.answers.answerer import MOST_CHECKED, Answerer
from assistant.coach.answers.models import Ask, Found, HandbookAnswer
from assistant.coach.probe import Probe, digest, read_probe
from assistant.model.port import HiddenState, Prompt, Usage
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat

QUESTION = "how does the virtual pot work?"


class Seeing(ScriptedChat):
    """A model with one layer of one unit, whose sign says whether the prompt states the detail."""

    def __init__(self, states: Callable[[str], bool]) -> None:
        super().__init__(rig.flows())
        self.states, self.read = states, list[str]()

    def hidden_state(self, prompt: Prompt, layer: int, *, cancel: Event | None = None) -> HiddenState:  # pyright: ignore[reportIncompatibleMethodOverride]
        text = "".join(part.text for part in prompt.messages[-1].parts)
        self.read.append(text)
        return HiddenState((5.0 if self.states(text) else -5.0,), Usage(prompt_tokens=10))


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Probe(model="scripted", prompt=digest(rig.prompts().get("answer")), layer=0, bias=0.5, weights=(3.0,))
    monkeypatch.setattr(check, "probe", lambda: made)


def pieces(chat: Seeing) -> tuple[Found, HandbookAnswer]:
    found, *_, answer = Answerer(rig.corpus(), rig.retriever(), rig.prompts(), lambda: chat).answer(Ask(QUESTION))
    assert isinstance(found, Found)
    assert isinstance(answer, HandbookAnswer)
    return found, answer


@pytest.mark.usefixtures("fitted")
def test_one_look_is_enough_where_the_best_passage_states_it() -> None:
    chat = Seeing(lambda _: True)
    found, answer = pieces(chat)
    assert len(chat.read) == 1
    assert (answer.check, answer.check_by) == (3.5, "probe")
    assert answer.answer == found.answer.answer
    assert answer.timings.prompt_tokens == 10
    assert answer.timings.first_token_s < answer.timings.total_s


@pytest.mark.usefixtures("fitted")
def test_a_passage_further_down_that_states_it_leads_the_answer() -> None:
    first = pieces(Seeing(lambda _: True))[1].citations[0].quote
    chat = Seeing(lambda text: first not in text)
    found, answer = pieces(chat)
    assert len(chat.read) == 2
    assert not answer.abstained
    assert answer.citations[0].quote != first
    assert answer.answer != found.answer.answer
    told = rig.corpus().by_id[answer.citations[0].passage].text.split("\n")[0].rstrip(".:")
    assert answer.answer.startswith(told)


@pytest.mark.usefixtures("fitted")
def test_it_is_refused_when_no_passage_looked_at_states_it() -> None:
    chat = Seeing(lambda _: False)
    _, answer = pieces(chat)
    assert len(chat.read) == MOST_CHECKED
    assert answer.abstained
    assert answer.check == -2.5


def test_another_model_is_asked_for_a_word() -> None:
    chat = ScriptedChat(rig.flows(), answers={QUESTION: ""})
    passage = rig.corpus().by_id["case-20/what-it-is#0"]
    assert check.checked(chat, rig.prompts(), QUESTION, passage).by == "word"


def test_a_probe_fits_one_model_and_one_prompt() -> None:
    prompt = rig.prompts().get("answer")
    probe = Probe(model="m", prompt=digest(prompt), layer=3, bias=0.0, weights=(1.0, 0.0))
    assert probe.fits("m", prompt)
    assert not probe.fits("n", prompt)
    assert not probe.fits("m", prompt.model_copy(update={"system": f"{prompt.system} Be kind."}))
    assert probe.log_odds((3.0, 4.0)) == pytest.approx(0.6)  # of length one
    with pytest.raises(ValueError, match="shorter"):
        probe.log_odds((1.0,))


def test_weights_are_read_from_base64(tmp_path: Path) -> None:
    data = base64.b64encode(struct.pack("<2f", 1.5, -2.0)).decode()
    file = tmp_path / "a.probe.json"
    file.write_text(json.dumps({"model": "m", "prompt": "p", "layer": 1, "bias": 0.5, "weights": data}))
    read = read_probe(file)
    assert read is not None
    assert read.weights == (1.5, -2.0)
    assert read_probe(tmp_path / "none.json") is None


def test_the_shipped_probe_fits_the_shipped_prompt_and_the_default_model() -> None:
    from assistant.model.catalogue import catalogue

    probe = check.probe()
    assert probe is not None
    assert probe.fits(catalogue().default("chat").id, rig.prompts().get("answer"))
    assert len(probe.weights) == 1536
