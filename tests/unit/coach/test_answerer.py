"""Answers worded by a model: streamed, held against their sources, and honest when model or sources fail."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from assistant.coach.answers.models import Ask, HandbookAnswer, Words
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat

QUESTION = "what is market failure?"
GOOD = "Market failure is not defined by the handbook."
MORE = "Evidence of it is whatever shows that a worthwhile step would not happen without support."


def asked(words: str | None, question: str = QUESTION, **script: Any) -> tuple[str, HandbookAnswer]:
    """What the person saw streamed, and the answer as checked. `words` None: there is no model."""
    chat = ScriptedChat(rig.flows(), answers={question: words}, **script) if words is not None else None
    *stream, answer = rig.answerer(chat).answer(Ask(question))
    assert isinstance(answer, HandbookAnswer)
    return "".join(item.text for item in stream if isinstance(item, Words)), answer


def test_words_are_streamed_as_they_come_and_end_up_cited() -> None:
    seen, answer = asked(f"{GOOD} {MORE}")
    assert seen == f"{GOOD} {MORE}"
    assert answer.answer == f"{GOOD[:-1]} [1]. {MORE[:-1]} [1]."
    assert (answer.how, answer.model, answer.abstained, answer.stopped) == ("model", "scripted", False, False)
    assert [c.section for c in answer.citations] == ["step-1"]
    assert answer.prompt
    assert answer.prompt.startswith("answer/")
    assert all(s.supported and s.cites == (1,) for s in answer.sentences)


@pytest.mark.parametrize(
    "invented",
    [
        "It was 4,711 firms in all.",
        "Some 4711.",
        "About EUR 4.711 a firm",
        "In 1987 it was named.",
        "It rose by 47.11 %",
    ],
)
def test_a_number_that_no_source_holds_never_reaches_the_screen(invented: str) -> None:
    seen, answer = asked(f"{GOOD} {invented} {MORE}")
    for shown in (seen, answer.answer):
        assert "47" not in shown
        assert "87" not in shown
    assert seen.startswith(GOOD)
    assert answer.answer.startswith(f"{GOOD[:-1]} [1].")


def test_an_answer_that_begins_with_an_invented_number_is_replaced_by_the_handbooks_words() -> None:
    seen, answer = asked("4711 firms say so.")
    assert seen == ""
    assert answer.how == "quotation"
    assert any("could not be checked" in note for note in answer.notes)
    assert answer.citations


def test_a_sentence_without_support_is_dropped_and_told_in_the_json() -> None:
    seen, answer = asked(f"{GOOD} Consultants from Atlantis should be hired early.")
    assert "Atlantis" in seen  # streamed words are unchecked
    assert "Atlantis" not in answer.answer
    assert [(s.supported, s.cites) for s in answer.sentences] == [(True, (1,)), (False, ())]


def test_when_nothing_holds_the_handbook_is_quoted() -> None:
    _, answer = asked("Lawyers and consultants from Atlantis should be hired early.")
    assert answer.how == "quotation"
    assert "Atlantis" not in answer.answer
    for cited in answer.citations:
        assert cited.quote.rstrip("…")[:40] in answer.answer.replace(f" [{cited.n}]", "")


def test_a_model_that_says_nothing_is_replaced_by_a_quotation() -> None:
    for words in ("", "  ", "\n\n"):
        _, answer = asked(words)
        assert (answer.how, answer.abstained) == ("quotation", False)


def test_what_the_text_does_not_state_is_refused_before_anything_is_worded() -> None:
    chat = ScriptedChat(rig.flows(), refused=[QUESTION])
    *stream, answer = rig.answerer(chat).answer(Ask(QUESTION))
    assert isinstance(answer, HandbookAnswer)
    assert answer.abstained
    assert answer.how == "refusal"
    assert "handbook" in answer.answer
    assert [w.text for w in stream if isinstance(w, Words)] == [answer.answer]


def test_a_model_that_breaks_ends_in_a_quotation_and_one_sentence() -> None:
    _, answer = asked(GOOD, breaks=True)
    assert answer.how == "quotation"
    assert answer.notes == ("the model has stopped; start the coach again.",)
    assert answer.citations


def test_without_a_model_the_closest_words_are_quoted() -> None:
    seen, answer = asked(None)
    assert (answer.how, answer.model) == ("quotation", None)
    assert seen == answer.answer
    assert "No model is loaded" in answer.notes[0]
    for cited in answer.citations:
        assert cited.quote in rig.corpus().by_id[cited.passage].text.replace("\n", " ")


def test_a_stopped_answer_keeps_what_was_said() -> None:
    cancel = Event()
    chat = ScriptedChat(rig.flows(), answers={QUESTION: f"{GOOD} {MORE}"})
    seen, answer = "", None
    for item in rig.answerer(chat).answer(Ask(QUESTION), cancel):
        if isinstance(item, HandbookAnswer):
            answer = item
            continue
        seen += item.text if isinstance(item, Words) else ""
        if seen.endswith("Evidence "):
            cancel.set()
    assert seen.startswith(GOOD)
    assert "without support" not in seen
    assert answer
    assert answer.stopped
    assert answer.answer.startswith(GOOD[:-1])
    assert "without support" not in answer.answer


def test_a_question_stopped_before_its_first_word_is_stopped_and_no_failure() -> None:
    cancel = Event()
    cancel.set()
    *_, answer = rig.answerer(ScriptedChat(rig.flows())).answer(Ask(QUESTION), cancel)
    assert isinstance(answer, HandbookAnswer)
    assert answer.stopped
    assert not any("cancelled" in note for note in answer.notes)


def test_a_false_not_given_is_no_answer() -> None:
    question = "what is the aim of Innovation Express?"
    _, answer = asked("The handbook does not give any amount for Innovation Express.", question=question)
    assert "does not give any amount" not in answer.answer


def test_what_has_nothing_to_do_with_clusters_is_refused_without_the_model() -> None:
    *_, answer = rig.answerer(ScriptedChat(rig.flows())).answer(Ask("what will the weather in Oslo be tomorrow?"))
    assert isinstance(answer, HandbookAnswer)
    assert answer.abstained


def test_words_of_a_model_stay_words_on_the_screen() -> None:
    from assistant.coach import say

    _, answer = asked(
        f"{GOOD} **[bold]** <b>Evidence</b> of it is whatever shows that a worthwhile step would not happen."
    )
    markdown = say.answer_markdown(answer)
    assert "[1]" in markdown
    assert "**[" not in markdown
    assert "<b>" not in markdown


def test_a_document_is_found_by_each_of_its_passages_and_a_wrong_id_is_a_sentence() -> None:
    from assistant.errors import KnowledgeError

    answerer = rig.answerer(None)
    for name in ("case-20/virtual-pot", "case-20/amounts", "glossary/een"):
        passages = [p.id for p in rig.corpus().passages if p.id.startswith(name)]
        for passage in passages:
            title, markdown = answerer.document(passage)
            assert title
            assert markdown.startswith("## ")
    with pytest.raises(KnowledgeError, match="no passage `nowhere`"):
        answerer.document("nowhere")
