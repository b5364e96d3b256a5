"""Questions whose answer is data, on the shipped corpus: right amounts, right sources, and an honest "does not say"."""

from __future__ import annotations

import pytest

from assistant.coach.answers.models import Ask, HandbookAnswer, Words
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat

NEVER_ASKED = ScriptedChat(rig.flows())  # fails loudly when anything is put to the model


def ask(question: str, audience: str | None = None, about: str | None = None) -> HandbookAnswer:
    *words, answer = rig.answerer(NEVER_ASKED).answer(Ask(question, audience=audience, about=about, id="q"))
    assert isinstance(answer, HandbookAnswer)
    assert "".join(w.text for w in words if isinstance(w, Words)) == answer.answer
    return answer


def sections(answer: HandbookAnswer) -> set[str]:
    return {c.section for c in answer.citations}


@pytest.mark.parametrize(
    "question",
    [
        "how much per company from Innovation Express?",
        "What amount does each SME get from Innovation Express",
        "innovation express: how many euros per firm?",
    ],
)
def test_how_much_per_company_from_innovation_express(question: str) -> None:
    answer = ask(question)
    assert "15,000" in answer.answer
    assert "average" in answer.answer
    assert "2012" in answer.answer
    assert (answer.how, answer.abstained) == ("data", False)
    assert sections(answer) == {"case-20"}


@pytest.mark.parametrize(
    "question",
    [
        "we have found a partner abroad, who pays for the next phase?",
        "We found partners in a foreign cluster. Is there a grant for building trust?",
    ],
)
def test_who_pays_after_a_partner_has_been_found(question: str) -> None:
    answer = ask(question)
    assert answer.answer.startswith("The closest fit in the handbook is the Cluster Insight Report call")
    for fact in ("30,000", "Germany", "trust building", "2012", "thousands point"):
        assert fact in answer.answer
    assert {"case-15"} <= sections(answer)
    assert not answer.abstained


@pytest.mark.parametrize(
    "question", ["a small grant to write our strategy?", "who funds writing an international strategy?"]
)
def test_a_small_grant_for_a_strategy(question: str) -> None:
    answer = ask(question)
    for fact in ("Global Links", "70,000", "13 milieus", "Sweden", "2012"):
        assert fact in answer.answer
    assert "does not say whether" in answer.answer  # the amount's caveat
    assert {"case-4"} <= sections(answer)


@pytest.mark.parametrize(
    "question", ["when is the money paid out?", "When do we get the money?", "in which month is the grant paid?"]
)
def test_when_the_money_is_paid_out_is_not_in_the_handbook(question: str) -> None:
    answer = ask(question)
    assert answer.abstained
    assert answer.how == "refusal"
    assert answer.answer.startswith("The handbook does not say when the money is paid out")


def test_the_payout_date_of_a_named_call_is_refused_with_what_is_known_of_it() -> None:
    answer = ask("when is the money from Innovation Express paid out?")
    assert answer.abstained
    assert "15,000" in answer.answer
    assert "does not say when the money is paid out for Innovation Express" in answer.answer


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("what is the deadline of the next Innovation Express call?", "when a call opens or closes"),
        ("which form do we fill in for the Cluster Insight Report call?", "which form or documents"),
        ("what is the funding rate of Global Links?", "the funding rate or the own contribution"),
        ("what is the minimum grant of Innovation Express?", "a minimum"),
        ("how long does it take until Innovation Express decides?", "how long"),
        ("until what day can we hand in for the second Cluster Insight Report call", "when a call opens or closes"),
        ("how much are the follow-up grants of Global Links?", "an amount"),
        ("which percentage of its costs does a cluster bear itself under Innovation Express?", "the own contribution"),
        ("for Innovation Express, how many euros are there all together?", "the total budget"),
    ],
)
def test_near_misses_are_refused_by_name(question: str, missing: str) -> None:
    answer = ask(question)
    assert answer.abstained, answer.answer
    assert missing in answer.answer


@pytest.mark.parametrize(
    ("question", "says", "section"),
    [
        ("what does EEN stand for?", "Enterprise Europe Network", "glossary"),
        ("What is SME", "small and medium", "glossary"),
        ("define cluster organisation", "luster", "glossary"),
    ],
)
def test_definitions_come_from_the_glossary(question: str, says: str, section: str) -> None:
    answer = ask(question)
    assert says.lower() in answer.answer.lower()
    assert sections(answer) == {section}
    assert not answer.abstained


def test_a_checklist_is_complete_and_for_the_audience() -> None:
    answer = ask("what is the checklist of step 1?", audience="cluster_organisation")
    assert answer.answer.count("\n- ") == 3
    assert "market failure" in answer.answer
    assert sections(answer) == {"step-1"}
    mine = ask("what is the checklist for funding?", audience="policy_maker").answer
    assert "Innovation Express" in mine
    assert "expert help" not in mine


def test_a_follow_up_is_about_the_case_cited_before() -> None:
    assert "30,000" in ask("how much is it?", about="case-15").answer


@pytest.mark.parametrize("stage", [o.id for o in rig.flows().flow("utilise-funding").questions[0].options])
def test_every_stage_of_the_need_has_dated_cited_funding(stage: str) -> None:
    answer = rig.answerer(None).for_stage(stage, "cluster_organisation")
    assert answer
    assert "2012" in answer.answer
    assert answer.citations
    assert all(f"[{c.n}]" in answer.answer for c in answer.citations)


@pytest.mark.parametrize("stage", ["", "nonsense", "trust building"])
def test_a_stage_nobody_knows_has_none(stage: str) -> None:
    assert rig.answerer(None).for_stage(stage, None) is None


def test_the_answer_is_whole_as_json_promises() -> None:
    answer = ask("how much per company from Innovation Express?")
    assert answer.id == "q"
    assert len(answer.sections) >= 5
    assert answer.sections[0] == "case-20"
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for cited in answer.citations:
        passage = rig.corpus().by_id[cited.passage]
        assert " ".join(cited.quote.rstrip("…").split()) in " ".join(passage.text.split())
        assert cited.where.startswith("after the TACTICS handbook (2012)")
    for sentence in answer.sentences:
        assert set(sentence.cites) <= {c.n for c in answer.citations}
    assert answer.timings.first_token_s <= answer.timings.total_s


@pytest.mark.parametrize(
    "question",
    ["", "?", " ", "{0}", "a" * 100_000, "[1] [2]", "\\", "(", "<|im_end|>", "how much? " * 500],
    ids=lambda q: repr(q[:12]),
)
def test_odd_questions_get_an_answer_and_no_traceback(question: str) -> None:
    *_, answer = rig.answerer(None).answer(Ask(question))
    assert isinstance(answer, HandbookAnswer)
    assert answer.answer
