"""What callers ask of a running host, all kinds mixed, so many requests a second however long each takes."""

import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from function_app.ids import new_id
from tests.bench.texts import corpus
from tests.chaos.load import alert

MIX = {
    "predict": 83,
    "batch": 5,
    "explain": 5,
    "feedback": 4,
    "retrain": 2,
    "alert": 1,
    "alerts": 1,
    "drift": 1,
    "health": 1,
    "model": 1,
    "openapi": 1,
    "bad": 2,
}
"""Weights of the kinds. `alert` reports one and `alerts` reads the last ones."""

CLIENTS = 8
A_CONNECTION = 50
"""Requests, after which a client takes another connection: what is leaked with each would add up."""

BATCH_TEXTS = 10
REMEMBERED = 1_000
"""Ids of the last predictions, of which feedback takes one."""

_PATIENCE = 60.0
_BAD_BODIES = (
    b"",
    b"{",
    b'{"text": 3}',
    b'{"text": "  "}',
    b'{"text": "a", "more": 1}',
    b'{"texts": []}',
    b'"' + b"a" * 5_000,
    b"\xff\xfe",
)


@dataclass(frozen=True)
class Asked:
    """One request of a kind, and the status that it must get."""

    kind: str
    method: str
    route: str
    body: bytes | None
    expected: int


@dataclass
class Answered:
    """What came back in a span of time: milliseconds by kind, statuses, and those that were not expected.

    Milliseconds count from when a request was due: what was sent late because others hung has waited too.
    """

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


class MixedLoad:
    """Asks from `clients` threads until it is stopped; whoever is free takes the next request."""

    def __init__(
        self, base: str, *, rate: float, clients: int = CLIENTS, mix: Mapping[str, int] = MIX
    ) -> None:
        self._address = urlsplit(base).netloc
        self._pause = 1 / rate
        self._mix = mix
        self._texts = corpus()
        self._known: deque[str] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()
        self._answered = Answered()
        self._stopping = threading.Event()
        self._numbers = itertools.count()
        self._start = time.monotonic()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def take(self) -> Answered:
        """What came back since the last time."""
        with self._lock:
            taken, self._answered = self._answered, Answered()
        return taken

    def stop(self) -> None:
        """Ends the clients when they have their answers."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=_PATIENCE)
        for asked_on_it in itertools.cycle(range(1, 2 * A_CONNECTION + 1)):
            number = next(self._numbers)
            due = self._start + number * self._pause
            if self._stopping.wait(max(0.0, due - time.monotonic())):
                break
            asked = self._next(number)
            due = min(due, time.monotonic())
            try:
                # Every other connection is left to the server to close.
                status, content = _ask(connection, asked, last=asked_on_it == A_CONNECTION)
            except (OSError, http.client.HTTPException) as error:
                status, content = type(error).__name__, b""
                connection.close()
            self._note(asked, status, 1000 * (time.monotonic() - due), content)
            if asked_on_it % A_CONNECTION == 0:
                connection.close()
                with suppress(OSError):  # the next request meets it too, and tells
                    connection.connect()  # at once, so that the host always holds as many
        connection.close()

    def _next(self, number: int) -> Asked:
        rng = random.Random(number)
        (kind,) = rng.choices(list(self._mix), list(self._mix.values()))
        if kind == "feedback" and not self._known:
            kind = "predict"
        match kind:
            case "openapi":
                return Asked(kind, "GET", "openapi.json", None, 200)
            case "alerts" | "drift" | "health" | "model":
                return Asked(kind, "GET", kind, None, 200)
            case "bad":
                return Asked(kind, "POST", "predict", rng.choice(_BAD_BODIES), 400)
            case _:
                route, body, expected = self._posted(kind, number, rng)
                return Asked(kind, "POST", route, json.dumps(body).encode(), expected)

    def _posted(self, kind: str, number: int, rng: random.Random) -> tuple[str, object, int]:
        """Route, body and expected status of what is right."""
        text = rng.choice(self._texts)
        match kind:
            case "predict":
                return "predict", {"text": text}, 200
            case "explain":
                return "predict", {"text": text, "explain": True}, 200
            case "batch":
                return "predict/batch", {"texts": rng.choices(self._texts, k=BATCH_TEXTS)}, 200
            case "feedback":
                said = {"prediction_id": rng.choice(list(self._known)), "correct": rng.random() < 0.8}
                return "feedback", said, 201
            case "retrain":
                return "retrain", {"text": text, "label": rng.choice(("positive", "negative"))}, 202
            case _:
                return "alerts", alert(str(number)), 201

    def _note(self, asked: Asked, status: int | str, milliseconds: float, content: bytes) -> None:
        with self._lock:
            self._answered.milliseconds.setdefault(asked.kind, []).append(milliseconds)
            self._answered.statuses[str(status)] += 1
            if status != asked.expected:
                self._answered.wrong[f"{asked.kind}: {status}"] += 1
            elif asked.kind == "predict":
                self._remember(content)

    def _remember(self, content: bytes) -> None:
        try:
            self._known.append(json.loads(content)["id"])
        except (ValueError, KeyError, TypeError):
            self._answered.wrong["predict: no id"] += 1


def _ask(connection: http.client.HTTPConnection, asked: Asked, *, last: bool) -> tuple[int, bytes]:
    """Status and content; behind the `last` on a connection the server shall close it."""
    headers = {"Content-Type": "application/json"} if asked.body is not None else {}
    if asked.kind in ("feedback", "retrain"):
        headers["Idempotency-Key"] = new_id()
    if last:
        headers["Connection"] = "close"
    connection.request(asked.method, f"/api/{asked.route}", asked.body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()
