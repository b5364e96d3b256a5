"""The figures as text for a person: aligned tables, and the answers that were not good as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evaluate.figures import Result, Row, Run, Waiting
from assistant.evaluate.roc import Roc
from assistant.evaluate.scoring import ANSWERABLE, UNANSWERABLE, Score


def report(result: Result) -> str:
    """All figures: what can be answered, what cannot, by file, citations, sentences, time, and the check's ROC."""
    citations, sentences = result.citations, result.sentences
    own = f" ({citations.own} of own documents, which were there and change the figures)" if citations.own else ""
    parts = [
        run_line(result.run),
        _answerable(result.answerable),
        _unanswerable(result.unanswerable),
        _files(result.files) if len(result.files) > 1 else "",
        f"citations: {citations.total}{own}; that do not resolve: without a quotation {citations.without_quotation}, "
        f"of an unknown passage {citations.unknown_passage}, "
        f"quotation not in its passage {citations.quotation_not_in_passage}, "
        f"[n] without a source {citations.marks_without_source}\n"
        f"sentences: {sentences.total}, not supported {sentences.unsupported}, "
        f"of these left in the answer {sentences.left_in}",
        _times(result.waiting),
        _roc(result.roc) if result.roc else "",
        _not_good(result.scores),
    ]
    return "\n\n".join(part for part in parts if part)


def run_line(run: Run) -> str:
    """Date, model, machine, corpus and version on one line."""
    memory = f", {run.memory_gb} GB" if run.memory_gb else ""
    cores = f", {run.cores} core{'' if run.cores == 1 else 's'}" if run.cores else ""
    model = f"model {run.model}" if run.model else "no model (extracts only)"
    search = f"searched by {run.embedder} and words" if run.embedder else "searched by words only"
    pieces = [
        run.date or "date not told",
        model + (f", wording {run.wording}" if run.wording else ""),
        *([search] if run.date else []),
        f"{run.cpu or 'machine not told'}{cores}{memory}",
        f"corpus {run.corpus[:12]}" if run.corpus else "corpus not told",
        f"coach {run.coach}" if run.coach else "coach version not told",
    ]
    return " | ".join(pieces) + (" (kept answers)" if run.kept else "")


def wrong_ones(scores: Sequence[Score]) -> str:
    """Every answer that is not good, with its text and what was missed, as Markdown."""
    parts: list[str] = []
    for s in scores:
        if s.good:
            continue
        lines = [f"## {s.id}: {s.outcome}", f"Q: {s.question.question}", f"A: {s.text or '(none)'}"]
        lines += [f"- {why}" for why in s.why if s.outcome != "wrongly refused"]
        if s.question.sections and not s.in_first_five:
            lines.append(f"- section not among the first five: {', '.join(s.question.sections)}")
        if s.check is not None:
            lines.append(f"- made by {s.how}, log-odds of the check {s.check:.2f}")
        if s.question.example:
            lines.append(f"- for example: {s.question.example}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _answerable(rows: Sequence[Row]) -> str:
    head = ["can be answered", "n", *ANSWERABLE, "section in first 5", "first", "cited"]
    body = [[*_outcomes(r, ANSWERABLE), *(_percent(n, r) for n in (r.in_first_five, r.first, r.cited))] for r in rows]
    return _table([head, *body]) if rows else ""


def _unanswerable(rows: Sequence[Row]) -> str:
    head = ["cannot be answered", "n", *UNANSWERABLE]
    return _table([head, *(_outcomes(r, UNANSWERABLE) for r in rows)]) if rows else ""


def _files(files: Sequence[tuple[Row, Row]]) -> str:
    head = ["file", "n", "right", "wrongly refused", "section in first 5", "first", "n", "refused rightly"]
    body = [
        [
            can.name,
            str(can.questions),
            _percent(can.good, can),
            _percent(can.outcomes["wrongly refused"], can),
            _percent(can.in_first_five, can),
            _percent(can.first, can),
            str(cannot.questions),
            _percent(cannot.good, cannot),
        ]
        for can, cannot in files
    ]
    return _table([head, *body])


def _outcomes(row: Row, names: Sequence[str]) -> list[str]:
    good, *others = (row.outcomes[name] for name in names)
    return [row.name, str(row.questions), f"{good} ({_percent(good, row)})", *map(str, others)]


def _percent(part: int, row: Row) -> str:
    return f"{100 * part / row.questions:.0f} %" if row.questions else "-"


def _times(waiting: Sequence[Waiting]) -> str:
    head = ["made by", "n", "good", "first word median", "95th", "whole answer median", "95th", "together"]
    body = [
        [
            w.name,
            str(w.answers),
            str(w.good),
            *(_seconds(v) for v in (w.first_median, w.first_p95, w.whole_median, w.whole_p95)),
            f"{w.together:.0f} s",
        ]
        for w in waiting
    ]
    return _table([head, *body])


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"


def _roc(roc: Roc) -> str:
    counts = f"{roc.answerable} answerable and {roc.unanswerable} unanswerable questions came as far as the check"
    if roc.area is None:
        return f"the model's check: {counts}; without both sorts there is no ROC"
    head = ["threshold", f"answerable refused, of {roc.answerable}", f"unanswerable passed, of {roc.unanswerable}"]
    body = [
        [f"{t.threshold:g}{' (in use)' if t.threshold == roc.in_use else ''}", str(t.refused), str(t.passed)]
        for t in roc.thresholds
    ]
    return f"the model's check: {counts}; area under the ROC {roc.area:.3f}\n" + _table([head, *body])


def _not_good(scores: Sequence[Score]) -> str:
    ids = [s.id for s in scores if not s.good]
    return f"not good ({len(ids)} of {len(scores)}): {', '.join(ids)}" if ids else f"all {len(scores)} are good"


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )
