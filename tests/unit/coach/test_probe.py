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
from assistant.coach.answers.answerer import Answerer
from assistant.coach.answers.check import Checked
from assistant.coach.answers.looking import Looking
from assistant.coach.answers.models import Ask, Found, HandbookAnswer
from assistant.coach.answers.tell import MOST_CANDIDATES, Chosen
from assistant.coach.probe import Head, Probe, digest, read_probe
from assistant.handbook.models import Hit, Passage
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
    monkeypatch.setattr(check, "probe", lambda: rig.probe(0.5, 3.0))


def pieces(chat: Seeing) -> tuple[Found, HandbookAnswer]:
    found, *_, answer = Answerer(rig.corpus(), rig.retriever(), rig.prompts(), lambda: chat).answer(Ask(QUESTION))
    assert isinstance(found, Found)
    assert isinstance(answer, HandbookAnswer)
    return found, answer


@pytest.mark.usefixtures("fitted")
def test_two_looks_are_enough_where_the_best_passage_states_it() -> None:
    chat = Seeing(lambda _: True)
    found, answer = pieces(chat)
    assert len(chat.read) == 2
    assert (answer.check, answer.check_by) == (3.5, "probe")
    assert answer.answer == found.answer.answer
    assert answer.timings.prompt_tokens == 20
    assert answer.timings.first_token_s < answer.timings.total_s


@pytest.mark.usefixtures("fitted")
def test_a_passage_further_down_that_states_it_leads_the_answer() -> None:
    first = pieces(Seeing(lambda _: True))[1].citations[0].quote
    chat = Seeing(lambda text: first not in text)
    found, answer = pieces(chat)
    assert len(chat.read) == 2
    assert not answer.abstained
    assert first not in {cited.quote for cited in answer.citations}, "what was looked at and does not state it"
    assert answer.answer != found.answer.answer
    told = rig.corpus().by_id[answer.citations[0].passage].text.split("\n")[0].rstrip(".:")
    assert answer.answer.startswith(told)


@pytest.mark.usefixtures("fitted")
def test_it_is_refused_when_no_passage_looked_at_states_it() -> None:
    chat = Seeing(lambda _: False)
    _, answer = pieces(chat)
    assert len(chat.read) == MOST_CANDIDATES
    assert answer.abstained
    assert answer.check == -2.5


def chosen(count: int) -> Chosen:
    passages = [p for p in rig.corpus().passages if p.kind != "directory"][:count]
    hits = tuple(Hit(passage=p, score=1.0 - n / 10) for n, p in enumerate(passages))
    return Chosen(hits[:2], holds_value=True, further=hits[2:])


class TestLooking:
    """Which passages are looked at, and what that makes of them."""

    def looked(self, *looks: tuple[float, float], seconds: float = 0.0) -> tuple[Chosen | None, int, Chosen]:
        """What is told when passages give these log-odds and leads, and a look takes so long."""
        left, now = list(looks), [0.0]

        def at(_: str, __: Passage) -> Checked:
            now[0] += seconds
            odds, lead = left.pop(0)
            return Checked(odds, lead, "probe", Usage(prompt_tokens=1))

        before = chosen(len(looks))
        looking = Looking("?", at, lambda: now[0])
        told = looking.led(before, lenient=False)
        assert looking.usage.prompt_tokens == len(looks) - len(left)
        return told, len(looks) - len(left), before

    def test_the_one_that_answers_best_leads_and_others_that_state_it_follow(self) -> None:
        told, count, before = self.looked((1.0, 0.0), (-3.0, 1.0), (2.0, 9.0), (0.0, 0.0))
        assert told
        assert count == 4
        assert [before.candidates.index(hit) for hit in told.hits] == [2, 0, 3]

    def test_the_one_that_answers_best_has_to_state_it(self) -> None:
        assert self.looked((1.0, 0.0), (-3.0, 9.0), (0.0, 0.0))[0] is None

    def test_a_place_further_up_counts(self) -> None:
        told, _, before = self.looked((1.0, 0.0), (1.0, 0.3))
        assert told
        assert told.hits[0] is before.hits[0]

    def test_passages_far_off_end_it(self) -> None:
        assert self.looked((-7.0, 0.0), (-7.0, 0.0), (9.0, 9.0))[:2] == (None, 2)
        assert self.looked((-5.0, 0.0), (-5.0, 0.0), (-5.0, 0.0), (-5.0, 0.0), (9.0, 9.0))[:2] == (None, 4)

    def test_slow_looks_end_after_three(self) -> None:
        told, count, before = self.looked(*[(1.0, 0.0)] * 7, seconds=2.0)
        assert count == 3
        assert told
        assert told.hits[0] is before.hits[0]


def test_another_model_is_asked_for_a_word() -> None:
    chat = ScriptedChat(rig.flows(), answers={QUESTION: ""})
    passage = rig.corpus().by_id["case-20/what-it-is#0"]
    assert check.checked(chat, rig.prompts(), QUESTION, passage).by == "word"


def test_a_probe_fits_one_model_and_one_prompt() -> None:
    prompt = rig.prompts().get("answer")
    heads = {"states": Head(bias=0.0, weights=(1.0, 0.0)), "leads": Head(bias=1.0, weights=(0.0, 1.0))}
    probe = Probe(model="m", prompt=digest(prompt), layer=3, heads=heads)
    assert probe.fits("m", prompt)
    assert not probe.fits("n", prompt)
    assert not probe.fits("m", prompt.model_copy(update={"system": f"{prompt.system} Be kind."}))
    assert probe.read("states", (3.0, 4.0)) == pytest.approx(0.6)  # of length one
    assert probe.read("leads", (3.0, 4.0)) == pytest.approx(1.8)
    with pytest.raises(ValueError, match="shorter"):
        probe.read("states", (1.0,))


def test_weights_are_read_from_base64(tmp_path: Path) -> None:
    data = base64.b64encode(struct.pack("<2f", 1.5, -2.0)).decode()
    file = tmp_path / "a.probe.json"
    heads = {"states": {"bias": 0.5, "weights": data}}
    file.write_text(json.dumps({"model": "m", "prompt": "p", "layer": 1, "heads": heads}))
    read = read_probe(file)
    assert read is not None
    assert read.heads["states"].weights == (1.5, -2.0)
    assert read_probe(tmp_path / "none.json") is None


def test_the_shipped_probe_fits_the_shipped_prompt_and_the_default_model() -> None:
    from assistant.model.catalogue import catalogue

    probe = check.probe()
    assert probe is not None
    assert probe.fits(catalogue().default("chat").id, rig.prompts().get("answer"))
    assert {name: len(head.weights) for name, head in probe.heads.items()} == {"states": 1536, "leads": 1536}
