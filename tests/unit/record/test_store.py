"""Stories of a record: begun, added to, opened again, found by name; and all that may go wrong on the way."""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors import RecordError
from assistant.record import disk, store
from assistant.record.events import Answered, Asked, Entered, Event, Rated, Stopped
from assistant.record.file import MOST_BYTES
from assistant.record.state import Criterion, Evidence, Subject
from assistant.record.store import OpenRecord, RecordStore

SUBJECT = Subject(organisation="Aurora Food Cluster", audience="cluster_organisation", country="FI")
BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def ticking() -> Callable[[], datetime]:
    """A clock that moves on by a minute each time it is looked at."""
    minutes = iter(range(10_000))
    return lambda: BEGIN + timedelta(minutes=next(minutes))


def begun(folder: Path, organisation: str = SUBJECT.organisation) -> OpenRecord:
    subject = SUBJECT.model_copy(update={"organisation": organisation})
    return RecordStore.create(folder, subject, "1.0 abc", "k1", ticking())


def answered(question: str, said: str = "Yes, since May 2025.") -> Event:
    return Answered(flow="step-1", question=question, said=said, rating="yes", rated_by="coach", asked_under="1.0")


def test_what_was_said_is_there_when_the_record_is_opened_again(tmp_path: Path) -> None:
    with begun(tmp_path / "records") as record:
        record.append(Entered(flow="step-1"), Asked(flow="step-1", question="s01-both-1"))
        record.append(
            Answered(
                flow="step-1",
                question="s01-both-1",
                said="Yes: new markets.\n\n- Poland\n  # not a comment\n\ttab | pipe & *star",
                rating="yes",
                rated_by="coach",
                criteria=(Criterion(id="named", met=True, quote="new markets"),),
                evidence=(Evidence(kind="document", text="minutes", quote="the minutes"),),
            )
        )
        record.append(Rated(question="s01-both-1", rating="partly", said="rather partly"))
        before = record.state, record.events, record.revision
    with RecordStore.open(record.path) as again:
        assert (again.state, again.events, again.revision) == before
        assert again.notices == ()
        answer = again.state.journey.answers["s01-both-1"]
        assert (answer.rating, answer.read_as, answer.also_said) == ("partly", "yes", ("rather partly",))


def test_events_are_stamped_with_the_time_of_the_write(tmp_path: Path) -> None:
    with begun(tmp_path) as record:
        record.append(Entered(flow="step-1"), Asked(flow="step-1", question="q"))
        times = [event.at for event in record.events]
    assert times[0] < times[1] == times[2]
    assert times[0].startswith("2026-03-02T09:3")


def test_only_the_owner_can_read_a_record(tmp_path: Path) -> None:
    with begun(tmp_path / "records") as record:
        record.append(Entered(flow="step-1"))
    if os.name == "posix":
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (record.path, disk.beside(record.path, ".bak"))}
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(record.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("organisation", "name"),
    [
        ("Aurora Food Cluster", "aurora-food-cluster.yaml"),
        ("Água & Saúde, Lda.", "agua-saude-lda.yaml"),
        ("Müller/../../etc/passwd", "muller-etc-passwd.yaml"),
        ("..", "record.yaml"),
        ("🚀🚀", "record.yaml"),
        ("   ", "record.yaml"),
        ("CON", "record-con.yaml"),
        ("Lpt1", "record-lpt1.yaml"),
        ("COM²", "record-com2.yaml"),
        ("Клъстер Мебели", "клъстер-мебели.yaml"),
        ("Straße Øst", "strasse-ost.yaml"),
        ("a\x00b\nc", "a-b-c.yaml"),
        ("x" * 500, f"{'x' * 60}.yaml"),
        ("漢" * 500, f"{'漢' * 50}.yaml"),
    ],
)
def test_the_file_is_named_after_the_organisation_and_never_leaves_the_folder(
    tmp_path: Path, organisation: str, name: str
) -> None:
    with begun(tmp_path, organisation) as record:
        assert record.path == tmp_path / name


def test_a_second_record_of_the_same_name_gets_a_number(tmp_path: Path) -> None:
    names = [begun(tmp_path).path.name for _ in range(3)]
    assert names == ["aurora-food-cluster.yaml", "aurora-food-cluster-2.yaml", "aurora-food-cluster-3.yaml"]


def test_a_second_coach_is_told_who_has_the_record(tmp_path: Path) -> None:
    with begun(tmp_path) as record:
        with pytest.raises(RecordError) as refused:
            RecordStore.open(record.path)
        sentence = refused.value.sentence()
        assert f"process {os.getpid()}" in sentence
        assert socket.gethostname() in sentence
        assert "2026-03-02 09:30" in sentence
        record.append(Entered(flow="step-1"))  # the first one goes on undisturbed
    RecordStore.open(record.path).close()


def test_a_foreign_change_is_refused_and_not_overwritten(tmp_path: Path) -> None:
    with begun(tmp_path) as record:
        foreign = record.path.read_bytes() + b"# a note of somebody else\n"
        record.path.write_bytes(foreign)
        with pytest.raises(RecordError, match="changed by something else"):
            record.append(Entered(flow="step-1"))
        assert record.path.read_bytes() == foreign
        assert len(record.events) == 1
        record.path.unlink()
        with pytest.raises(RecordError, match="is gone"):
            record.append(Entered(flow="step-1"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_a_failed_write_is_one_sentence_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with begun(tmp_path) as record:
        before = record.state, record.path.read_bytes()

        def fail(*_: object) -> int:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as broken:
            broken.setattr(os, "write", fail)
            with pytest.raises(RecordError) as told:
                record.append(answered("lost-1"), answered("lost-2"))
        assert "\n" not in told.value.sentence()
        assert told.value.do
        assert (record.state, record.path.read_bytes()) == before
        record.append(answered("kept"))
    assert [p.name for p in tmp_path.glob("*.part")] == []
    kept = RecordStore.read(record.path)
    assert list(kept.state.journey.answers) == ["kept"]


def test_every_step_of_a_write_may_fail_and_the_old_or_the_new_record_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ["open", "write", "fsync", "link", "replace"]
    failed = 0
    for step in steps:
        real = getattr(os, step)
        for nth in range(1, 6):
            with begun(tmp_path / f"{step}-{nth}") as record:
                record.append(answered("old"))
                old = record.state
                calls = 0

                def flaky(*args: object, _real: object = real, _nth: int = nth, **more: object) -> object:
                    nonlocal calls
                    calls += 1
                    if calls == _nth:
                        raise OSError(errno.EIO, "input/output error")
                    assert callable(_real)
                    return _real(*args, **more)

                with monkeypatch.context() as broken:
                    broken.setattr(os, step, flaky)
                    try:
                        new = record.append(answered("new"))
                    except RecordError:
                        failed += 1
                        new = old
                assert record.state == new
                assert RecordStore.read(record.path).state in (old, new)
                retried = record.append(answered("newer"))
                assert RecordStore.read(record.path).state == retried
    assert failed >= 4


def test_a_write_interrupted_after_the_file_was_in_place_does_not_look_like_a_foreign_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begun(tmp_path) as record:
        real = os.replace

        def interrupted(source: Path, target: Path) -> None:
            real(source, target)
            if target == record.path:
                raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr(os, "replace", interrupted)
            with pytest.raises(KeyboardInterrupt):
                record.append(answered("first"))
        record.append(answered("second"))
    assert list(RecordStore.read(record.path).state.journey.answers) == ["second"]


def test_a_damaged_record_is_kept_its_backup_used_and_the_person_told(tmp_path: Path) -> None:
    with begun(tmp_path) as record:
        record.append(answered("first"))
        record.append(answered("second"))
    broken = record.path.read_bytes()[:-60]
    record.path.write_bytes(broken)
    with pytest.raises(RecordError, match="its backup is good"):
        RecordStore.read(record.path)
    with RecordStore.open(record.path, ticking()) as mended:
        assert list(mended.state.journey.answers) == ["first"]
        (notice,) = mended.notices
        assert "damaged" in notice
        assert "please check your last answer" in notice
        (aside,) = tmp_path.glob("*.damaged-*")
        assert aside.name in notice
        assert aside.read_bytes() == broken
        mended.append(answered("second"))
    assert RecordStore.read(record.path).revision == 3


def test_a_missing_record_is_brought_back_from_its_backup(tmp_path: Path) -> None:
    with begun(tmp_path) as record:
        record.append(answered("first"))
    record.path.unlink()
    with RecordStore.open(record.path) as back:
        assert back.revision == 1
        assert "was missing" in back.notices[0]
    assert record.path.exists()


def test_when_the_backup_is_damaged_too_nothing_is_touched(tmp_path: Path) -> None:
    with begun(tmp_path) as record:
        record.append(answered("first"))
    record.path.write_text("{")
    disk.beside(record.path, ".bak").write_text("")
    with pytest.raises(RecordError, match="its backup too is damaged"):
        RecordStore.open(record.path)
    assert record.path.read_text() == "{"
    with pytest.raises(RecordError, match="damaged"):  # not `open in another coach`: the lock was given back
        RecordStore.open(record.path)


def test_a_file_that_is_no_record_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "shopping.yaml"
    other.write_text("milk: 2\n")
    with pytest.raises(RecordError, match="not a record of the coach"):
        RecordStore.open(other)
    assert other.read_text() == "milk: 2\n"
    with pytest.raises(RecordError, match="not a file"):
        RecordStore.open(tmp_path)
    with pytest.raises(RecordError, match="no record here"):
        RecordStore.open(tmp_path / "none.yaml")
    with pytest.raises(RecordError, match="a file stands where the folder"):
        begun(other / "records")
    big = tmp_path / "big.yaml"
    with big.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(RecordError, match="too big"):
        RecordStore.open(big)


def test_a_linked_record_stays_a_link(tmp_path: Path) -> None:
    with begun(tmp_path / "far") as record:
        pass
    link = tmp_path / "near.yaml"
    link.symlink_to(record.path)
    with RecordStore.open(link) as opened:
        opened.append(Stopped())
    assert link.is_symlink()
    assert RecordStore.read(record.path).state.stopped


def test_a_record_is_found_by_name_and_near_names_are_offered(tmp_path: Path) -> None:
    with begun(tmp_path) as aurora, begun(tmp_path, "Baltic Wood") as baltic:
        pass
    assert RecordStore.records(tmp_path) == [aurora.path, baltic.path]
    for name in ("aurora-food-cluster", "aurora-food-cluster.yaml", "Aurora Food Cluster", str(aurora.path)):
        assert RecordStore.resolve(name, tmp_path) == aurora.path
    with pytest.raises(RecordError, match="did you mean `baltic-wood`"):
        RecordStore.resolve("baltic-woods", tmp_path)
    with pytest.raises(RecordError, match="begin one with `coach`"):
        RecordStore.resolve("anything", tmp_path / "empty")
    with pytest.raises(RecordError):
        RecordStore.resolve("x" * 5000 + "\x00", tmp_path)


def test_text_that_a_file_cannot_hold_is_cleaned_on_the_way_in(tmp_path: Path) -> None:
    with begun(tmp_path) as record:
        record.append(answered("q", "bell \x07 and \x1b[31mred\x00, kept:\ttab\nline"))
        assert record.state.journey.answers["q"].said == "bell  and [31mred, kept:\ttab\nline"
    RecordStore.read(record.path)


def test_a_record_never_grows_beyond_what_can_be_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with begun(tmp_path) as record:
        monkeypatch.setattr(store, "MOST_BYTES", 2000)
        with pytest.raises(RecordError, match="would grow beyond"):
            record.append(answered("q", "word " * 500))
        record.append(answered("q", "short"))
    assert RecordStore.read(record.path).state == record.state


def test_a_closed_record_takes_nothing_more(tmp_path: Path) -> None:
    record = begun(tmp_path)
    record.close()
    with pytest.raises(RecordError, match="closed"):
        record.append(Stopped())
