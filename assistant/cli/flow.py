"""`coach flow`: check, list and show the flow files, for those who write them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant import paths, settings
from assistant.errors import FlowError, KnowledgeError, UsageError
from assistant.flow.lint import check as lint
from assistant.flow.load import JOURNEY, collect, load
from assistant.flow.models import AUDIENCES, Condition, Flow, FlowSet, Question, Route

app = typer.Typer(help="Look at the guided flows: what is asked, of whom, and why.", no_args_is_help=True)

_Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder of flow files; without journey.yaml its files take the place of shipped ones."),
]


@app.command()
def check(folder: _Folder = None) -> None:
    """Check flow files: every mistake with file, line and how to mend it. Ends with 5 when there are errors."""
    flow_set, mistakes = collect(*_folders(folder))
    if flow_set is None:
        for mistake in mistakes:
            typer.echo(mistake.sentence())
        raise typer.Exit(FlowError.exit_code)
    findings = lint(flow_set, _parts())
    for finding in findings:
        typer.echo(finding.sentence())
    errors = sum(finding.level == "error" for finding in findings)
    questions = sum(len(flow.questions) for flow in flow_set.flows.values())
    warnings = len(findings) - errors
    typer.echo(f"{len(flow_set.flows)} flows, {questions} questions: {errors} errors, {warnings} warnings.")
    if errors:
        raise typer.Exit(FlowError.exit_code)


@app.command(name="list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, a question an entry.")] = False,
) -> None:
    """List every question: id, step, audiences, kind, and whether it is the handbook's checklist item or ours."""
    flow_set = load(*_folders(None))
    placed = [flow_id for stop in flow_set.journey.stops for flow_id in stop.flows if flow_id in flow_set.flows]
    flows = dict.fromkeys([*placed, *flow_set.flows])  # in the order of the journey
    entries = [_entry(flow_set, flow_set.flow(f), q) for f in flows for q in flow_set.flow(f).questions]
    if as_json:
        typer.echo(json.dumps(entries, ensure_ascii=False, indent=1))
        return
    for entry in entries:
        whose = "ours" if entry["ours"] else "handbook"
        typer.echo(f"{entry['id']:24} {entry['step']:16} {entry['kind']:13} {whose:9} {entry['question']}")


@app.command()
def show(flow: Annotated[str, typer.Argument(help="The id of a flow, such as step-1.")]) -> None:
    """Show one flow: its questions, why they are asked, what counts, and where the answers lead."""
    flow_set = load(*_folders(None))
    if flow not in flow_set.flows:
        known = ", ".join(flow_set.flows)
        raise UsageError(f"there is no flow `{flow}`", do=f"use one of: {known}")
    typer.echo("\n".join(_shown(flow_set.flow(flow))))


def _folders(folder: Path | None) -> tuple[Path, Path | None]:
    """The folder of flows to read and the one laid over it."""
    shipped = paths.shipped("flows")
    if folder is None:
        own = settings.load().flows
        return shipped, own.expanduser() if own else None
    if folder.is_dir() and not any(folder.glob("*.y*ml")):
        raise FlowError("there are no flow files here", where=str(folder), do="name a folder that holds .yaml files")
    return (folder, None) if (folder / f"{JOURNEY}.yaml").is_file() else (shipped, folder)


def _parts() -> set[str] | None:
    """The part ids of the corpus; None, and a sentence on stderr, when it cannot be read."""
    from assistant.handbook.corpus import load_corpus

    try:
        return set(load_corpus(settings.load().knowledge).parts)
    except KnowledgeError as error:
        print(f"Passages are not checked: {error.sentence()}", file=sys.stderr)
        return None


def _entry(flow_set: FlowSet, flow: Flow, question: Question) -> dict[str, object]:
    stop = next((s.id for s in flow_set.journey.stops if flow.id in s.flows), flow.step or flow.id)
    return {
        "id": question.id,
        "step": stop,
        "flow": flow.id,
        "audience": [a for a in question.audience if a in flow.audience],
        "kind": question.kind,
        "question": question.ask,
        "ours": question.ours or flow.ours,
    }


def _shown(flow: Flow) -> list[str]:
    lines = [flow.title, flow.purpose, *([flow.ours_note] if flow.ours_note else [])]
    for question in flow.questions:
        asked = [a for a in question.audience if a in flow.audience]
        whom = "" if len(asked) == len(AUDIENCES) else f", for {', '.join(asked)}"
        whose = ", ours" if question.ours or flow.ours else ""
        source = f" [{question.why.passage}]" if question.why.passage else ""
        lines += ["", f"{question.id} ({question.kind}{whom}{whose})", f"  {question.ask}"]
        lines += [f"  why: {question.why.text}{source}"]
        lines += [f"  only when {_said(question.when)}"] if question.when else []
        lines += [f"  counts - {name}: {text}" for name, text in question.counts.items()]
        lines += [f"  option - {option.id}: {option.label}" for option in question.options]
        lines += [f"  if not: {question.gap.action} [{', '.join(question.gap.offer)}]"] if question.gap else []
    return [*lines, *(["", "Afterwards"] if flow.after else []), *map(_route, flow.after)]


def _route(route: Route) -> str:
    target = f"go to {route.go}" if route.go else f"look at {route.suggest}"
    whose = "ours" if route.ours else str(route.because)
    return f"  {'when ' + _said(route.when) if route.when else 'always'}: {target} ({whose})"


def _said(condition: Condition) -> str:
    """A condition as it stands in the file, on one line."""
    return json.dumps(condition.model_dump(exclude_unset=True), ensure_ascii=False).replace('"', "")
