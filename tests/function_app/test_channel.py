"""What the local host says to those who do not speak HTTP, or too much of it, and to slow ones."""

import socket

import pytest

from tests.chaos.hostile.attack import Attack, request
from tests.chaos.hostile.exchange import exchange
from tests.function_app.running import RunningHost


def address(host: RunningHost) -> tuple[str, int]:
    name, _, port = host.base.rpartition("//")[2].partition(":")
    return name, int(port)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"no HTTP at all\r\n\r\n", 400),
        (request(headers={"Content-Length": "-1"}, body=b""), 400),
        (request(headers={"Content-Length": "200000000"}, body=b""), 413),
        (request(headers={"X": "v" * 300_000}), 431),
        (request(headers={"Transfer-Encoding": "gzip"}, body=b""), 501),
    ],
)
def test_what_is_no_http_gets_a_problem_that_quotes_nothing(
    host: RunningHost, raw: bytes, status: int
) -> None:
    sent = Attack(kind="raw", pieces=(raw,))
    (answer,) = exchange(address(host), sent, 10).answers
    assert (answer.status, answer.problem(), answer.headers["connection"]) == (status, True, "close")
    assert b"HTTP at all" not in answer.body


def test_many_slow_clients_leave_room_for_others(host: RunningHost) -> None:
    slow = [socket.create_connection(address(host)) for _ in range(150)]
    try:
        for one in slow:
            one.sendall(b"POST /api/predict HTTP/1.1\r\n")
        assert host.post("predict", json={"text": "love"}).status_code == 200
    finally:
        for one in slow:
            one.close()


@pytest.mark.parametrize("route", ["docs", "ui", "openapi.json"])
@pytest.mark.parametrize("name", ["[::1", "[", "a]b"])
def test_a_host_header_that_names_no_host_is_refused(host: RunningHost, route: str, name: str) -> None:
    sent = Attack(kind="host", pieces=(request(f"/api/{route}", method="GET", host=name),))
    (answer,) = exchange(address(host), sent, 10).answers
    assert (answer.status, answer.problem()) == (400, True)
    assert b"Host: " in answer.body
