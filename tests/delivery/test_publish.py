"""A package is sent as Flex Consumption takes it, and its deployment is followed to the end."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from delivery import publish as publishing
from delivery.__main__ import main
from delivery.errors import DeliveryError
from delivery.publish import Status, publish

CONTENT = b"PK what is in the zip"
RECEIVED, BUILDING = 1, 2


class Endpoint:
    """Takes one package and then answers each poll with the next of `polls`: a status, or an HTTP code."""

    def __init__(self, *polls: int | str, accept: int = 202) -> None:
        self.asked: list[tuple[str, str, str | None]] = []
        self.content = b""
        remaining = list(polls)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.content = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(accept, '"d-1"' if accept == 202 else "the zip is broken")

            def do_GET(self) -> None:
                step = remaining.pop(0) if len(remaining) > 1 else remaining[0]
                if isinstance(step, str):
                    self.answer(int(step), "away")
                else:
                    self.answer(200, json.dumps({"id": "d-1", "status": step}))

            def answer(self, code: int, body: str) -> None:
                outer.asked.append((self.command, self.path, self.headers["Authorization"]))
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def __enter__(self) -> "Endpoint":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(publishing, "LONGEST_WAIT_SECONDS", 0.02)


@pytest.fixture
def package(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "function-app.zip"
    path.write_bytes(CONTENT)
    return path


def send(package: Path, endpoint: Endpoint, seconds: float = 10) -> list[str]:
    said: list[str] = []
    publish(package, endpoint.address, "a-token", seconds=seconds, say=said.append)
    return said


def test_it_is_sent_without_a_build_and_followed_until_it_is_deployed(package: Path) -> None:
    with Endpoint(RECEIVED, BUILDING, "503", Status.SUCCESS) as endpoint:
        assert send(package, endpoint)[-1] == "deployed"
    assert endpoint.content == CONTENT
    method, path, authorization = endpoint.asked[0]
    assert (method, path.partition("&")[0]) == ("POST", "/api/publish?RemoteBuild=false")
    assert authorization == "Bearer a-token"
    assert [one[1] for one in endpoint.asked[1:]] == ["/api/deployments/d-1"] * 4


@pytest.mark.parametrize("status", [one for one in Status if one != Status.SUCCESS])
def test_a_deployment_that_ends_otherwise_is_a_failure(package: Path, status: Status) -> None:
    with Endpoint(BUILDING, status) as endpoint, pytest.raises(DeliveryError, match=status.name.lower()):
        send(package, endpoint)


def test_a_refused_package_says_why(package: Path) -> None:
    with (
        Endpoint(BUILDING, accept=400) as endpoint,
        pytest.raises(DeliveryError, match=r"HTTP 400\): the zip is broken"),
    ):
        send(package, endpoint)


def test_what_does_not_end_is_given_up(package: Path) -> None:
    with Endpoint(BUILDING) as endpoint, pytest.raises(DeliveryError, match=r"not ended after 0\.1 seconds"):
        send(package, endpoint, seconds=0.1)


def test_the_command_takes_a_token_from_the_environment_and_fails_with_one_line(
    package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUBLISH_TOKEN", "another-token")
    with Endpoint(Status.FAILED) as endpoint:
        assert main(["publish", "--package", str(package), "--endpoint", endpoint.address]) == 1
    assert endpoint.asked[0][2] == "Bearer another-token"
    assert capsys.readouterr().err == "error: the deployment d-1 ended as failed\n"


def test_without_azure_s_command_line_that_is_said(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["publish", "--package", str(package), "--app", "a", "--group", "g"]) == 1
    assert capsys.readouterr().err == "error: az (Azure CLI) is not installed\n"
