"""Application Insights' ingestion endpoint on loopback: takes envelopes, or fails to as the real one does."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INSTRUMENTATION_KEY = "0a1b2c3d-0000-4000-8000-0123456789ab"


@dataclass(frozen=True)
class SentEvent:
    """A custom event as it arrived: its envelope, and the parts of it that queries see."""

    envelope: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.envelope["data"]["baseData"]["name"]

    @property
    def time(self) -> str:
        return self.envelope["time"]

    @property
    def dimensions(self) -> dict[str, str]:
        return self.envelope["data"]["baseData"]["properties"]

    @property
    def tags(self) -> dict[str, str]:
        return self.envelope["tags"]


@dataclass
class Behaviour:
    """How the next requests are answered.

    `status`: of the whole request. `refused`: statuses of single events, by their names; the answer is then
    206, Partial Content. While it `hangs`, requests are read and get no answer until they are let go.
    """

    status: int = 200
    refused: Mapping[str, int] = field(default_factory=dict)
    hangs: bool = False


class Ingestion(ThreadingHTTPServer):
    """Use it as a context manager. `port`: where it listens; 0 takes any free one."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.behaviour = Behaviour()
        self.let_go = threading.Event()
        self.attempts = 0
        self._events: list[SentEvent] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def connection_string(self) -> str:
        """As the portal shows it, slash at the end included."""
        return (
            f"InstrumentationKey={INSTRUMENTATION_KEY};IngestionEndpoint=http://127.0.0.1:{self.server_port}/"
        )

    def events(self, name: str | None = None) -> list[SentEvent]:
        """The events that were taken, in the order in which they arrived; all, or those of a name."""
        with self._lock:
            return [event for event in self._events if name in (None, event.name)]

    def behave(self, **how: Any) -> None:
        """Answers from now on like this; what hangs is let go."""
        self.let_go.set()
        self.let_go = threading.Event()
        self.behaviour = Behaviour(**how)

    def take(self, envelopes: list[Any], headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Keeps what is to be kept of a request; the status and the body of the answer."""
        behaviour = self.behaviour
        faults = {place: (400, fault) for place, one in enumerate(envelopes) if (fault := _fault(one))}
        for place, one in enumerate(envelopes):
            if place not in faults and (status := behaviour.refused.get(one["data"]["baseData"]["name"])):
                faults[place] = (status, "refused")
        taken = [one for place, one in enumerate(envelopes) if place not in faults]
        if behaviour.status != 200:
            return behaviour.status, {"message": "as it was told to"}
        with self._lock:
            self._events.extend(SentEvent(one, headers) for one in taken)
        status = 200 if not faults else 206 if taken or behaviour.refused else 400
        return status, {
            "itemsReceived": len(envelopes),
            "itemsAccepted": len(taken),
            "errors": [
                {"index": place, "statusCode": code, "message": text}
                for place, (code, text) in faults.items()
            ],
        }

    def __enter__(self) -> "Ingestion":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Ingestion

    def do_POST(self) -> None:
        self.server.attempts += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.behaviour.hangs:
            self.server.let_go.wait()
            self.close_connection = True
            return
        if self.path != "/v2.1/track":
            self._answer(404, {})
        else:
            self._answer(*self.server.take(json.loads(body), dict(self.headers)))

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


def _fault(envelope: Any) -> str | None:
    """What is wrong with an envelope of a custom event."""
    try:
        data = envelope["data"]["baseData"]
        right = (
            envelope["iKey"] == INSTRUMENTATION_KEY
            and envelope["data"]["baseType"] == "EventData"
            and envelope["name"] == "Microsoft.ApplicationInsights.Event"
            and envelope["time"].endswith("Z")
            and 0 < len(data["name"]) <= 512
            and all(isinstance(value, str) and len(value) <= 8_192 for value in data["properties"].values())
            and all(isinstance(value, str) for value in envelope["tags"].values())
        )
    except (KeyError, TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"
    return None if right else "not an event of this resource"
