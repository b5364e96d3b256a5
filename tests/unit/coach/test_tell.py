"""Which paragraphs are told: the best and those close to it, prose before entries, a value of the right kind first."""

from __future__ import annotations

from assistant.coach.answers.question import understand
from assistant.coach.answers.tell import choose, leaves_out
from assistant.handbook.models import Hit
from tests.support import rig


def hits(*scored: tuple[str, float]) -> list[Hit]:
    return [Hit(passage=rig.corpus().by_id[name], score=score) for name, score in scored]


def told(question: str, *scored: tuple[str, float]) -> list[str]:
    return [p.id for p in choose(understand(question), hits(*scored), ()).passages]


def test_only_what_comes_close_to_the_best_is_told() -> None:
    assert told("why a virtual pot?", ("case-20/virtual-pot#0", 1.0), ("case-20/scope#0", 0.5)) == [
        "case-20/virtual-pot#0"
    ]


def test_an_entry_of_a_directory_is_told_only_where_documents_say_nothing() -> None:
    entry = ("funding/fund-cir", 1.0)
    assert told("what about reports?", entry, ("case-15/programme#0", 0.8)) == ["case-15/programme#0"]
    assert told("what about reports?", entry) == ["funding/fund-cir"]


def test_a_paragraph_with_a_value_of_the_kind_asked_for_goes_first() -> None:
    scored = (("case-15/challenge#0", 1.0), ("case-15/amounts#0", 0.9))
    assert told("how much is it?", *scored)[0] == "case-15/amounts#0"
    assert told("what is it for?", *scored)[0] == "case-15/challenge#0"


def test_what_is_left_out_is_never_told_as_an_answer() -> None:
    chosen = choose(understand("when is it paid?"), hits(("case-20/not-given#0", 1.0), ("case-20/amounts#0", 0.9)), ())
    assert [p.id for p in chosen.passages] == ["case-20/amounts#0"]
    assert chosen.left_out > 1
    assert not chosen.holds_value
    assert leaves_out(rig.corpus().by_id["case-20/not-given#0"])


def test_a_paragraph_is_told_beside_a_long_entry() -> None:
    entry, paragraph = ("funding/fund-innovation-express", 1.0), ("case-20/challenge#0", 0.9)
    words = [len(hit.passage.text.split()) for hit in hits(entry, paragraph)]
    assert sum(words) > 230
    chosen = choose(understand("what about it?"), hits(entry, paragraph), {entry[0]})
    assert [p.id for p in chosen.passages] == [entry[0], paragraph[0]]
