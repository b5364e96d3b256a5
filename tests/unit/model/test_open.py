"""Opening models by the settings, and `coach model` on the command line."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant import settings
from assistant.cli.model import app
from assistant.errors import CoachError, ModelError
from assistant.model import open as opening
from assistant.model import store
from assistant.model.catalogue import catalogue
from assistant.model.open import open_models
from assistant.settings import ServerSettings, Settings


def own_gguf(path: Path, template: str = "<|im_start|>") -> Path:
    """A file that has a sound GGUF header and nothing else."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    key = "tokenizer.chat_template"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text(key) + struct.pack("<I", 8) + text(template))
    return path


def run(*arguments: str) -> str:
    """What the command prints; errors are raised."""
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    return result.output


def test_with_nothing_installed_there_is_a_reason_and_no_model(folder: Path) -> None:
    models = open_models(Settings())
    assert models.chat is None
    assert models.embedder is None
    assert "coach model pull qwen2.5-coder-1.5b-instruct-q4_k_m" in models.reason
    assert "coach model pull multilingual-e5-small-q4_0" in models.embedder_reason
    assert models.status().state == "not installed"
    models.preload()
    models.close()


def test_a_file_that_changed_is_not_opened(folder: Path) -> None:
    entry = catalogue().default("chat")
    entry.path(folder).write_bytes(b"GGUF")
    store.write_note(entry.path(folder), entry.sha256)
    models = open_models(Settings())
    assert models.chat is not None
    os.utime(entry.path(folder), (1, 1))
    assert "coach model verify" in open_models(Settings()).reason
    models.close()


def test_a_server_takes_the_place_of_the_chat_model(folder: Path) -> None:
    models = open_models(Settings(server=ServerSettings(url="http://127.0.0.1:1/v1", model="big")))
    assert models.chat is not None
    assert models.chat.name == "big"
    assert models.embedder is None
    models.close()


def test_a_server_that_is_set_wrongly_is_a_reason(folder: Path) -> None:
    models = open_models(Settings(server=ServerSettings(url="nowhere", model="big")))
    assert models.chat is None
    assert "not an http address" in models.reason
    assert models.status().reason == models.reason
    models.close()


def test_an_unknown_name_lists_the_known_ones(folder: Path) -> None:
    assert "choose one of" in open_models(Settings(model="gpt-9")).reason


def test_an_own_file_is_used_only_after_it_was_vouched_for(folder: Path, tmp_path: Path) -> None:
    path = own_gguf(tmp_path / "mine.gguf")
    assert "never been checked" in open_models(Settings(model=str(path))).reason
    printed = run("use", str(path))
    assert "chat format chatml" in printed
    assert settings.load().model == str(path)
    models = open_models(settings.load())
    assert models.chat is not None
    assert models.chat.name == "mine"
    models.close()
    own_gguf(path, "<|im_start|> and more")
    assert "has changed" in open_models(settings.load()).reason


def test_an_own_file_of_an_unknown_family_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not one the coach knows"):
        run("use", str(own_gguf(tmp_path / "odd.gguf", "{{ messages }}")))
    assert settings.load().model is None


def test_the_embedding_model_is_no_chat_model(folder: Path) -> None:
    with pytest.raises(CoachError, match="no chat model"):
        run("use", "multilingual-e5-small-q4_0")


def test_list_verify_and_remove(folder: Path) -> None:
    assert run("list").count("not installed") == 3
    assert run("verify").strip() == "No model is installed."
    entry = catalogue().default("embedding")
    entry.path(folder).write_bytes(b"GGUF")
    assert "not checked yet" in run("list")
    with pytest.raises(ModelError, match=entry.sha256):
        run("verify", entry.id)
    assert run("list").count("not installed") == 3
    assert "was not installed" in run("remove", entry.id)


def test_a_pull_from_a_file_names_one_model(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CoachError, match="--file needs the id"):
        run("pull", "--file", str(tmp_path / "x"))
    with pytest.raises(ModelError, match="no such file"):
        run("pull", "multilingual-e5-small-q4_0", "--file", str(tmp_path / "x"))
    (tmp_path / "x").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match="4 bytes"):
        run("pull", "multilingual-e5-small-q4_0", "--file", str(tmp_path / "x"))


def test_there_is_at_least_one_core_and_never_more_than_allowed() -> None:
    assert 1 <= opening.physical_cores() <= (os.cpu_count() or 1)
