"""How answers are scored, told with hand-made answers; and whether the question files can be trusted."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [ROOT / "tests/answers/questions-dev.yaml", ROOT / "tests/answers/questions-kept.yaml"]
REFUSAL = "The handbook does not say that. It is not given there."


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_answers", ROOT / "scripts/measure_answers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure_answers"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


measure = _load()
ALL = [q for file in FILES for q in measure.read_questions(file)]


def _answer(question_id: str, text: str, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "id": question_id,
        "question": "?",
        "answer": text,
        "abstained": False,
        "language": "en",
        "citations": [
            {
                "n": 1,
                "section": "case-20",
                "title": "Case 20",
                "passage": "case-20/amounts#0",
                "quote": "EUR 15,000 per SME",
            }
        ],
        "sections": ["case-20", "case-15", "utilise-funding", "step-1", "case-4"],
        "sentences": [{"text": text, "cites": [1], "supported": True}],
        "notes": [],
        "model": "m",
        "timings": {"retrieval_s": 0.1, "first_token_s": 1.0, "total_s": 2.0, "prompt_tokens": 1, "reused_tokens": 0},
    }
    return answer | changes


def _by_id(question_id: str) -> Any:
    return next(q for q in ALL if q.id == question_id)


@pytest.mark.parametrize(
    "text",
    ["About EUR 15.000 on average [1].", "**15 k€** per SME on average", "On average 15 000 euros", "average: 15k EUR"],
)
def test_an_amount_is_right_in_whatever_way_it_is_printed(text: str):
    assert measure.score(_by_id("amount-01"), _answer("amount-01", text)).outcome == "right"


@pytest.mark.parametrize(
    "text",
    [
        "EUR 15,000 for each SME.",
        "On average 150,000 euros.",
        "On average EUR 15.",
        "On average 15,000. Some got EUR 1.500.",
    ],
)
def test_an_amount_without_its_caveat_or_with_a_wrong_figure_is_wrong(text: str):
    assert measure.score(_by_id("amount-01"), _answer("amount-01", text)).outcome == "wrong"


def test_thirty_thousand_with_a_point_is_not_thirty():
    question = _by_id("amount-02")
    assert measure.score(question, _answer("amount-02", "About EUR 30.000.")).outcome == "right"
    assert measure.score(question, _answer("amount-02", "About EUR 30. In full: thirty thousand.")).outcome == "wrong"


def test_a_refusal_of_what_the_handbook_says_counts_as_wrongly_refused():
    scored = measure.score(_by_id("amount-01"), _answer("amount-01", REFUSAL, abstained=True))
    assert scored.outcome == "wrongly refused"


@pytest.mark.parametrize(
    ("text", "abstained", "outcome"),
    [
        (REFUSAL, True, "refused rightly"),
        ("No success rate is given in the handbook.", False, "said in words only"),
        ("About half of them got it.", False, "answered though unanswerable"),
        ("It is not said, but the success rate is 40 %.", True, "answered though unanswerable"),
    ],
)
def test_an_unanswerable_question_wants_the_flag_and_no_invented_figure(text: str, abstained: bool, outcome: str):
    assert measure.score(_by_id("near-05"), _answer("near-05", text, abstained=abstained)).outcome == outcome


def test_sections_count_when_found_first_and_cited():
    scored = measure.score(_by_id("amount-01"), _answer("amount-01", "15k on average"))
    assert (scored.in_first_five, scored.first, scored.cited) == (True, True, True)
    late = _answer(
        "amount-01", "", sections=["step-1", "step-2", "case-4", "case-15", "glossary", "case-20"], citations=[]
    )
    scored = measure.score(_by_id("amount-01"), late)
    assert (scored.in_first_five, scored.first, scored.cited) == (False, False, False)


def test_a_comparison_needs_both_places():
    one = _answer("comparison-01", "", sections=["case-20", "case-20", "step-1", "step-2", "glossary"])
    assert not measure.score(_by_id("comparison-01"), one).in_first_five
    both = _answer("comparison-01", "", sections=["case-20", "case-20", "step-1", "case-15", "glossary"])
    assert measure.score(_by_id("comparison-01"), both).in_first_five


def test_citations_are_held_against_the_corpus():
    citations = [
        {"section": "case-20", "passage": "case-20/amounts#0", "quote": "an average of\nEUR 15,000"},
        {"section": "case-20", "passage": "case-20/amounts#0", "quote": "EUR 16,000"},
        {"section": "case-20", "passage": "case-20/amounts#0", "quote": " "},
        {"section": "case-20", "passage": "nowhere#9", "quote": "x"},
    ]
    passages = {"case-20/amounts#0": "It gives an average of EUR 15,000 per SME."}
    scored = measure.score(_by_id("amount-01"), _answer("amount-01", "", citations=citations), passages)
    assert (scored.citations, scored.empty_quotes, scored.unknown_passages, scored.strange_quotes) == (4, 1, 1, 1)


def test_sentences_without_support_are_counted_and_those_left_in_the_answer_named_apart():
    sentences = [
        {"text": "On average 15 k€.", "cites": [1], "supported": True},
        {"text": "It is paid in May.", "cites": [], "supported": False},
        {"text": "Ask Mr Smith.", "cites": [], "supported": False},
    ]
    told = "On average 15 k€ [1]. Ask Mr Smith."
    scored = measure.score(_by_id("amount-01"), _answer("amount-01", told, sentences=sentences))
    assert (scored.sentences, scored.unsupported, scored.left_in) == (3, 2, 1)


def test_percentiles_are_by_nearest_rank():
    assert measure.percentile([5.0, 1.0, 3.0], 95) == 5.0
    assert measure.percentile([float(n) for n in range(1, 101)], 95) == 95.0


def test_answers_of_a_file_are_scored_and_the_wrong_ones_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lines = [
        _answer("amount-01", "On average 15 k€ per SME."),
        _answer("amount-02", "About EUR 30 per cluster.", timings={"first_token_s": 3.0, "total_s": 4.0}),
        _answer("near-01", REFUSAL, abstained=True),
    ]
    answers = tmp_path / "answers.jsonl"
    answers.write_text("\n".join([*map(json.dumps, lines), "not json"]) + "\n")
    wrong = tmp_path / "wrong.md"
    assert measure.main([str(FILES[0]), "--answers", str(answers), "--wrong", str(wrong)]) == 0
    printed = capsys.readouterr()
    amounts = next(line for line in printed.out.splitlines() if line.startswith("amount"))
    assert amounts.split()[:7] == ["amount", "9", "1", "(11", "%)", "1", "0"]
    near = next(line for line in printed.out.splitlines() if line.startswith("near_miss"))
    assert near.split() == ["near_miss", "20", "1", "(5", "%)", "0", "0", "19"]
    assert "first word median 1.00 s, 95th percentile 3.00 s" in printed.out
    assert "answer line 4 is not an object with an id" in printed.err
    assert "## amount-02: wrong" in wrong.read_text()
    assert "About EUR 30 per cluster." in wrong.read_text()


def test_the_coach_is_asked_in_one_batch_with_audiences(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    stand_in = tmp_path / "coach.py"
    stand_in.write_text(
        "import json, sys\n"
        "assert sys.argv[1:3] == ['ask', '--batch'] and sys.argv[4] == '--json'\n"
        "for line in open(sys.argv[3], encoding='utf-8'):\n"
        "    print(json.dumps(json.loads(line) | {'answer': 'Nothing.', 'abstained': True}), flush=True)\n"
    )
    saved = tmp_path / "saved.jsonl"
    command = f"{sys.executable} {stand_in}"
    arguments = ["--kind", "far_off", "--coach", command, "--save", str(saved), str(FILES[0])]
    assert measure.main(arguments) == 0
    kept = [json.loads(line) for line in saved.read_text().splitlines()]
    assert [line["id"] for line in kept] == [f"far-0{n}" for n in range(1, 8)]
    assert kept[2]["audience"] == "cluster_organisation"
    assert "7 (100 %)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("{id: a, kind: amount, question: q}", "needs must and sections"),
        ("{id: a, kind: amount, question: q, musst: [x]}", "unknown key musst"),
        ("{id: a, kind: amount, question: q, must: ['('], sections: [step-1]}", "cannot be read"),
    ],
)
def test_a_mistake_in_a_question_file_is_named(
    tmp_path: Path, entry: str, complaint: str, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "q.yaml"
    file.write_text(f"questions:\n  - {entry}\n")
    assert measure.main([str(file)]) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("question", [q for q in ALL if not q.abstain], ids=lambda q: q.id)
def test_a_concise_right_answer_is_right_and_a_refusal_is_not(question: Any):
    assert measure.score(question, _answer(question.id, question.example)).why == ()
    assert measure.score(question, _answer(question.id, REFUSAL)).outcome == "wrong"
    assert measure.score(question, _answer(question.id, question.question)).outcome == "wrong"


@pytest.mark.parametrize("question", [q for q in ALL if q.abstain], ids=lambda q: q.id)
def test_a_plain_refusal_of_the_unanswerable_is_right(question: Any):
    assert measure.score(question, _answer(question.id, REFUSAL, abstained=True)).outcome == "refused rightly"


def test_questions_are_told_apart_and_the_kept_ones_are_kinds_that_are_tuned_on():
    dev, kept = (measure.read_questions(file) for file in FILES)
    assert not {q.id for q in dev} & {q.id for q in kept}
    assert {q.kind for q in dev} == {q.kind for q in kept}
    assert (len(dev), len(kept)) == (80, 40)


def test_no_question_borrows_the_wording_of_the_corpus():
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.casefold())
        return {tuple(words[i : i + 6]) for i in range(len(words) - 5)}

    corpus = runs(" ".join(f.read_text(encoding="utf-8") for f in (ROOT / "knowledge").iterdir()))
    assert {q.id: runs(q.question) & corpus for q in ALL if runs(q.question) & corpus} == {}
