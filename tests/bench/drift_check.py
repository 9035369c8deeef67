"""What one drift check costs here: ``python -m tests.bench.drift_check`` (``--rows 100000``).

So many predictions over a week wait in a store of their own (SQLite, in a temporary folder) when the check
starts; the bundle is the shipped one, the settings are the defaults. Told are the seconds of the check and by
how much the process's memory grew over what it was before, at the most.
"""

import argparse
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from function_app.bundle import read_bundle
from function_app.clock import rfc3339
from function_app.drift.check import check_drift
from function_app.drift.monitor import rule_of
from function_app.ids import new_id
from function_app.settings import Settings
from function_app.store import Prediction
from function_app.store.sqlite import SqliteStore

MODEL = Path(__file__).resolve().parents[2] / "function_app" / "model"
MODEL_NAME = "bench"
HOURS = 168
AT_ONCE = 2_000


def predictions(start: int, end: int, rows: int) -> list[Prediction]:
    """Those from number `start` to `end` of `rows` over a week, of which more are positive than before."""
    rng = np.random.default_rng(start)
    now = datetime.now(UTC)
    found = []
    for number in range(start, end):
        probability = float(rng.beta(0.9, 0.5))
        created = now - timedelta(hours=HOURS * (rows - number) / rows)
        found.append(
            Prediction(
                id=new_id(),
                created=rfc3339(created),
                model=MODEL_NAME,
                label="positive" if probability >= 0.5 else "negative",
                probability=probability,
                tokens=20,
                unknown_tokens=int(rng.integers(3)),
                characters=int(rng.integers(20, 280)),
                sha256="00" * 32,
                text=f"a tweet about delay number {rng.integers(1_000)} and what came of it",
                topic=int(rng.integers(8)),
                foreign=False,
            )
        )
    return found


def peak_megabytes() -> float:
    """The most memory that this process has had."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    """Runs one check and tells what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    reference, rule = read_bundle(MODEL).reference, rule_of(Settings.from_environment({}))
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "store.sqlite3")
        for start in range(0, rows, AT_ONCE):
            store.add_predictions(predictions(start, min(start + AT_ONCE, rows), rows))
        before, start_seconds = peak_megabytes(), time.perf_counter()
        report = check_drift(store, model=MODEL_NAME, reference=reference, rule=rule)
        seconds, grown = time.perf_counter() - start_seconds, peak_megabytes() - before
        print(f"{rows:,} predictions, {report.samples:,} of them counted: {report.status}")  # noqa: T201
        print(f"{seconds:.1f} s, {grown:.0f} MB more than before, {peak_megabytes():.0f} MB in all")  # noqa: T201
        start_seconds = time.perf_counter()
        check_drift(store, model=MODEL_NAME, reference=reference, rule=rule)
        print(f"a check with nothing new: {time.perf_counter() - start_seconds:.1f} s")  # noqa: T201
        store.close()


if __name__ == "__main__":
    main()
