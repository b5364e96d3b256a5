"""Parts of the worker that need no model: order of work, saved states, formats, GGUF headers, messages."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.errors import ModelError
from assistant.model.gguf_header import read_metadata
from assistant.model.messages import Embed, Generate, Piece, Score, Warm, encode, read_reply, read_request
from assistant.model.port import Message, Part, Prompt
from assistant.model.templates import Control, template_of
from assistant.model.worker.schedule import Schedule
from assistant.model.worker.states import StateFiles

HELLO = Prompt(
    id="test",
    messages=(
        Message(role="system", parts=(Part(text="Be brief.", keep=True),)),
        Message(role="user", parts=(Part(text="Hello "), Part(text="<|im_end|>"))),
    ),
)


class TestMessages:
    def test_a_message_comes_back_from_its_line(self) -> None:
        request = Generate(id=1, prompt=HELLO, max_tokens=5, stop=("\n",))
        assert read_request(encode(request)) == request
        assert encode(request).count(b"\n") == 1

    def test_newlines_and_odd_characters_stay_on_one_line(self) -> None:
        piece = Piece(id=1, text="a\nb\r\u2028\x00\u20ac\U0001f600")
        assert encode(piece).count(b"\n") == 1
        assert read_reply(encode(piece)) == piece

    @pytest.mark.parametrize("line", [b"", b"{}", b'{"type":"piece"}', b'{"type":"done","id":1,"more":2}', b"\xff"])
    def test_anything_else_is_refused(self, line: bytes) -> None:
        with pytest.raises(ValidationError):
            read_reply(line)


class TestSchedule:
    def test_a_question_goes_before_indexing_and_indexing_before_warming(self) -> None:
        schedule = Schedule()
        schedule.add(Warm(id=1, prompt=HELLO))
        schedule.add(Embed(id=2, texts=("a",), kind="passage"))
        schedule.add(Score(id=3, prompt=HELLO, options=("a",)))
        schedule.add(Embed(id=4, texts=("a",), kind="query"))
        assert [schedule.take().job.id for _ in range(4)] == [3, 4, 2, 1]

    def test_a_question_stops_what_is_less_urgent_and_it_is_done_later(self) -> None:
        schedule = Schedule()
        schedule.add(Warm(id=1, prompt=HELLO))
        warming = schedule.take()
        schedule.add(Generate(id=2, prompt=HELLO, max_tokens=1))
        assert schedule.stop_now
        schedule.put_back(warming)
        assert schedule.take().job.id == 2
        assert not schedule.stop_now
        assert schedule.take().job.id == 1

    def test_a_question_does_not_stop_a_question(self) -> None:
        schedule = Schedule()
        schedule.add(Generate(id=1, prompt=HELLO, max_tokens=1))
        schedule.take()
        schedule.add(Score(id=2, prompt=HELLO, options=("a",)))
        assert not schedule.stop_now

    def test_cancelling_touches_only_the_named_one(self) -> None:
        schedule = Schedule()
        schedule.add(Generate(id=1, prompt=HELLO, max_tokens=1))
        schedule.add(Generate(id=2, prompt=HELLO, max_tokens=1))
        running = schedule.take()
        schedule.cancel(2)
        assert not schedule.stop_now
        assert not running.cancelled
        schedule.cancel(1)
        assert schedule.stop_now
        assert schedule.take().cancelled


class TestStates:
    def saved(self, states: StateFiles, tokens: list[int], data: bytes = b"state") -> None:
        states.save(tokens, lambda path: path.write_bytes(data) > 0)

    def read(self, states: StateFiles, tokens: list[int]) -> bytes | None:
        found: list[bytes] = []

        def take(path: Path) -> bool:
            found.append(path.read_bytes())
            return True

        return found[0] if states.load(tokens, take) else None

    def test_a_state_is_found_by_its_tokens_and_its_model(self, tmp_path: Path) -> None:
        states = StateFiles(tmp_path, 1000, "model", "1.0")
        self.saved(states, [1, 2, 3])
        assert self.read(states, [1, 2, 3]) == b"state"
        assert self.read(states, [1, 2]) is None
        assert self.read(StateFiles(tmp_path, 1000, "model", "1.1"), [1, 2, 3]) is None

    def test_a_damaged_file_is_deleted_and_never_read(self, tmp_path: Path) -> None:
        states = StateFiles(tmp_path, 1000, "model")
        self.saved(states, [1, 2, 3])
        (path,) = tmp_path.iterdir()
        path.write_bytes(b"sta\x00e")
        assert self.read(states, [1, 2, 3]) is None
        assert list(tmp_path.iterdir()) == []

    def test_a_file_that_the_model_refuses_is_deleted(self, tmp_path: Path) -> None:
        states = StateFiles(tmp_path, 1000, "model")
        self.saved(states, [1, 2, 3])
        assert not states.load([1, 2, 3], lambda _path: False)
        assert not states.has([1, 2, 3])

    def test_the_least_recently_used_goes_when_the_folder_is_full(self, tmp_path: Path) -> None:
        states = StateFiles(tmp_path, 250, "model")
        for number in range(2):
            self.saved(states, [number], bytes(100))
            (path,) = [path for path in tmp_path.iterdir() if path.stat().st_mtime > 1000]
            os.utime(path, (100 + number, 100 + number))
        assert self.read(states, [0])  # used: now the younger one
        self.saved(states, [2], bytes(100))
        assert [states.has([number]) for number in range(3)] == [True, False, True]

    def test_a_write_that_fails_leaves_nothing(self, tmp_path: Path) -> None:
        def full(path: Path) -> bool:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")

        states = StateFiles(tmp_path, 1000, "model")
        states.save([1], full)
        assert list(tmp_path.iterdir()) == []


class TestTemplates:
    @pytest.mark.parametrize(
        ("own", "family"),
        [
            ("{{'<|im_start|>' + role}}", "chatml"),
            ("<|start_header_id|>", "llama3"),
            ("<start_of_turn>", "gemma"),
            ("[INST]", "mistral"),
        ],
    )
    def test_the_family_is_told_from_signs_in_the_models_own_template(self, own: str, family: str) -> None:
        assert template_of({"tokenizer.chat_template": own}, "x.gguf").family == family

    def test_an_unknown_family_is_refused_in_a_sentence(self) -> None:
        with pytest.raises(ModelError, match=r"x\.gguf.*phi9.*not one the coach knows"):
            template_of({"general.architecture": "phi9", "tokenizer.chat_template": "<|x|>"}, "x.gguf")

    def test_only_the_format_itself_is_control_text(self) -> None:
        pieces = template_of({"general.architecture": "qwen2"}, "x").render(HELLO)
        assert [piece.text for piece in pieces if isinstance(piece, Control)] == [
            "<|im_start|>system\n",
            "<|im_end|>\n",
            "<|im_start|>user\n",
            "<|im_end|>\n",
            "<|im_start|>assistant\n",
        ]
        assert [piece.text for piece in pieces if isinstance(piece, Part)] == ["Be brief.", "Hello ", "<|im_end|>"]

    def test_where_there_is_no_system_role_its_text_leads_the_first_message(self) -> None:
        pieces = template_of({"general.architecture": "gemma2"}, "x").render(HELLO)
        text = "".join(piece.text for piece in pieces)
        assert text == ("<start_of_turn>user\nBe brief.\n\nHello <|im_end|><end_of_turn>\n<start_of_turn>model\n")

    def test_an_unfinished_answer_is_continued(self) -> None:
        begun = Message(role="assistant", parts=(Part(text="Category:"),))
        pieces = template_of({"general.architecture": "qwen2"}, "x").render(
            Prompt(id="test", messages=(*HELLO.messages, begun))
        )
        assert pieces[-1] == Part(text="Category:")


def header(*pairs: bytes, version: int = 3, tensors: int = 0, count: int | None = None) -> bytes:
    counted = len(pairs) if count is None else count
    return b"GGUF" + struct.pack("<IQQ", version, tensors, counted) + b"".join(pairs)


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


class TestHeader:
    def read(self, tmp_path: Path, data: bytes) -> dict[str, str]:
        (tmp_path / "x.gguf").write_bytes(data)
        return read_metadata(tmp_path / "x.gguf")

    def test_texts_are_found_behind_other_values(self, tmp_path: Path) -> None:
        words = struct.pack("<IIQ", 9, 8, 2) + string("a") + string("b")
        data = header(
            string("size") + struct.pack("<IQ", 10, 5),
            string("words") + words,
            string("general.architecture") + struct.pack("<I", 8) + string("qwen2"),
        )
        assert self.read(tmp_path, data) == {"general.architecture": "qwen2"}

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"GGML" + bytes(20),
            header(version=99),
            header(tensors=1 << 60),
            header(count=1 << 60),
            header(count=5),
            header(struct.pack("<Q", 1 << 62)),
            header(string("x") + struct.pack("<IIQ", 9, 8, 1 << 62)),
            header(string("x") + struct.pack("<IIQ", 9, 9, 1)),
            header(string("x") + struct.pack("<I", 77)),
            header(string("x") + struct.pack("<IIQ", 9, 10, 1 << 20)),
        ],
    )
    def test_a_header_that_lies_is_refused(self, tmp_path: Path, data: bytes) -> None:
        with pytest.raises(ModelError, match="no sound GGUF"):
            self.read(tmp_path, data)
