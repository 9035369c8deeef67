"""A server as a process of its own: started, waited for, watched, ended."""

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.cores import measured_core, on, other_cores
from tests.bench.processes import end, family, resume
from tests.bench.servers import Server, environment_of
from tests.bench.texts import ROOT

START_SECONDS = 120.0
STOP_SECONDS = 15.0
ASKED_EVERY = 0.005
"""Seconds between two tries to reach a server that starts."""


class ServerError(Exception):
    """A server did not start or answered wrongly; the message says which one and what it said."""


class Running:
    """A started server. `first_answer` is in seconds from the start of its process."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.port, *others = free_ports(3)
        self._log = folder / "log"
        values = {
            "port": str(self.port),
            "port2": str(others[0]),
            "port3": str(others[1]),
            "folder": str(folder),
        }
        with on(measured_core()), self._log.open("wb") as log:
            started = time.perf_counter()
            self.process = subprocess.Popen(
                [part.format(**values) for part in server.command],
                cwd=ROOT,
                env=environment_of(server, **values),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            with on(other_cores()):
                self._await_answer(started + START_SECONDS)
        except ServerError:
            self.stop()
            raise
        self.first_answer = time.perf_counter() - started

    def ask(self, text: str) -> Any:
        """The answer to one text.

        Raises `ServerError` for anything but a 200, `OSError` when nobody listens.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            connection.request(
                "POST", self.server.path, self.server.body(text), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise ServerError(f"{self.server.name} answered {response.status}: {content[:200]!r}")
        return json.loads(content)

    def probability(self, text: str) -> float:
        """P(positive) as the server says it, whatever form its answer has."""
        answer = self.ask(text)
        if isinstance(answer, list):
            (answer,) = answer
        if "outputs" in answer:
            return float(next(one["data"][0] for one in answer["outputs"] if one["name"] == "probability"))
        return float(
            answer["probability"] if "probability" in answer else answer["probabilities"]["positive"]
        )

    def stop(self) -> None:
        """End the server with all its processes."""
        pids = family(self.process.pid)
        resume(self.process.pid)
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        end(pids[1:])

    def _await_answer(self, give_up: float) -> None:
        while time.perf_counter() < give_up:
            if self.process.poll() is not None:
                raise ServerError(f"{self.server.name} ended at its start: {self._tail()}")
            try:
                self.ask("the crew was lovely")
            except (OSError, http.client.HTTPException, ServerError):  # some listen before they are ready
                time.sleep(ASKED_EVERY)
            else:
                return
        raise ServerError(f"{self.server.name} did not answer in {START_SECONDS:g} s: {self._tail()}")

    def _tail(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-1_000:].strip()


@contextmanager
def running(server: Server) -> Iterator[Running]:
    """The server, ended afterwards. Raises `ServerError` when it does not start."""
    with TemporaryDirectory() as folder:
        started = Running(server, Path(folder))
        try:
            yield started
        finally:
            started.stop()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
