"""`make chaos`: makes faults, one after the other, and tells what they cost."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from function_app.command_line import guarded
from tests.bench.results import write
from tests.chaos.faults import FAULTS, QUICK
from tests.chaos.record import HELD, SKIPPED, Record, table
from tests.chaos.trial import Trial

OUT = Path(".bench")
NAME = "chaos.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the faults; the exit code is 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "faults",
        nargs="*",
        choices=[[], *FAULTS],
        metavar="FAULT",
        help=f"default: all of {', '.join(FAULTS)}",
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run of seconds, without Azurite")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="what chance begins with (default: 0)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help=f"where {NAME} goes (default: {OUT}, of a quick run {OUT / 'quick'})",
    )
    given = parser.parse_args(arguments)
    return guarded(lambda: _make(given), debug=True)


def _make(given: argparse.Namespace) -> int:
    names = given.faults or (QUICK if given.quick else FAULTS)
    records = [_record(name, quick=given.quick, seed=given.seed) for name in names]
    found = table(records, seed=given.seed)
    sys.stdout.write(found.markdown())
    folder = given.out or (OUT / "quick" if given.quick else OUT)
    write([found], folder / NAME, quick=given.quick)
    return 0 if all(record.verdict in (HELD, SKIPPED) for record in records) else 1


def _record(name: str, *, quick: bool, seed: int) -> Record:
    started = time.monotonic()
    sys.stderr.write(f"{name} …")
    sys.stderr.flush()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        record = Trial(Path(folder), seed=seed, quick=quick).make(FAULTS[name])
    said = f"{record.verdict}: {record.skipped}" if record.skipped else record.verdict
    sys.stderr.write(f" {said} ({time.monotonic() - started:.0f} s)\n")
    return record


if __name__ == "__main__":
    sys.exit(main())
