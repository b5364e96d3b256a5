"""Answers in the corpus' own paragraphs: the model only decides whether the detail asked for is there."""

from __future__ import annotations

import pytest

from assistant.coach.answers.answerer import Answerer
from assistant.coach.answers.check import HEADING
from assistant.coach.answers.models import Ask, Found, HandbookAnswer
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat


def told(question: str, *, stated: bool = True) -> HandbookAnswer:
    """The answer when the model says that the text states the detail, or that it does not."""
    chat = ScriptedChat(rig.flows(), answers={question: ""} if stated else {}, refused=[] if stated else [question])
    *_, answer = Answerer(rig.corpus(), rig.retriever(), rig.prompts(), lambda: chat).answer(Ask(question))
    assert isinstance(answer, HandbookAnswer)
    return answer


def test_a_paragraph_is_told_whole_with_its_source() -> None:
    answer = told("how does the virtual pot work?")
    assert answer.how == "handbook"
    assert not answer.abstained
    first = answer.citations[0]
    assert first.section == "case-20"
    assert rig.corpus().by_id[first.passage].text.rstrip(".") in answer.answer
    assert first.quote in rig.corpus().by_id[first.passage].text


def test_the_closest_words_stand_there_before_the_model_is_asked() -> None:
    question = "how does the virtual pot work?"
    chat = ScriptedChat(rig.flows(), answers={question: ""})
    answerer = Answerer(rig.corpus(), rig.retriever(), rig.prompts(), lambda: chat)
    stream = answerer.answer(Ask(question))
    found = next(stream)
    assert isinstance(found, Found)
    assert chat.asked == []
    assert found.answer.how == "found"
    *_, answer = stream
    assert isinstance(answer, HandbookAnswer)
    assert (answer.answer, answer.citations) == (found.answer.answer, found.answer.citations)
    assert answer.timings.first_token_s < answer.timings.total_s


def test_what_the_model_does_not_find_stated_is_refused_with_what_stands_nearby() -> None:
    answer = told("how does the virtual pot work?", stated=False)
    assert answer.abstained
    assert answer.answer.startswith("The handbook does not say")


def test_the_log_odds_of_the_check_are_told_where_the_model_was_asked() -> None:
    stated, not_stated = (told("how does the virtual pot work?", stated=yes).check for yes in (True, False))
    assert stated == pytest.approx(3.48 * (1 + HEADING), abs=0.01)
    assert not_stated == pytest.approx(-3.48 * (1 + HEADING), abs=0.01)
    assert told("what does CIR stand for?").check is None  # from data


def test_a_year_or_an_acronym_that_no_passage_holds_is_refused() -> None:
    assert told("which EU calls for clusters are open in 2026?").abstained
    assert told("how much does the EIC accelerator pay?").abstained


def test_questions_in_other_languages_are_not_refused_for_their_words() -> None:
    assert not told("Wie viel Geld bekommt ein kleines Unternehmen aus Innovation Express?").abstained


def test_an_eligible_country_that_is_not_named_is_not_made_up() -> None:
    answer = told("can a hungarian cluster get paid by innovation express?")
    assert answer.abstained
    assert "countries" in answer.answer


def test_two_sources_are_told_side_by_side() -> None:
    answer = told("Put the German CIR grant next to Innovation Express - how much, for whom?")
    assert "30,000" in answer.answer
    assert "15,000" in answer.answer
    assert {c.section for c in answer.citations} == {"case-15", "case-20"}


def test_a_contact_comes_from_the_case_with_its_date() -> None:
    answer = told("whom do we contact about Innovation Express?")
    assert "http://www.oseo.fr/international (as printed in 2012)" in answer.answer


def test_a_year_that_the_directory_does_not_hold_is_not_answered_with_another_one() -> None:
    assert told("what does innovation express pay an SME?").how == "data"
    assert told("what does innovation express pay an SME in 2015?").abstained


def test_a_year_of_the_persons_own_story_is_no_question_about_that_year() -> None:
    assert not told("we began our network in 1994, how does the virtual pot work?").abstained


def test_an_acronym_of_another_language_is_no_stranger() -> None:
    assert not told("quanto recebe em média uma PME no Innovation Express?").abstained


def test_two_details_at_once_are_told_in_paragraphs() -> None:
    assert told("who can get innovation express money and when did it start?").how == "handbook"


def test_a_list_that_goes_on_in_a_second_paragraph_is_told_whole() -> None:
    answer = told("list all ten lines of the Tube Map by name and colour")
    cited = [citation.passage for citation in answer.citations]
    assert cited[:2] == ["tube-map/ten-lines#0", "tube-map/ten-lines#1"]
