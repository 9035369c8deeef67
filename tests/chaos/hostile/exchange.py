"""Sends an attack over a socket of its own and reads what comes back, byte by byte where it must."""

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.chaos.hostile.attack import Attack

PROBLEM = "application/problem+json"
_MOST_READ = 65_536


@dataclass(frozen=True)
class Answer:
    """A response; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def problem(self) -> bool:
        """Whether it is one of RFC 9457 that says its own status."""
        try:
            said = json.loads(self.body)
            return (
                self.headers["content-type"] == PROBLEM
                and said["status"] == self.status
                and bool(said["detail"] and said["title"] and said["type"])
            )
        except (ValueError, KeyError, TypeError):
            return False


@dataclass
class Outcome:
    """What came back. `seconds`: from the last byte sent to the end. `hung`: the bound ran out."""

    answers: list[Answer] = field(default_factory=list)
    seconds: float = 0.0
    hung: bool = False


def exchange(address: tuple[str, int], attack: Attack, seconds: float) -> Outcome:
    """Sends the attack and reads until all answers are there or the connection ends, `seconds` at most."""
    outcome = Outcome()
    started = time.monotonic()
    try:
        with socket.create_connection(address, timeout=seconds) as connection:
            _send(connection, attack)
            started = time.monotonic()
            _read(connection, attack, outcome, started + seconds)
    except TimeoutError:
        outcome.hung = True
    except ConnectionError:
        pass  # closed; whether it should have been is for others to say
    outcome.seconds = time.monotonic() - started
    return outcome


def faults(attack: Attack, outcome: Outcome) -> list[str]:
    """What is wrong with what came back."""
    found = []
    if outcome.hung:
        found.append("hung")
    elif attack.whole and len(outcome.answers) < attack.answers:
        found.append("no answer")
    for answer in outcome.answers:
        refused = 400 <= answer.status < 500 or (attack.not_implemented and answer.status == 501)
        if not refused and not 200 <= answer.status < 300:
            found.append(f"answered {answer.status}")
        elif refused and not attack.bodiless and not answer.problem():
            found.append(f"a {answer.status} that is no problem document")
    return found


def _send(connection: socket.socket, attack: Attack) -> None:
    try:
        for piece in attack.pieces:
            connection.sendall(piece)
            if attack.pause:
                time.sleep(attack.pause)
        if attack.ends:
            connection.shutdown(socket.SHUT_WR)
    except (ConnectionError, OSError) as error:
        if isinstance(error, TimeoutError):
            raise
        # It hung up on us; its answer may be there nevertheless.


def _read(connection: socket.socket, attack: Attack, outcome: Outcome, give_up: float) -> None:
    buffer = b""
    while len(outcome.answers) < attack.answers:
        answer, buffer = _next(buffer, bodiless=attack.bodiless)
        if answer is not None:
            if answer.status != 100:
                outcome.answers.append(answer)
            continue
        left = give_up - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        more = connection.recv(_MOST_READ)
        if not more:
            return
        buffer += more


def _next(buffer: bytes, *, bodiless: bool) -> tuple[Answer | None, bytes]:
    """The first answer in the buffer, if it is whole, and what is behind it. All have a Content-Length."""
    head, found, rest = buffer.partition(b"\r\n\r\n")
    if not found:
        return None, buffer
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    status = int(first.split()[1])
    length = 0 if bodiless or status == 100 else int(headers.get("content-length", "0"))
    if len(rest) < length:
        return None, buffer
    return Answer(status, headers, rest[:length]), rest[length:]
