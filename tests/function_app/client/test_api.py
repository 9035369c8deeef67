"""How the client takes what servers and networks do: a real HTTP server that answers as it is told."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from function_app.client.api import Api, ClientError

ANSWER = {"predictions": [{"id": "1", "label": "positive"}], "model": "m"}
HANG_UP = (0, {}, b"")


def ok(content: object = ANSWER) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps(content).encode()


class Script(ThreadingHTTPServer):
    """Gives its answers in order, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Player)
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.asked: list[tuple[str, dict[str, str], Any]] = []


class Player(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Script

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), json.loads(body)))
        status, headers, content = self.server.answers.pop(0)
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def script() -> Iterator[Script]:
    server = Script()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def api(script: Script, notices: list[str]) -> Iterator[Api]:
    made = Api(f"http://127.0.0.1:{script.server_port}", key="k-1", patience=8, notice=notices.append)
    yield made
    made.close()


def test_the_key_is_sent_and_the_connection_kept(script: Script, api: Api) -> None:
    script.answers = [ok(), ok()]
    assert api.predict(["spät 😡"]) == ANSWER["predictions"]
    api.predict(["b"])
    (path, headers, body), _ = script.asked
    assert (path, headers["x-functions-key"], body) == ("/api/predict/batch", "k-1", {"texts": ["spät 😡"]})


def test_what_may_pass_is_tried_again_and_said_once(script: Script, api: Api, notices: list[str]) -> None:
    script.answers = [HANG_UP, (429, {"Retry-After": "1"}, b""), (503, {}, b"away"), HANG_UP, ok()]
    assert api.predict(["a"]) == ANSWER["predictions"]
    assert len(script.asked) == 5
    assert len(notices) == 1
    assert "no answer" in notices[0]


def test_a_pause_is_as_long_as_the_app_asks(script: Script, notices: list[str]) -> None:
    script.answers = [(503, {"Retry-After": "9"}, b"")]
    api = Api(f"http://127.0.0.1:{script.server_port}", key=None, patience=8, notice=notices.append)
    with pytest.raises(ClientError, match="HTTP 503; check --url"):
        api.predict(["a"])
    api.close()
    assert len(script.asked) == 1
    assert notices == []


def test_feedback_that_is_tried_again_keeps_its_idempotency_key(script: Script, api: Api) -> None:
    script.answers = [HANG_UP, ok({"feedback_id": "f"}), ok({"feedback_id": "g"})]
    api.feedback({"correct": True})
    api.feedback({"correct": True})
    first, again, other = [headers["Idempotency-Key"] for _, headers, _ in script.asked]
    assert first == again != other


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((401, {}, b""), "refuses the key; give one with --key or in TWEETS_KEY"),
        ((403, {}, b""), "refuses the key"),
        ((404, {}, b""), "answered HTTP 404 without JSON; check --url"),
        ((200, {}, b"<html>"), "answered HTTP 200 without JSON; check --url"),
        ((301, {"Location": "https://elsewhere/"}, b""), "moved to https://elsewhere/; give that address"),
        ((400, {}, b'{"detail": "texts: none"}'), r"refused \(HTTP 400\): texts: none"),
        ((500, {}, b'{"detail": "oh"}'), r"refused \(HTTP 500\): oh"),
        (ok({"predictions": []}), "answered 0 predictions to 1 texts"),
    ],
)
def test_what_will_not_pass_is_said_at_once(
    script: Script, api: Api, answer: tuple[int, dict[str, str], bytes], reason: str
) -> None:
    script.answers = [answer]
    with pytest.raises(ClientError, match=reason):
        api.predict(["a"])
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("url", "path"), [("", "/api"), ("/", "/api"), ("/api", "/api"), ("/tweets/", "/tweets/api")]
)
def test_an_address_may_have_a_path(script: Script, url: str, path: str) -> None:
    script.answers = [ok()]
    api = Api(f"127.0.0.1:{script.server_port}{url}", key=None, patience=5, notice=print)
    api.predict(["a"])
    api.close()
    assert script.asked[0][0] == f"{path}/predict/batch"


@pytest.mark.parametrize(
    ("url", "key"), [("ftp://x", None), ("http://", None), ("http://x:y", None), ("http://x", "ä")]
)
def test_an_address_or_key_that_cannot_be_is_refused(url: str, key: str | None) -> None:
    with pytest.raises(ClientError, match=r"^--(url|key) must "):
        Api(url, key=key, patience=1, notice=print)
