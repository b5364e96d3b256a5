"""The fakes keep to the ports, and can be slow, fail and be cancelled."""

from __future__ import annotations

import math
import threading
import time

import pytest

from assistant.errors import ModelError
from assistant.model.fake import FakeChat, FakeEmbedder
from assistant.model.port import Cancelled, ChatModel, Embedder, Message, Part, Prompt

PROMPT = Prompt(id="test", messages=(Message(role="user", parts=(Part(text="Did you do it? We did."),)),))


def test_answers_come_in_turn_word_by_word_and_the_last_stays() -> None:
    chat: ChatModel = FakeChat(["One two.", "Three."])
    assert [list(chat.stream(PROMPT)) for _ in range(3)] == [["One", " two."], ["Three."], ["Three."]]


def test_stop_strings_and_length_hold() -> None:
    assert "".join(FakeChat(["a b c d"]).stream(PROMPT, max_tokens=2)) == "a b"
    assert "".join(FakeChat(["a b\nc"]).stream(PROMPT, stop=("\n",))) == "a b"


def test_the_named_choice_wins() -> None:
    scores = FakeChat(choices={"We did": "yes"}).score(PROMPT, ["no", "yes", "unclear"])
    assert scores.index(max(scores)) == 1
    assert sum(map(math.exp, scores)) == pytest.approx(1.0)


def test_a_slow_answer_can_be_cancelled() -> None:
    cancel = threading.Event()
    threading.Timer(0.1, cancel.set).start()
    generation = FakeChat(["one two three"], delay_s=5).stream(PROMPT, cancel=cancel)
    started = time.monotonic()
    assert list(generation) == []
    assert generation.cancelled
    assert time.monotonic() - started < 1
    with pytest.raises(Cancelled):
        FakeChat().score(PROMPT, ["a", "b"], cancel=cancel)


def test_a_failing_model_fails_after_its_first_word() -> None:
    shown: list[str] = []
    with pytest.raises(ModelError):
        shown.extend(FakeChat(["one two"], fail=True).stream(PROMPT))
    with pytest.raises(ModelError):
        FakeChat(fail=True).score(PROMPT, ["a"])


def test_texts_that_share_words_are_near() -> None:
    embedder: Embedder = FakeEmbedder()
    near, far, query = embedder.embed(["money for a partner", "weather in may", "who gives money"], kind="passage")
    assert sum(map(lambda a, b: a * b, near, query)) > sum(map(lambda a, b: a * b, far, query))
    assert math.hypot(*near) == pytest.approx(1.0)
    assert embedder.embed([""], kind="query")[0] == embedder.embed(["!"], kind="query")[0]
