#!/usr/bin/env python3
"""Measure the coach's answers: ask it every question of one or more files, score the answers, print a table per kind.

Without files it takes tests/answers/questions-dev.yaml. What a question file holds and how an answer is scored is told
in docs/answers.md. Exit status 0 when it measured, whatever the figures are; 2 when there was nothing to measure.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_QUESTIONS = ROOT / "tests/answers/questions-dev.yaml"

RIGHT, WRONG, WRONGLY_REFUSED, NO_ANSWER = "right", "wrong", "wrongly refused", "no answer"
REFUSED, SAID_SO, ANSWERED = "refused rightly", "said in words only", "answered though unanswerable"
OUTCOMES = {False: (RIGHT, WRONG, WRONGLY_REFUSED, NO_ANSWER), True: (REFUSED, SAID_SO, ANSWERED, NO_ANSWER)}
GOOD = (RIGHT, REFUSED)

_PLACES = ("citations", "sections", "sentences")
CONTRACT = {"id", "question", "answer", "abstained", "language", *_PLACES, "notes", "model", "timings"}
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "‐": "-", "‑": "-", "–": "-", "—": "-"})
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[., ']\d{3})+(?![\d])")
_THOUSANDS = re.compile(
    r"(?<![\d.,])(\d{1,3}) ?(?:k(?= ?(?:€|eur)|\b)|(?:thousand|tausend|mille|mila|mil|tys|tysięcy|tusen)\b\.?)", re.I
)
_SAYS_MISSING = re.compile(
    r"(?:does(?: not|n't)|nowhere) (?:\w+ ){0,2}"
    r"(?:say|give|state|name|mention|list|tell|print|cover|hold|contain|answer)"
    r"|says nothing|gives? no\b|names? no\b|prints? no\b|states? no\b|there is no (?:information|figure|mention)"
    r"|(?:is|are|was|were) (?:not|nowhere|never) (?:\w+ )?"
    r"(?:given|stated|named|mentioned|printed|said|listed|covered|in the handbook)"
    r"|can(?:not|'t| not) (?:be )?(?:tell|told|say|said|answer|find|found|help)"
    r"|(?:not|nothing|no) .{0,30}in the handbook",
    re.I,
)


class BadInput(Exception):
    """Something given to the script cannot be used; the text says what and where."""


@dataclass(frozen=True)
class Question:
    """One question and what a right answer has to hold. `must_not` also holds for a refusal."""

    id: str
    kind: str
    question: str
    audience: str | None = None
    language: str = "en"
    sections: tuple[str, ...] = ()
    all_sections: bool = False  # every section counts, not just any
    must: tuple[re.Pattern[str], ...] = ()
    must_not: tuple[re.Pattern[str], ...] = ()
    abstain: bool = False  # the handbook does not answer it
    example: str = ""


@dataclass(frozen=True)
class Score:
    """How one answer did. `why` names the regexes that were missing or that should not have matched."""

    question: Question
    outcome: str
    why: tuple[str, ...] = ()
    text: str = ""
    in_first_five: bool = False
    first: bool = False
    cited: bool = False
    citations: int = 0
    empty_quotes: int = 0
    unknown_passages: int = 0
    strange_quotes: int = 0  # not found in the passage they name
    sentences: int = 0
    unsupported: int = 0
    left_in: int = 0  # sentences without support that still stand in the answer
    first_token_s: float | None = None
    total_s: float | None = None
    how: str = "not told"  # data, model, quotation, refusal
    missing_fields: tuple[str, ...] = field(default=())

    @property
    def good(self) -> bool:
        """Right, or refused where there is nothing to answer."""
        return self.outcome in GOOD


def normalised(text: str) -> str:
    """Text as the regexes see it: plain quotes and dashes, no Markdown stars, no [1], thousands without points or k.

    >>> normalised("about **EUR 15.000** [2], or 15 k€")
    'about EUR 15000, or 15000€'
    """
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    text = re.sub(r"[*`]|\s?\[\d+(?:, ?\d+)*\]", "", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = _GROUPED.sub(lambda m: re.sub(r"\D", "", m.group()), text)
    return _THOUSANDS.sub(r"\g<1>000", text)


def read_questions(file: Path) -> list[Question]:
    """Questions of a YAML file; `BadInput` names the first mistake."""
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: cannot be read: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("questions"), list):
        raise BadInput(f"{file}: there is no list `questions`")
    found = [_question(entry, f"{file}: question {n}") for n, entry in enumerate(data["questions"], 1)]
    twice = {q.id for q in found if sum(q.id == other.id for other in found) > 1}
    if twice:
        raise BadInput(f"{file}: the id {', '.join(sorted(twice))} stands there twice")
    return found


def _question(entry: object, where: str) -> Question:
    if not isinstance(entry, dict) or not {"id", "kind", "question"} <= set(entry):
        raise BadInput(f"{where} needs id, kind and question")
    where += f" ({entry['id']})"
    unknown = set(entry) - set(Question.__dataclass_fields__)
    if unknown:
        raise BadInput(f"{where}: unknown key {', '.join(sorted(map(str, unknown)))}")
    values: dict[str, Any] = dict(entry)
    for name in ("must", "must_not"):
        values[name] = tuple(_regex(r, where) for r in values.get(name, ()))
    values["sections"] = tuple(values.get("sections", ()))
    question = Question(**values)
    if not question.abstain and not (question.must and question.sections):
        raise BadInput(f"{where}: an answerable question needs must and sections")
    if question.abstain and question.must:
        raise BadInput(f"{where}: abstain and must exclude each other")
    return question


def _regex(pattern: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.I | re.S)
    except re.error as error:
        raise BadInput(f"{where}: the regex {pattern!r} cannot be read: {error}") from error


def score(question: Question, answer: Mapping[str, Any] | None, passages: Mapping[str, str] | None = None) -> Score:
    """Score one answer (an object of the JSON contract, None if there was none); `passages` is id to text, if known."""
    if answer is None:
        return Score(question, NO_ANSWER)
    raw = str(answer.get("answer") or "")
    text = normalised(raw)
    missing = tuple(f"missing: {r.pattern}" for r in question.must if not r.search(text))
    present = tuple(f"must not: {r.pattern}" for r in question.must_not if r.search(text))
    abstained = bool(answer.get("abstained"))
    if question.abstain:
        said_so = bool(_SAYS_MISSING.search(text))
        outcome = ANSWERED if present else REFUSED if abstained else SAID_SO if said_so else ANSWERED
    else:
        outcome = WRONGLY_REFUSED if abstained else WRONG if missing or present else RIGHT
    sections = [str(s) for s in answer.get("sections") or []]
    citations = [c for c in answer.get("citations") or [] if isinstance(c, dict)]
    sentences = [s for s in answer.get("sentences") or [] if isinstance(s, dict)]
    dropped = [str(s.get("text")) for s in sentences if s.get("supported") is False]
    timings = answer.get("timings") or {}
    quotes = [(str(c.get("passage") or ""), " ".join(str(c.get("quote") or "").split())) for c in citations]
    known = passages if passages is not None else dict(quotes)
    return Score(
        question,
        outcome,
        why=missing + present,
        text=raw,
        in_first_five=_covers(question, sections[:5]),
        first=bool(sections) and sections[0] in question.sections,
        cited=_covers(question, [str(c.get("section")) for c in citations]),
        citations=len(citations),
        empty_quotes=sum(not quote for _, quote in quotes),
        unknown_passages=sum(passage not in known for passage, _ in quotes),
        strange_quotes=sum(p in known and not _stands_in(q, known[p]) for p, q in quotes if q),
        sentences=len(sentences),
        unsupported=len(dropped),
        left_in=sum(_stands_in(s, raw) for s in dropped),
        first_token_s=timings.get("first_token_s"),
        total_s=timings.get("total_s"),
        how=str(answer.get("how") or "not told"),
        missing_fields=tuple(sorted(CONTRACT - set(answer))),
    )


def _covers(question: Question, sections: Sequence[str]) -> bool:
    test = all if question.all_sections else any
    return test(s in sections for s in question.sections) if question.sections else False


def _stands_in(piece: str, whole: str) -> bool:
    """Whether the words of a quotation (its parts are divided by an ellipsis) stand in a text, punctuation aside."""
    text = f" {_words(whole)} "
    return all(f" {_words(part)} " in text for part in re.split(r"\.\.\.|…", piece) if _words(part))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def corpus_passages() -> dict[str, str] | None:
    """Id to text of the shipped corpus' passages; None where the coach's own package cannot be imported."""
    sys.path.insert(0, str(ROOT))
    try:
        from assistant.handbook.corpus import load_corpus

        return {p.id: f"{p.title} - {p.heading}\n{p.text}" for p in load_corpus().passages}
    except Exception as error:
        print(f"Citations are not checked against the corpus: {error}", file=sys.stderr)
        return None


def ask(questions: Sequence[Question], command: Sequence[str]) -> Iterator[str]:
    """Put all questions to `coach ask` in one batch; yields its lines as they come. `BadInput` if it cannot start."""
    with tempfile.TemporaryDirectory() as folder:
        batch = Path(folder) / "questions.jsonl"
        lines = (
            {"id": q.id, "question": q.question} | ({"audience": q.audience} if q.audience else {}) for q in questions
        )
        batch.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        call = [*command, "ask", "--batch", str(batch), "--json"]
        try:
            process = subprocess.Popen(call, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{shlex.join(call)} cannot be started: {error}") from error
        with process:
            assert process.stdout is not None
            try:
                for n, line in enumerate(process.stdout, 1):
                    if sys.stderr.isatty() or n % 20 == 0:
                        print(f"\r{n} of {len(questions)} ", end="", file=sys.stderr, flush=True)
                    yield line
            except BaseException:
                process.terminate()
                raise
        print(file=sys.stderr)
        if process.returncode:
            print(f"coach ask ended with exit status {process.returncode}", file=sys.stderr)


def read_answers(lines: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Answers by the id of their question. Lines that are not objects with an id are told of and left out."""
    found: dict[str, dict[str, Any]] = {}
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answer = json.loads(line)
        except json.JSONDecodeError:
            answer = None
        if isinstance(answer, dict) and answer.get("id"):
            found[str(answer["id"])] = answer
        else:
            print(f"answer line {n} is not an object with an id: {line[:80]!r}", file=sys.stderr)
    return found


def report(scores: Sequence[Score]) -> str:
    """All figures as text: a table for what can be answered, one for what cannot, then citations, sentences, time."""
    parts = [_table([s for s in scores if s.question.abstain == cannot], cannot) for cannot in (False, True)]
    total = sum(s.citations for s in scores)
    sentences = sum(s.sentences for s in scores)
    parts.append(
        f"citations: {total}, without a quotation {sum(s.empty_quotes for s in scores)}, "
        f"of an unknown passage {sum(s.unknown_passages for s in scores)}, "
        f"quotation not in its passage {sum(s.strange_quotes for s in scores)}\n"
        f"sentences: {sentences}, not supported {sum(s.unsupported for s in scores)}, "
        f"of these left in the answer {sum(s.left_in for s in scores)}"
    )
    asked = [s for s in scores if s.outcome != NO_ANSWER]
    ways = [(f"made by {how}", [s for s in asked if s.how == how]) for how in sorted({s.how for s in asked})]
    parts.append("\n".join(_times(name, own) for name, own in [("all answers", asked), *ways]))
    broken = sorted({name for s in scores for name in s.missing_fields})
    if broken:
        parts.append(f"fields missing from some answers: {', '.join(broken)}")
    return "\n\n".join(part for part in parts if part)


def _table(scores: Sequence[Score], cannot: bool) -> str:
    if not scores:
        return ""
    kinds = list(dict.fromkeys(s.question.kind for s in scores))
    head = ["cannot be answered" if cannot else "can be answered", "n", *OUTCOMES[cannot]]
    head += [] if cannot else ["section in first 5", "first", "cited"]
    rows = [head]
    for kind in [*kinds, "all"]:
        own = [s for s in scores if kind in (s.question.kind, "all")]
        row = [kind, str(len(own)), *(str(sum(s.outcome == o for s in own)) for o in OUTCOMES[cannot])]
        row[2] += f" ({_percent(row[2], len(own))})"
        if not cannot:
            row += [_percent(sum(getattr(s, a) for s in own), len(own)) for a in ("in_first_five", "first", "cited")]
        rows.append(row)
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return "\n".join(
        "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )


def _percent(part: int | str, whole: int) -> str:
    return f"{100 * int(part) / whole:.0f} %"


def _times(name: str, scores: Sequence[Score]) -> str:
    pieces = [f"{name}: {len(scores)}, {sum(s.good for s in scores)} good"]
    for label, values in (
        ("first word", [s.first_token_s for s in scores if s.first_token_s is not None]),
        ("whole answer", [s.total_s for s in scores if s.total_s is not None]),
    ):
        if values:
            pieces.append(
                f"{label} median {statistics.median(values):.2f} s, 95th percentile {percentile(values, 95):.2f} s"
            )
    totals = [s.total_s for s in scores if s.total_s is not None]
    return "; ".join([*pieces, f"together {sum(totals):.0f} s"])


def percentile(values: Sequence[float], rank: float) -> float:
    """Nearest-rank percentile of at least one value."""
    return sorted(values)[max(0, math.ceil(rank / 100 * len(values)) - 1)]


def wrong_ones(scores: Sequence[Score]) -> str:
    """Every answer that is not good, with its text and what was missed, as Markdown."""
    parts: list[str] = []
    for s in scores:
        if s.good:
            continue
        lines = [f"## {s.question.id}: {s.outcome}", f"Q: {s.question.question}", f"A: {s.text or '(none)'}"]
        lines += [f"- {why}" for why in s.why if s.outcome != WRONGLY_REFUSED]
        if s.question.sections and not s.in_first_five:
            lines.append(f"- section not among the first five: {', '.join(s.question.sections)}")
        if s.question.example:
            lines.append(f"- for example: {s.question.example}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _command(given: str | None) -> list[str]:
    if given:
        return shlex.split(given)
    beside = Path(sys.executable).parent / "coach"
    return [str(beside) if beside.exists() else shutil.which("coach") or "coach"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="*", type=Path, help="question files")
    parser.add_argument("--answers", type=Path, help="score these answers (JSON lines) instead of asking the coach")
    parser.add_argument("--save", type=Path, help="keep the coach's answers here, for --answers")
    parser.add_argument("--wrong", type=Path, help="write the answers that are not good here instead of printing them")
    parser.add_argument("--kind", action="append", help="only this kind of question (may be repeated)")
    parser.add_argument("--coach", help="command that starts the coach (default: coach)")
    options = parser.parse_args(arguments)
    try:
        questions = [q for file in options.questions or [DEFAULT_QUESTIONS] for q in read_questions(file)]
        questions = [q for q in questions if not options.kind or q.kind in options.kind]
        if not questions:
            raise BadInput("there is no question of this kind")
        if options.answers:
            lines = options.answers.read_text(encoding="utf-8").splitlines()
        else:
            lines = list(_kept(ask(questions, _command(options.coach)), options.save))
        answers = read_answers(lines)
        if not answers:
            raise BadInput("there is no answer to score")
    except (BadInput, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    passages = corpus_passages()
    scores = [score(q, answers.get(q.id), passages) for q in questions]
    print(report(scores))
    wrong = wrong_ones(scores)
    if options.wrong:
        options.wrong.write_text(wrong + "\n", encoding="utf-8")
    elif wrong:
        print(f"\n{wrong}")
    return 0


def _kept(lines: Iterable[str], file: Path | None) -> Iterator[str]:
    """The lines, written to `file` as they come, so that a stopped run is not lost."""
    if file is None:
        yield from lines
        return
    with file.open("w", encoding="utf-8") as out:
        for line in lines:
            out.write(line)
            out.flush()
            yield line


if __name__ == "__main__":
    sys.exit(main())
