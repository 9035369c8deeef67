"""The local host as a process of its own, as `make start` runs it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Protocol

import requests

ROOT = Path(__file__).parents[2]
START_SECONDS = 30
STOP_SECONDS = 20
AT_NEW_YEAR = "0 0 0 1 1 *"
"""The schedule of drift checks, so that a test that runs over the full hour sees only those it asks for."""


class HostStarter(Protocol):
    """Starts hosts that are ended with the test."""

    def __call__(self, root: Path = ..., **environment: str) -> "RunningHost":
        """A running host."""


class RunningHost:
    """Starts the host on a free port and knows its address and what it wrote."""

    def __init__(self, root: Path = ROOT, **environment: str) -> None:
        self.lines: list[str] = []
        self._listening = threading.Event()
        self.process = start_process(root, **environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._listening.wait(START_SECONDS) or not self.lines[-1:]:
            self.kill()
            raise AssertionError("the host did not start: " + "".join(self.lines))
        (line,) = [line for line in self.lines if line.startswith("Listening on ")]
        self.base = line.split()[2]
        self.session = requests.Session()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self.lines.append(line)
                if line.startswith("Listening on "):
                    self._listening.set()
        self._listening.set()

    def post(self, route: str, **kwargs: object) -> requests.Response:
        """POST to a function."""
        return self.session.post(f"{self.base}/api/{route}", timeout=30, **kwargs)

    def get(self, route: str, **kwargs: object) -> requests.Response:
        """GET from a function."""
        return self.session.get(f"{self.base}/api/{route}", timeout=30, **kwargs)

    def stop(self) -> int:
        """Ends the host as a service manager does; its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """Ends the host without letting it do anything more."""
        return self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(STOP_SECONDS)
        self._reader.join(STOP_SECONDS)
        if hasattr(self, "session"):
            self.session.close()
        return code


def start_process(root: Path, **environment: str) -> subprocess.Popen[str]:
    """Starts the host of the app in `root` with these variables set; it writes to one stream."""
    return subprocess.Popen(
        [sys.executable, "-m", "function_app.localhost"],
        cwd=root,
        env={**os.environ, "PORT": "0", "DRIFT_SCHEDULE": AT_NEW_YEAR, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run_until_it_ends(root: Path = ROOT, **environment: str) -> tuple[int, str]:
    """Runs a host that cannot start; its exit code and what it wrote."""
    process = start_process(root, **environment)
    output, _ = process.communicate(timeout=START_SECONDS)
    return process.returncode, output
