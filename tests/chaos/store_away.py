"""The store away and back: its folder gone, its file locked by another writer, its server down."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from function_app.store.sqlite_file import BUSY_SECONDS
from tests.azurite import Azurite, why_not
from tests.chaos.kept import kept_in, kept_in_file
from tests.chaos.load import Load, grows_by, load_on
from tests.chaos.record import AWAY, Record
from tests.chaos.trial import Trial
from tests.function_app.places import tables_place
from tests.function_app.running import RunningHost
from tests.function_app.waiting import wait_until

ENOUGH = 12
REFUSED = 12

CROWD = 24
"""Callers, three for each thread of the host: threads that wait for the store are missed by predictions."""

PREDICT_SECONDS = 1.5 * BUSY_SECONDS
"""How long a prediction may wait for a thread, of which each waits for the lock once and then in brief."""


def folder_gone(trial: Trial) -> Record:
    """The folder of the SQLite file cannot be reached for a while, as with a share that is not mounted."""
    record = Record(fault="Store gone", done="its folder away and back under load", bound=5.0, allowed=AWAY)
    place = Folder(trial.folder)
    host = trial.host(STORE_PATH=str(place.path / "store.sqlite3"))
    with load_on([host.base]) as load:
        for _ in range(trial.often(10, 1)):
            _away_and_back(record, host, load, place.take_away, place.bring_back)
    _end(record, host, load)
    load.promises().judge(record, kept_in_file(place.path / "store.sqlite3"))
    record.notes.append("a file that is deleted is another matter: it takes its records with it")
    return record


def locked(trial: Trial) -> Record:
    """Another program holds the SQLite file's write lock for seconds, longer than the app waits for it."""
    record = Record(
        fault="Store locked",
        done=f"by another writer for seconds, beside {CROWD} callers",
        bound=3 * BUSY_SECONDS,
        allowed=AWAY,
    )
    host = trial.host()
    seconds = 1.2 * BUSY_SECONDS if trial.quick else 4 * BUSY_SECONDS
    with load_on([host.base], callers=CROWD) as load:
        for _ in range(trial.often(4, 1)):
            wait_until(grows_by(ENOUGH, load.acknowledged), seconds=60)
            with _lock(trial.store):
                time.sleep(seconds)
            wait_until(grows_by(ENOUGH, load.acknowledged), seconds=60)
            record.times += 1
    _end(record, host, load)
    promises = load.promises()
    promises.judge(record, kept_in_file(trial.store))
    record.demand(promises.answers["503"], "no write was refused, so the lock held nobody up")
    record.demand(
        promises.longest_predict <= PREDICT_SECONDS, "predictions waited for a store that they do not need"
    )
    record.notes.append(f"predictions waited {promises.longest_predict:.1f} s at most")
    return record


def server_down(trial: Trial) -> Record:
    """The storage account does not answer for a while."""
    record = Record(
        fault="Tables down", done="Azurite stopped and started under load", bound=10.0, allowed=AWAY
    )
    reason = why_not()
    if reason is not None:
        record.skipped = reason
        return record
    azurite = Azurite(trial.folder / "azurite")
    try:
        place = tables_place(azurite)
        host = trial.host(**place.settings())
        with load_on([host.base]) as load:
            for _ in range(trial.often(3, 1)):
                _away_and_back(record, host, load, azurite.stop, azurite.start)
        _end(record, host, load)
        store = place.open()
        load.promises().judge(record, kept_in(store))
        store.close()
    finally:
        azurite.stop()
    return record


class Folder:
    """A folder behind a link, so that it goes and comes in one step and nobody can make another one there."""

    def __init__(self, beside: Path) -> None:
        self.path = beside / "place"
        self._real = beside / "real"
        self._nowhere = beside / "file"
        self._real.mkdir()
        self._nowhere.write_text("not a folder")
        self.bring_back()

    def take_away(self) -> None:
        """The path leads to something that is no folder."""
        self._lead_to(self._nowhere)

    def bring_back(self) -> None:
        """The path leads to the folder again."""
        self._lead_to(self._real)

    def _lead_to(self, place: Path) -> None:
        link = self.path.with_name("next")
        link.symlink_to(place)
        os.replace(link, self.path)  # noqa: PTH105 - Path.replace would say the same


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    other = sqlite3.connect(path, isolation_level=None, timeout=30)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


def _away_and_back(
    record: Record,
    host: RunningHost,
    load: Load,
    take_away: Callable[[], object],
    bring_back: Callable[[], object],
) -> None:
    """Once, under load: records come in, then they are refused, then they come in again."""
    wait_until(grows_by(ENOUGH, load.acknowledged), seconds=60)
    take_away()
    wait_until(grows_by(REFUSED, lambda: load.answered()["503"]), seconds=60)
    _look(record, host)
    bring_back()
    wait_until(grows_by(ENOUGH, load.acknowledged), seconds=60)
    record.times += 1


def _look(record: Record, host: RunningHost) -> None:
    """What callers see meanwhile."""
    made = host.post("predict", json={"text": "love"})
    record.demand(made.status_code == 200, "predictions did not go on without the store")
    health = host.get("health")
    record.demand(
        health.status_code == 503 and not health.json()["store"]["reachable"],
        "health does not tell that the store is away",
    )


def _end(record: Record, host: RunningHost, load: Load) -> None:
    """The host is well again and ends by itself; what was predicted meanwhile is recorded by then."""
    health = host.get("health")
    record.demand(health.status_code == 200, "the host is not healthy with the store back")
    record.demand(health.json()["predictions"]["dropped"] == 0, "predictions were dropped")
    record.demand(host.stop() == 0, "the host did not end by itself")
