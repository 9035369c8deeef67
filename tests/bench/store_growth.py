"""The store's operations, timed on stores of different sizes."""

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from function_app.drift.monitor import rule_of
from function_app.service import Service
from function_app.settings import Settings
from function_app.store import DriftReport, Store
from function_app.store.table_log import SETTLE_SECONDS
from tests.azurite import Azurite
from tests.bench.filling import (
    DAYS,
    Contents,
    UnsafeStore,
    a_report,
    add_predictions,
    add_what_came_with_them,
    contents,
)
from tests.bench.operations import OPERATIONS, Instance, Operation
from tests.bench.table_traffic import counted

Costs = dict[Operation, dict[int, list[float]]]
"""Of each operation, by the number of predictions, one for each round."""


def no_costs() -> Costs:
    """Nothing measured yet."""
    return {operation: {} for operation in OPERATIONS}


@dataclass
class Taken:
    """Milliseconds of each operation by the number of predictions, one for each round: the median there.

    `requests` and `kilobytes` are what one time of it exchanges with the tables.
    """

    milliseconds: Costs = field(default_factory=no_costs)
    requests: Costs = field(default_factory=no_costs)
    kilobytes: Costs = field(default_factory=no_costs)
    bytes_a_prediction: dict[int, float] = field(default_factory=dict)

    def add(self, instance: Instance, operation: Operation) -> None:
        """Times an operation."""
        size = instance.held.rows
        with counted() as traffic:
            taken = sorted(1000 * operation.run(instance) for _ in range(operation.times))
        self.milliseconds[operation].setdefault(size, []).append(taken[len(taken) // 2])
        self.requests[operation].setdefault(size, []).append(traffic.requests / operation.times)
        self.kilobytes[operation].setdefault(size, []).append(traffic.bytes / 1000 / operation.times)


def in_sqlite(sizes: Sequence[int], rounds: int) -> Taken:
    """Each round has fresh copies of the same files."""
    taken = Taken()
    with TemporaryDirectory() as folder, _service(STORE_PATH=f"{folder}/store.sqlite3") as service:
        path = Path(folder)
        report = _report(service)
        filled = {}
        for size in sizes:
            sys.stderr.write(f"growth: filling a file with {size:,} predictions\n")
            held = filled[size] = contents(size, report.model)
            taken.bytes_a_prediction[size] = _fill(path / f"{size}", held, report) / size
        _warm_up(service, path / f"{min(sizes)}", filled[min(sizes)])
        for number in range(rounds):
            for size, held in filled.items():
                sys.stderr.write(f"growth: {size:,} predictions, round {number + 1}\n")
                service.store.close()
                _copy(path / f"{size}", service.settings.store_path)
                instance = Instance(service, held)
                for operation in OPERATIONS:
                    taken.add(instance, operation)
    return taken


def in_tables(sizes: Sequence[int], rounds: int) -> Taken:
    """In Azurite, the emulator; what can be done but once is done in the first round."""
    taken = Taken()
    with TemporaryDirectory() as folder:
        azurite = Azurite(Path(folder))
        try:
            for size in sizes:
                sys.stderr.write(f"growth: {size:,} predictions in tables\n")
                with _service(
                    STORE="tables", STORE_CONNECTION=azurite.connection, STORE_PREFIX=f"rows{size}"
                ) as service:
                    report = _report(service)
                    held = contents(size, report.model)
                    _add_all(service.store, held, report)
                    time.sleep(SETTLE_SECONDS)  # so that readers see all of it
                    instance = Instance(service, held)
                    for number in range(rounds):
                        for operation in OPERATIONS:
                            if number == 0 or not operation.once:
                                taken.add(instance, operation)
        finally:
            azurite.stop()
    return taken


def _warm_up(service: Service, file: Path, held: Contents) -> None:
    """Does everything once, so that no size is charged with what is done but once."""
    _copy(file, service.settings.store_path)
    for operation in OPERATIONS:
        operation.run(Instance(service, held))


@contextmanager
def _service(**environment: str) -> Iterator[Service]:
    """The app with the shipped model, which keeps records for a day less than the store holds."""
    settings = {"TELEMETRY": "off", "RETENTION_DAYS": str(DAYS - 1), **environment}
    service = Service(Settings.from_environment(settings))
    try:
        yield service
    finally:
        service.close()


def _report(service: Service) -> DriftReport:
    predictor = service.predictor()
    return a_report(predictor.version, predictor.reference, rule_of(service.settings))


def _fill(path: Path, held: Contents, report: DriftReport) -> int:
    """Makes a file; its bytes when the predictions alone were in it."""
    store = UnsafeStore(path)
    add_predictions(store, held)
    store.close()
    size = path.stat().st_size
    add_what_came_with_them(store, held, report)
    store.close()
    return size


def _add_all(store: Store, held: Contents, report: DriftReport) -> None:
    add_predictions(store, held)
    add_what_came_with_them(store, held, report)


def _copy(source: Path, target: Path) -> None:
    """Puts a copy in the file's place, safely on the disk, so that no later write has to wait for it."""
    for old in target.parent.glob(f"{target.name}*"):
        old.unlink()
    shutil.copyfile(source, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
