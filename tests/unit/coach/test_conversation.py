"""What a front end asks of a conversation beside its replies: title, progress, summary, documents, typing."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from assistant.coach.answers import check
from assistant.coach.answers.tell import MOST_CANDIDATES
from assistant.coach.conversation import CoachConversation
from assistant.coach.turns import AnswerDone, Progress, StopView
from assistant.errors import CoachError, KnowledgeError
from assistant.model.port import Prompt
from tests.support import rig
from tests.support.scripted_chat import ScriptedChat


def spoken(folder: Path, *replies: str) -> CoachConversation:
    talk = rig.new_conversation(folder)
    list(talk.begin())
    for reply in replies:
        list(talk.reply(reply, Event()))
    return talk


def stop(progress: Progress, name: str) -> StopView:
    return next(view for view in progress.stops if view.id == name)


def test_before_the_setup_is_through_there_is_no_record_and_nothing_to_show(tmp_path: Path) -> None:
    talk = spoken(tmp_path, "Alpine")
    assert (talk.title, talk.record, talk.progress(), talk.past()) == ("New record", None, Progress(), [])
    with pytest.raises(CoachError, match="no record yet"):
        talk.summary()
    talk.close()
    assert list(tmp_path.iterdir()) == []


def test_a_question_before_there_is_a_record_may_lean_on_the_one_before(tmp_path: Path) -> None:
    talk = spoken(tmp_path, "what does the CIR programme pay a cluster?")
    told = [item.markdown for item in talk.reply("and how long does it run?", Event()) if isinstance(item, AnswerDone)]
    assert any("9 months" in text for text in told)
    assert talk.record is None


def test_the_title_is_the_organisation_and_the_record_is_named_after_it(tmp_path: Path) -> None:
    talk = spoken(tmp_path, "We are the Alpine Robotics Cluster.", "1")
    assert talk.title == "Alpine Robotics Cluster"
    assert talk.record == tmp_path / "alpine-robotics-cluster.yaml"


def test_progress_counts_what_was_looked_at_and_says_where_one_is(tmp_path: Path) -> None:
    talk = spoken(tmp_path, "Alpine", "1")
    assert {view.state for view in talk.progress().stops} == {"not_looked_at"}
    assert not any(view.here for view in talk.progress().stops)
    for reply in ("step 1", "markets", "later"):
        list(talk.reply(reply, Event()))
    view = stop(talk.progress(), "step-1")
    assert (view.state, view.looked_at, view.questions, view.here) == ("begun", 2, 6, True)
    for reply in ("no", "no", "n/a", "n/a", "yes"):
        list(talk.reply(reply, Event()))
    view = stop(talk.progress(), "step-1")
    assert (view.state, view.looked_at, view.here) == ("done_with_gaps", 6, False)
    assert stop(talk.progress(), "step-3").state == "not_looked_at"
    for reply in ("funding", "1", "n/a", "n/a"):
        list(talk.reply(reply, Event()))
    view = stop(talk.progress(), "utilise-funding")
    assert (view.state, view.looked_at, view.questions) == ("begun", 3, 3)  # never done
    assert stop(talk.progress(), "step-2").questions == 14  # twelve of the readiness check, two of the step


def test_a_step_without_gaps_is_done_and_a_correction_opens_it_again(tmp_path: Path) -> None:
    talk = spoken(tmp_path, "Alpine", "1", "step 1", "a", "b", "n/a", "n/a", "n/a", "yes")
    assert stop(talk.progress(), "step-1").state == "done"
    for reply in ("change 3", "no", "no"):
        list(talk.reply(reply, Event()))
    view = stop(talk.progress(), "step-1")
    assert (view.state, view.looked_at) == ("begun", 4)  # two answers rest on the one corrected


def test_the_summary_lies_beside_the_record(tmp_path: Path) -> None:
    talk = spoken(tmp_path, "Alpine", "1", "step 1", "New *markets*")
    path = talk.summary()
    assert path == tmp_path / "alpine.summary.md"
    assert "New" in path.read_text(encoding="utf-8")


def test_a_document_of_a_source_can_be_read_and_a_wrong_one_is_a_sentence(tmp_path: Path) -> None:
    talk = spoken(tmp_path)
    title, markdown = talk.document("case-20/amounts")
    assert "Innovation Express" in title
    assert markdown.count("## ") > 3
    with pytest.raises(KnowledgeError):
        talk.document("../../etc/passwd")


def test_typing_reads_ahead_only_when_it_looks_like_a_question(tmp_path: Path) -> None:
    warmed: list[str] = []

    class Warm(ScriptedChat):
        def hidden_state(self, *_: object, **__: object) -> None: ...

        def warm(self, prompt: object, layer: int | None = None) -> None:
            warmed.append(str(prompt))

    talk = rig.new_conversation(tmp_path, Warm(rig.flows()))
    for text in ("", "   ", "yes", "we do", "?"):
        talk.typing(text)
    assert warmed == []
    talk.typing("how do we keep in touch with a partner")
    assert 1 < len(warmed) <= MOST_CANDIDATES, "the passages that come first"
    assert not any("keep in touch" in prompt for prompt in warmed), "a model without a probe reads the passages only"


def test_typing_looks_at_the_passages_for_the_question_as_far_as_it_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    class Warm(ScriptedChat):
        def warm(self, prompt: Prompt, layer: int | None = None) -> None:
            looked.append("".join(part.text for part in prompt.messages[-1].parts))

    monkeypatch.setattr(check, "probe", lambda: rig.probe(0.0, 1.0))
    talk = rig.new_conversation(tmp_path, Warm(rig.flows()))
    talk.typing("how do we keep in touch with a partner")
    assert looked
    assert all("keep in touch with a partner" in text for text in looked)
    looked.clear()
    talk.typing("how much did Innovation Express pay per company?")
    assert looked == [], "the answer comes from data"
