"""``make bench``: what the app costs, beside others, on this machine.

Each section prints its tables as Markdown and writes them, with a plot, into a folder. ``docs`` puts the
tables of such a folder into docs/PERFORMANCE.md.
"""

import argparse
import importlib
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.documents import QuickRunError, fill
from tests.bench.results import Peers, Table, write
from tests.bench.servers import SERVERS, versions_of
from tests.bench.texts import ROOT

SECTIONS = {
    "probability": "tests.bench.probability",
    "requests": "tests.bench.whole_request",
    "cold-start": "tests.bench.cold_start",
    "growth": "tests.bench.growth",
    "endurance": "tests.bench.endurance",
}
BY_DEFAULT = ("probability", "requests", "cold-start", "growth")
RESULTS = ROOT / ".bench"
DOCUMENT = ROOT / "docs" / "PERFORMANCE.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sections that are named; the exit code."""
    given = _parser().parse_args(arguments)
    given.out = given.out or (RESULTS / "quick" if given.quick else RESULTS)
    if given.what[:1] == ["docs"]:
        return _fill(Path(given.what[1]) if len(given.what) > 1 else given.out)
    sections = given.what or list(BY_DEFAULT)
    if unknown := set(sections) - set(SECTIONS):
        sys.stderr.write(f"{', '.join(sorted(unknown))}: not one of {', '.join(SECTIONS)}, docs\n")
        return 2
    if len(sections) > 1:
        failed = [section for section in sections if _apart(section, given)]
        if failed:
            sys.stderr.write(f"failed: {', '.join(failed)}\n")
        return int(bool(failed))
    # So that servers are ended, which have sessions of their own and may be paused.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    _run(sections[0], quick=given.quick, folder=given.out)
    return 0


def _fill(folder: Path) -> int:
    try:
        fill(DOCUMENT, folder)
    except QuickRunError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def peers_of(tables: Sequence[Table]) -> Peers:
    """The versions of what the servers that have a row are made of."""
    rows = {row[0] for table in tables for row in table.rows}
    return {server.name: versions_of(server) for server in SERVERS if server.name in rows}


def _run(section: str, *, quick: bool, folder: Path) -> None:
    tables = importlib.import_module(SECTIONS[section]).tables(quick)
    sys.stdout.write("\n".join(table.markdown() for table in tables) + "\n")
    write(tables, folder / f"{section}.json", quick=quick, peers=peers_of(tables))
    from tests.bench.plots import PLOTS  # noqa: PLC0415 - Matplotlib, when all is measured

    if section in PLOTS:
        PLOTS[section](tables).savefig(folder / f"{section}.png", dpi=120)
    sys.stderr.write(f"{section}: written to {folder}\n")


def _apart(section: str, given: argparse.Namespace) -> int:
    """A section in a process of its own, so that none meets the memory and the threads of another."""
    command = [sys.executable, "-m", "tests.bench", section, "--out", str(given.out)]
    return subprocess.run([*command, *(["--quick"] if given.quick else [])], check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        metavar="SECTION",
        help=f"of {', '.join(SECTIONS)} (default: {', '.join(BY_DEFAULT)}), or: docs FOLDER",
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run; its figures mean little")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="default: .bench, .bench/quick for a quick run"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
