"""`coach record` and `coach report`, as somebody at a terminal meets them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from assistant.cli import record as record_command
from assistant.cli import report as report_command
from assistant.errors import RecordError, UsageError
from assistant.record.events import ActionNoted, Answered, Asked, Digressed, Entered, Skipped
from assistant.record.state import Action, Subject
from assistant.record.store import RecordStore

NASTY = "[/b] [red]x[/red] \x1b[31m <script> | # 1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COACH_HOME", str(tmp_path))
    return tmp_path


def kept(home: Path, organisation: str = "Aurora Food Cluster") -> Path:
    subject = Subject(organisation=organisation, audience="cluster_organisation", country="FI")
    clock = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    with RecordStore.create(home / "records", subject, "1.0 abc", "k1", lambda: clock) as record:
        record.append(
            Entered(flow="step-1"),
            Answered(flow="step-1", question="s01-both-1", said=NASTY, rating="partly", rated_by="coach"),
            Skipped(flow="step-1", question="s01-both-2", reason="dont_know", said="no idea"),
            ActionNoted(action=Action(id="a1", question="s01-both-1", what=NASTY, owner="Anna")),
            Digressed(asked=NASTY, answer="x"),
            Asked(flow="step-1", question="s01-both-3"),
        )
    return record.path


def coach(*words: str) -> tuple[int, str]:
    """Run `coach WORDS`; its exit code and what it printed. Errors come out as they are."""
    app = typer.Typer(rich_markup_mode=None)
    app.add_typer(record_command.app, name="record")
    app.command("report")(report_command.report)
    result = CliRunner().invoke(app, list(words), catch_exceptions=True)
    if isinstance(result.exception, (RecordError, UsageError)):
        raise result.exception
    return result.exit_code, result.output


def test_a_record_is_shown_as_plain_words_and_obeys_nothing(home: Path) -> None:
    path = kept(home)
    code, shown = coach("record", "show")
    assert code == 0
    assert "Aurora Food Cluster (cluster organisation, FI)" in shown
    assert "[partly] " in shown
    assert "[don't know] " in shown
    assert "[/b] [red]x[/red] [31m <script> | # 1" in shown
    assert "\x1b" not in shown
    assert "no date yet" in shown
    assert "The coach waits at: " in shown
    assert coach("record", "show", path.stem) == coach("record", "show", str(path))


def test_records_are_listed_checked_and_found(home: Path) -> None:
    assert "There are no records" in coach("record", "list")[1]
    assert coach("record", "path") == (0, f"{home / 'records'}\n")
    path = kept(home)
    kept(home, "Baltic Wood")
    listed = coach("record", "list")[1].splitlines()
    assert [line.split()[0] for line in listed] == ["aurora-food-cluster", "baltic-wood"]
    assert "2026-03-02T09:30" in listed[0]
    assert coach("record", "path", "Aurora Food Cluster") == (0, f"{path}\n")
    assert coach("record", "validate")[1].count(": whole (coach-record/1.0, revision 2, 7 events).") == 2
    with pytest.raises(RecordError, match="several records"):
        coach("record", "show")


def test_a_damaged_record_is_named_and_left_as_it_is(home: Path) -> None:
    path = kept(home)
    path.write_text("schema: coach-record/1.0\n")
    code, told = coach("record", "validate")
    assert code == RecordError.exit_code
    assert "damaged" in told
    assert "its backup is good" in told
    assert "this record is damaged" in coach("record", "list")[1]
    assert path.read_text() == "schema: coach-record/1.0\n"


def test_a_report_is_written_beside_the_record(home: Path) -> None:
    path = kept(home)
    code, told = coach("report", "aurora-food-cluster")
    summary = path.with_name("aurora-food-cluster.summary.md")
    assert (code, told.strip()) == (0, str(summary))
    assert "# Summary: Aurora Food Cluster" in summary.read_text(encoding="utf-8")
    elsewhere = home / "mine.md"
    assert coach("report", str(path), "--out", str(elsewhere))[1].strip() == str(elsewhere)
    with pytest.raises(UsageError, match="--to md"):
        coach("report", str(path), "--to", "pdf")
    assert len(RecordStore.records(path.parent)) == 1
