"""What callers ask of a running host, all kinds mixed, so many requests a second however long each takes."""

import http.client
import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from function_app.ids import new_id
from tests.bench.texts import corpus

MIX = {
    "predict": 83,
    "batch": 5,
    "explain": 5,
    "feedback": 4,
    "drift": 1,
    "health": 1,
    "model": 1,
    "bad": 2,
}
"""Weights of the kinds."""

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
    """What came back in a span of time: milliseconds by kind, statuses, and those that were not expected."""

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


class MixedLoad:
    """Asks from `clients` threads, each with one connection, until it is stopped."""

    def __init__(self, base: str, *, rate: float, clients: int = 4, mix: Mapping[str, int] = MIX) -> None:
        self._address = urlsplit(base).netloc
        self._mix = mix
        self._texts = corpus()
        self._known: deque[str] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()
        self._answered = Answered()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number, clients / rate, number / rate))
            for number in range(clients)
        ]
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

    def _run(self, number: int, pause: float, first: float) -> None:
        rng = random.Random(number)
        connection = http.client.HTTPConnection(self._address, timeout=_PATIENCE)
        due = time.monotonic() + first
        while not self._stopping.wait(max(0.0, due - time.monotonic())):
            due += pause
            asked = self._next(rng)
            started = time.perf_counter()
            try:
                status, content = _ask(connection, asked)
            except (OSError, http.client.HTTPException) as error:
                status, content = type(error).__name__, b""
                connection.close()
            self._note(asked, status, 1000 * (time.perf_counter() - started), content)
        connection.close()

    def _next(self, rng: random.Random) -> Asked:
        (kind,) = rng.choices(list(self._mix), list(self._mix.values()))
        if kind == "feedback" and not self._known:
            kind = "predict"
        match kind:
            case "predict" | "explain":
                text = rng.choice(self._texts)
                body = {"text": text} if kind == "predict" else {"text": text, "explain": True}
                return Asked(kind, "POST", "predict", json.dumps(body).encode(), 200)
            case "batch":
                texts = {"texts": rng.choices(self._texts, k=BATCH_TEXTS)}
                return Asked(kind, "POST", "predict/batch", json.dumps(texts).encode(), 200)
            case "feedback":
                said = {"prediction_id": rng.choice(list(self._known)), "correct": rng.random() < 0.8}
                return Asked(kind, "POST", "feedback", json.dumps(said).encode(), 201)
            case "bad":
                return Asked(kind, "POST", "predict", rng.choice(_BAD_BODIES), 400)
            case _:
                return Asked(kind, "GET", kind, None, 200)

    def _note(self, asked: Asked, status: int | str, milliseconds: float, content: bytes) -> None:
        with self._lock:
            self._answered.milliseconds.setdefault(asked.kind, []).append(milliseconds)
            self._answered.statuses[str(status)] += 1
            if status != asked.expected:
                self._answered.wrong[f"{asked.kind}: {status}"] += 1
            elif asked.kind == "predict":
                self._known.append(json.loads(content)["id"])


def _ask(connection: http.client.HTTPConnection, asked: Asked) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"} if asked.body is not None else {}
    if asked.kind == "feedback":
        headers["Idempotency-Key"] = new_id()
    connection.request(asked.method, f"/api/{asked.route}", asked.body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()
