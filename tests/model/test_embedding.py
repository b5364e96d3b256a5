"""multilingual-e5-small as converted: the same meaning is near in any language."""

from __future__ import annotations

import math
import threading
import time

import pytest

from assistant.model.client import Worker

pytestmark = [pytest.mark.model, pytest.mark.slow]

QUESTIONS = {
    "en": "How do we find a partner cluster abroad?",
    "de": "Wie finden wir einen Partnercluster im Ausland?",
    "fr": "Comment trouver un cluster partenaire à l'étranger ?",
    "it": "Come troviamo un cluster partner all'estero?",
    "pl": "Jak znaleźć klaster partnerski za granicą?",
    "sv": "Hur hittar vi ett partnerkluster utomlands?",
    "es": "¿Cómo encontramos un clúster socio en el extranjero?",
}
OTHER = "The recipe needs two eggs and a little salt."


def cosine(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def test_the_same_question_in_seven_languages_is_one_place(worker: Worker) -> None:
    *same, other = worker.embedder().embed([*QUESTIONS.values(), OTHER], kind="query")
    near = [cosine(same[0], vector) for vector in same[1:]]
    print("\n" + ", ".join(f"{code} {value:.3f}" for code, value in zip(list(QUESTIONS)[1:], near, strict=True)))
    assert min(near) > 0.87
    assert cosine(same[0], other) < 0.80
    assert all(math.hypot(*vector) == pytest.approx(1.0, abs=1e-5) for vector in same)


def test_compatibility_characters_are_the_letters_they_stand_for(worker: Worker) -> None:
    ligature, plain = worker.embedder().embed(
        ["\ufb01nance for \uff53mall firms", "finance for small firms"], kind="query"
    )
    assert cosine(ligature, plain) == pytest.approx(1.0, abs=1e-4)


def test_queries_and_passages_are_told_apart(worker: Worker) -> None:
    (query,) = worker.embedder().embed([OTHER], kind="query")
    (passage,) = worker.embedder().embed([OTHER], kind="passage")
    assert 0.8 < cosine(query, passage) < 0.9999


def test_a_text_is_the_same_alone_and_among_others(worker: Worker) -> None:
    (alone,) = worker.embedder().embed([OTHER], kind="passage")
    among = worker.embedder().embed(["short", OTHER, "word " * 2000, ""], kind="passage")
    assert cosine(alone, among[1]) > 0.9999
    assert len(among) == 4


def test_a_question_does_not_wait_for_indexing(worker: Worker) -> None:
    embedder, done = worker.embedder(), threading.Event()

    def index() -> None:
        embedder.embed(["Clusters go abroad in steps, one after the other. " * 8] * 200, kind="passage")
        done.set()

    embedder.embed(["ready"], kind="query")
    thread = threading.Thread(target=index)
    thread.start()
    time.sleep(0.5)
    waits: list[float] = []
    for _ in range(10):
        started = time.monotonic()
        embedder.embed(["How do we find a partner?"], kind="query")
        waits.append(time.monotonic() - started)
    assert not done.is_set(), "the indexing was over before it was asked"
    thread.join()
    print(f"\na question beside indexing: median {sorted(waits)[5] * 1000:.0f} ms, longest {max(waits) * 1000:.0f} ms")
    assert sorted(waits)[5] < 0.2
