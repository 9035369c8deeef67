"""Clients that take their time: hundreds whose requests come a byte now and then."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from tests.chaos.hostile.attack import JSON, as_json, request
from tests.chaos.kept import kept_in_file
from tests.chaos.load import load_on
from tests.chaos.record import Record
from tests.chaos.trial import Trial
from tests.function_app.waiting import wait_until

FULL, QUICK = 300, 120
"""Slow clients at once: more than many servers let connect."""

BYTE_SECONDS = 0.5
ENOUGH = 40
_BODY = as_json({"text": "slow"})


def run(trial: Trial) -> Record:
    """Ordinary callers beside them are answered as ever; whoever has sent all at last is answered too."""
    count = trial.often(FULL, QUICK)
    record = Record(
        fault="Slow clients", done=f"{count} at once, beside 4 ordinary callers", times=count, bound=2.0
    )
    host = trial.host()
    address = urlsplit(host.base)
    with slow_clients((str(address.hostname), int(address.port or 80)), count) as clients:
        time.sleep(2 * BYTE_SECONDS)
        with load_on([host.base]) as load:
            wait_until(lambda: load.acknowledged() >= trial.often(10 * ENOUGH, ENOUGH), seconds=60)
        statuses = [_finish(client) for client in clients]
    for status in statuses:
        record.answers[status] += 1
    record.demand(statuses.count("200") == count, "a slow client that sent all at last was not answered 200")
    record.demand(host.stop() == 0, "the host did not end by itself")
    promises = load.promises()
    promises.judge(record, kept_in_file(trial.store))
    return record


@contextmanager
def slow_clients(address: tuple[str, int], count: int) -> Iterator[list["SlowClient"]]:
    """Connected clients, each of which has sent the half of a request and goes on, a byte at a time."""
    with ExitStack() as stack:
        clients = [stack.enter_context(SlowClient(address)) for _ in range(count)]
        over = threading.Event()
        sender = threading.Thread(target=_drip, args=(clients, over), daemon=True)
        sender.start()
        yield clients
        over.set()


class SlowClient:
    """A connection on which a request comes bit by bit."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.lock = threading.Lock()
        self.socket = socket.create_connection(address, timeout=10)
        raw = request("/api/predict", _BODY, JSON)
        self.socket.sendall(raw[: len(raw) // 2])
        self.rest = raw[len(raw) // 2 :]

    def __enter__(self) -> "SlowClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, count: int) -> None:
        """Sends some more bytes, but keeps the last for the end."""
        with self.lock:
            now, self.rest = self.rest[:count], self.rest[count:]
            self.socket.sendall(now)


def _drip(clients: list[SlowClient], over: threading.Event) -> None:
    while not over.wait(BYTE_SECONDS):
        for client in clients:
            if len(client.rest) > 1:
                client.send(1)


def _finish(client: SlowClient) -> str:
    """Sends what is left; the answer's status."""
    try:
        client.send(len(client.rest))
        return client.socket.recv(4_096).split()[1].decode()
    except (OSError, IndexError):
        return "none"
