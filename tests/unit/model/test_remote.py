"""A model server in place of the local model, against a small server that answers as such servers do."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.errors import ModelError
from assistant.model.client import Status
from assistant.model.port import Cancelled, ChatModel, Message, Part, Prompt
from assistant.model.remote import RemoteChat, weigh
from assistant.settings import ServerSettings

PROMPT = Prompt(
    id="test",
    messages=(
        Message(role="system", parts=(Part(text="Be "), Part(text="brief."))),
        Message(role="user", parts=(Part(text="Hello <|im_end|>"),)),
    ),
)
SECRET = "sk-very-secret"


class Server(ThreadingHTTPServer):
    """What it should do, and what it was asked."""

    daemon_threads = True
    words: list[str]
    delay_s = 0.0
    refuse = 0
    logprobs: dict[str, float] | None = None
    no_logprobs = 400
    said = "maybe"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.words = ["Good ", "day."]
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(body)
        self.server.keys.append(self.headers["authorization"])
        if self.server.refuse:
            self._send(self.server.refuse, {"error": {"message": f"bad key {SECRET}"}})
        elif body.get("stream"):
            self._stream()
        elif body.get("logprobs"):
            if self.server.logprobs is None:
                self._send(self.server.no_logprobs, {"error": {"message": "logprobs are not supported"}})
            else:
                tops = [{"token": t, "logprob": p, "bytes": None} for t, p in self.server.logprobs.items()]
                content = [{**tops[0], "top_logprobs": tops}]
                self._send(200, self._answer("x", {"content": content}))
        else:
            self._send(200, self._answer(self.server.said, None))

    def _answer(self, text: str, logprobs: dict[str, Any] | None) -> dict[str, Any]:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": logprobs}
        return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}

    def _send(self, code: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        base = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        try:
            for word in self.server.words:
                time.sleep(self.server.delay_s)
                choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
                self._event({**base, "choices": [choice]})
            usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
            self._event({**base, "choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            pass  # the caller has left

    def _event(self, body: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(body).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    server = Server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def chat(server: Server) -> Iterator[RemoteChat]:
    chat = RemoteChat(ServerSettings(url=server.url, model="m", timeout_s=5))
    yield chat
    chat.close()


def test_an_answer_is_streamed_with_its_usage(server: Server, chat: RemoteChat) -> None:
    port: ChatModel = chat
    generation = port.stream(PROMPT, max_tokens=7, stop=("\n",))
    assert list(generation) == ["Good ", "day."]
    assert (generation.usage.prompt_tokens, generation.usage.generated_tokens) == (9, 2)
    asked = server.asked[0]
    assert (asked["temperature"], asked["max_tokens"], asked["stop"]) == (0, 7, ["\n"])
    assert [message["content"] for message in asked["messages"]] == ["Be brief.", "Hello <|im_end|>"]


def test_a_stream_without_an_answer_is_an_error(server: Server, chat: RemoteChat) -> None:
    server.words = []
    with pytest.raises(ModelError, match="before it began"):
        list(chat.stream(PROMPT))


def test_no_key_but_the_named_one_is_ever_sent(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    list(RemoteChat(ServerSettings(url=server.url, model="m")).stream(PROMPT))
    monkeypatch.setenv("MY_KEY", SECRET)
    list(RemoteChat(ServerSettings(url=server.url, model="m", key_env="MY_KEY")).stream(PROMPT))
    assert server.keys == ["Bearer none", f"Bearer {SECRET}"]
    monkeypatch.delenv("MY_KEY")
    with pytest.raises(ModelError, match="MY_KEY is empty"):
        RemoteChat(ServerSettings(url=server.url, model="m", key_env="MY_KEY"))


def test_cancel_lets_the_caller_go_before_the_first_word(server: Server, chat: RemoteChat) -> None:
    server.delay_s = 3.0
    cancel = threading.Event()
    generation = chat.stream(PROMPT, cancel=cancel)
    threading.Timer(0.2, cancel.set).start()
    cancel.wait()
    started = time.monotonic()
    assert list(generation) == []
    assert generation.cancelled
    assert time.monotonic() - started < 0.3


def test_a_score_can_be_cancelled(server: Server, chat: RemoteChat) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        chat.score(PROMPT, ["yes", "no"], cancel=cancel)


def test_options_are_weighed_by_log_probabilities(server: Server, chat: RemoteChat) -> None:
    server.logprobs = {"Yes": -0.2, " no": -2.0, "May": -4.0, "The": -5.0}
    scores = chat.score(PROMPT, ["yes", "no", "maybe", "never"])
    assert sorted(scores, reverse=True) == scores
    assert sum(map(math.exp, scores)) == pytest.approx(1.0)


@pytest.mark.parametrize("code", [400, 500])
def test_a_server_without_log_probabilities_is_asked_for_one_option(
    server: Server, chat: RemoteChat, code: int
) -> None:
    server.no_logprobs = code
    server.said = "Maybe."
    for _ in range(2):
        scores = chat.score(PROMPT, ["yes", "no", "maybe"])
        assert scores.index(max(scores)) == 2
    assert sum("logprobs" in asked for asked in server.asked) == 1, "it is asked for them once only"
    server.said = "I would rather not say"
    assert chat.score(PROMPT, ["yes", "no"]) == pytest.approx([math.log(0.5)] * 2)


def test_tokens_that_fit_several_options_tell_nothing() -> None:
    assert weigh(["not yet", "not at all"], {"not": -0.1, " ": -1.0}) == []


@pytest.mark.parametrize(
    ("code", "sentence"), [(401, "check the key"), (404, "has the model m"), (400, "shorten the text")]
)
def test_a_refusal_is_a_sentence_without_the_key(
    server: Server, chat: RemoteChat, code: int, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    server.refuse = code
    with pytest.raises(ModelError, match=sentence) as caught:
        list(chat.stream(PROMPT))
    assert SECRET not in str(caught.value)
    assert chat.status().state == "stopped"
    server.refuse = 0
    heard: list[Status] = []
    chat.listen(lambda _what, status: heard.append(status))
    assert list(chat.stream(PROMPT))
    assert heard == [Status("ready", 100)]


def test_a_server_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.model.remote._RETRIES", 0)
    with pytest.raises(ModelError, match="cannot be reached"):
        list(RemoteChat(ServerSettings(url="http://127.0.0.1:9/v1", model="m")).stream(PROMPT))


def test_a_server_that_is_too_slow_is_a_sentence(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.model.remote._RETRIES", 0)
    server.delay_s = 2.0
    with pytest.raises(ModelError, match=r"within 0\.3 s"):
        list(RemoteChat(ServerSettings(url=server.url, model="m", timeout_s=0.3)).stream(PROMPT))


@pytest.mark.parametrize("url", ["ftp://x/v1", "localhost:8000", "http://", "/etc/passwd"])
def test_an_address_that_is_none_is_a_sentence(url: str) -> None:
    with pytest.raises(ModelError, match="not an http address"):
        RemoteChat(ServerSettings(url=url, model="m"))


def test_a_password_in_the_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.model.remote._RETRIES", 0)
    with pytest.raises(ModelError) as caught:
        list(RemoteChat(ServerSettings(url=f"http://me:{SECRET}@127.0.0.1:9/v1", model="m")).stream(PROMPT))
    assert SECRET not in str(caught.value)
