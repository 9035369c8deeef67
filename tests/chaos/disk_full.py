"""A full disk: writes are refused clearly, predictions go on, and all is well when there is space again.

Where a file system may be mounted (Linux, as root) it is a small one that is really full. Elsewhere the
process is forbidden to write to files, which SQLite meets at the same place.
"""

import os
import resource
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import requests

from tests.chaos.kept import kept_in_file
from tests.chaos.load import grows_by, load_on
from tests.chaos.record import AWAY, Record
from tests.chaos.trial import Trial
from tests.function_app.running import RunningHost
from tests.function_app.waiting import wait_until

DISK_MIB = 16
REFUSED = 20
"""Writes that are refused before there is space again, at least."""

TRIES = 10
ENOUGH = 12
_BLOCK = 4096
_LOOK_SECONDS = 0.005


class Disk(Protocol):
    """Where the store lies; `kind` says what it is."""

    kind: str
    folder: Path

    def fill(self, host: RunningHost) -> None:
        """Leaves no space."""

    def free(self, host: RunningHost) -> None:
        """Gives the space back."""


class SmallDisk:
    """A file system of its own in memory, filled to the last block, and again when SQLite gives some back."""

    kind = "a file system of its own"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def fill(self, host: RunningHost) -> None:
        self._over.clear()
        self._thread = threading.Thread(target=self._keep_full, daemon=True)
        self._thread.start()

    def free(self, host: RunningHost) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        self._filler.unlink()

    def _keep_full(self) -> None:
        with self._filler.open("wb", buffering=0) as filler:
            while not self._over.is_set():
                try:
                    filler.write(b"x" * _BLOCK)
                except OSError:
                    self._over.wait(_LOOK_SECONDS)


class LimitedProcess:
    """No mount: the host may not write to any file."""

    kind = "files that must not be written"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, host: RunningHost) -> None:
        _limit(host, 0)

    def free(self, host: RunningHost) -> None:
        _limit(host, resource.RLIM_INFINITY)


def run(trial: Trial, *, mount: bool = True) -> Record:
    """Fills and frees the disk under load, again and again; `mount` false: without a file system."""
    record = Record(fault="Disk full", done="filled and freed while 4 callers write", bound=5.0, allowed=AWAY)
    with _disk(trial.folder, mount=mount) as disk:
        store = disk.folder / "store.sqlite3"
        host = trial.host(STORE_PATH=str(store))
        with load_on([host.base]) as load:
            for _ in range(trial.often(6, 1)):
                wait_until(grows_by(ENOUGH, load.acknowledged), seconds=60)
                disk.fill(host)
                wait_until(grows_by(REFUSED, lambda: load.answered()["503"]), seconds=60)
                _look(record, host)
                disk.free(host)
                wait_until(grows_by(ENOUGH, load.acknowledged), seconds=60)
                record.times += 1
        promises = load.promises()
        record.demand(host.get("health").json()["predictions"]["dropped"] == 0, "predictions were dropped")
        record.demand(host.stop() == 0, "the host did not end by itself")
        kept = kept_in_file(store)
        promises.judge(record, kept)
        unwritten = promises.predictions - set(kept.predictions)
        record.demand(not unwritten, "predictions are missing after there was space again")
        record.notes.append(
            f"{disk.kind}; no prediction was dropped, and all were recorded when there was space again"
        )
    return record


def _look(record: Record, host: RunningHost) -> None:
    """What callers see meanwhile. Now and then SQLite finds a block, so a write may get through."""
    made = host.post("predict", json={"text": "love"})
    record.demand(made.status_code == 200, "predictions did not go on while the disk was full")
    refused = _until_503(lambda: host.post("retrain", json={"text": "late", "label": "negative"}))
    record.demand(
        refused.headers.get("Retry-After") and refused.headers["Content-Type"] == "application/problem+json",
        "a refused write does not say when to come again",
    )
    health = _until_503(lambda: host.get("health")).json()
    record.demand(
        "store" in health and not health["store"]["reachable"],
        "health does not tell that the store cannot be written",
    )


def _until_503(ask: Callable[[], requests.Response]) -> requests.Response:
    """The first refusal of some tries, or the last answer."""
    answer = ask()
    for _ in range(TRIES):
        if answer.status_code == 503:
            break
        answer = ask()
    return answer


@contextmanager
def _disk(folder: Path, *, mount: bool) -> Iterator[Disk]:
    place = folder / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(place)]
    if not mount or os.geteuid() != 0 or _quiet("mount", *options) != 0:
        yield LimitedProcess(place)
        return
    try:
        yield SmallDisk(place)
    finally:
        _quiet("umount", "--lazy", str(place))


def _quiet(*command: str) -> int:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode
    except OSError:
        return 1


def _limit(host: RunningHost, longest: int) -> None:
    _, hard = resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, (longest, hard))
