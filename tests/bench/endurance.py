"""Whether anything grows in a long run: ``make endurance`` (``ARGS="--minutes 5"``).

The local host answers a mixed load with the shipped model, a store of its own and a drift check every minute.
Memory, threads and open files of its process, the store and the latencies are looked at in even spans. The
exit code is 1 where something grows or stalls or an answer was wrong, 2 where the system tells nothing.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy import stats

from tests.bench.lines import Slope, means, slope
from tests.bench.mixed_load import A_CONNECTION, MIX, Answered, MixedLoad
from tests.bench.results import Table, rounded, write
from tests.bench.servers import no_settings
from tests.bench.texts import ROOT
from tests.function_app.running import RunningHost

MINUTES, SPAN_SECONDS, RATE = 30.0, 30.0, 20.0
QUICK_MINUTES, QUICK_SPAN_SECONDS = 1 / 3, 1.0
WARM_UP_SHARE = 0.1
"""Part of the run before the clock starts: caches fill, threads start, the allocator finds its size."""

SPANS_A_MEAN = 3
DRIFT_SCHEDULE = "0 * * * * *"
"""A check every minute, so that a run has some of them."""

STALL_SECONDS = 5.0
"""An answer that takes longer is a fault, whether or not the next ones do too; faults are given as long."""

NO_GROWTH, GROWS, STALLS = "no growth seen", "**grows**", "**stalls**"
LONGEST = "longest answer"

RESULTS = ROOT / ".bench"

_PROC = Path("/proc")


@dataclass(frozen=True)
class Quantity:
    """Something that must not grow; `most` is what growth an hour, as a share of it, counts as none."""

    name: str
    unit: str
    most: float


QUANTITIES = (
    Quantity("memory", "MB", 0.05),
    Quantity("threads", "", 0.05),
    Quantity("open files", "", 0.05),
    Quantity("predict, p50", "ms", 0.1),
    Quantity("predict, p99", "ms", 0.1),
    Quantity("all kinds, p50", "ms", 0.1),
    Quantity("all kinds, p99", "ms", 0.1),
    Quantity(LONGEST, "ms", 0.25),
    Quantity("store, bytes a prediction", "", 0.05),
)


@dataclass
class Course:
    """What was seen at the end of each span: `hours` since the clock started, and the values by quantity."""

    hours: list[float] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=lambda: {one.name: [] for one in QUANTITIES})
    requests: int = 0
    longest: float = 0.0
    """Milliseconds."""

    wrong: dict[str, int] = field(default_factory=dict)

    def add(self, hours: float, values: Sequence[float]) -> None:
        """Adds a span; the values are in the order of `QUANTITIES`."""
        self.hours.append(hours)
        for quantity, value in zip(QUANTITIES, values, strict=True):
            self.values[quantity.name].append(value)

    def count(self, answered: Answered) -> None:
        """Counts a span's answers."""
        self.requests += sum(answered.statuses.values())
        self.longest = max(self.longest, *_milliseconds(answered))
        self.count_wrong(answered)

    def count_wrong(self, answered: Answered) -> None:
        """Counts what was not expected, in the warm-up too."""
        for what, times in answered.wrong.items():
            self.wrong[what] = self.wrong.get(what, 0) + times


@dataclass(frozen=True)
class Judged:
    """A quantity's medians of the first and the last fifth, its growth an hour, and the verdict."""

    quantity: Quantity
    first: float
    last: float
    growth: Slope
    verdict: str


def tables(quick: bool = False, minutes: float = MINUTES, rate: float = RATE) -> list[Table]:
    """First against last fifth of the run with the growth an hour, then its course; none without /proc."""
    course = _course(quick, minutes, rate)
    return [summary(course, rate), course_table(course)] if course else []


def _course(quick: bool, minutes: float, rate: float) -> Course | None:
    if not (_PROC / "self" / "status").exists():
        sys.stderr.write("endurance: only where the system tells in /proc what a process holds\n")
        return None
    minutes, span = (QUICK_MINUTES, QUICK_SPAN_SECONDS) if quick else (minutes, SPAN_SECONDS)
    return endured(60 * minutes, min(span, 60 * minutes / 20), rate)


def endured(seconds: float, span: float, rate: float) -> Course:
    """Runs the host under load for so long, a warm-up before it, and looks at it after every span."""
    course = Course()
    with TemporaryDirectory() as folder:
        store = Path(folder) / "store.sqlite3"
        # Its log is not read, and a host whose output nobody takes would stand still.
        own = {"STORE_PATH": str(store), "DRIFT_SCHEDULE": DRIFT_SCHEDULE, "LOG_LEVEL": "WARNING"}
        host = RunningHost(**{**no_settings(), **own})
        load = MixedLoad(host.base, rate=rate)
        try:
            _wait(WARM_UP_SHARE * seconds)
            course.count_wrong(load.take())
            started = time.monotonic()
            for number in range(1, round(seconds / span) + 1):
                _wait(started + number * span - time.monotonic())
                answered = load.take()
                course.count(answered)
                course.add((time.monotonic() - started) / 3600, _seen(host, store, answered))
                sys.stderr.write(f"endurance: {number * span:,.0f} of {seconds:,.0f} s\n")
        finally:
            load.stop()
            host.stop()
        course.count(load.take())  # what hung until the end is in no span
    return course


def summary(course: Course, rate: float) -> Table:
    """Medians of the first and the last fifth, growth an hour, and a verdict for each quantity."""
    wrong = ", ".join(f"{what} ({times})" for what, times in sorted(course.wrong.items())) or "none"
    mix = ", ".join(f"{kind} {weight}" for kind, weight in MIX.items())
    table = Table(
        "endurance",
        "A long run under mixed load: first fifth against last",
        ("what", "first fifth", "last fifth", "an hour (95 %)", "verdict"),
        note=f"{course.requests:,} requests in {60 * course.hours[-1]:,.1f} minutes, {rate:g} a second "
        f"({mix}), after a warm-up of a tenth of that, over connections of {A_CONNECTION} requests. Answers "
        f"that were not as expected: {wrong}. Times count from when a request was due, so that what waited "
        "behind a stall counts too. Something grows if its interval is above zero and an hour adds more than "
        "a twentieth, in latencies a tenth. The longest answer of a span shakes: its growth is the median of "
        "the growths between any two times, of which single long answers are no part, and a quarter an hour "
        f"counts as none; but any over {STALL_SECONDS:g} s is a stall. The longest of all took "
        f"{rounded(course.longest)} ms.",
    )
    for one in judged(course):
        shown = [f"{rounded(value)} {one.quantity.unit}".rstrip() for value in (one.first, one.last)]
        table.add(one.quantity.name, *shown, str(one.growth), one.verdict)
    return table


def judged(course: Course) -> list[Judged]:
    """A verdict for each quantity."""
    fifth = max(1, len(course.hours) // 5)
    found = []
    for quantity in QUANTITIES:
        values = course.values[quantity.name]
        first, last = statistics.median(values[:fifth]), statistics.median(values[-fifth:])
        of = slope_of_longest if quantity.name == LONGEST else slope
        growth = of(means(course.hours, SPANS_A_MEAN), means(values, SPANS_A_MEAN))
        verdict = GROWS if growth.low > 0 and growth.value > quantity.most * first else NO_GROWTH
        if quantity.name == LONGEST and course.longest > 1000 * STALL_SECONDS:
            verdict = STALLS
        found.append(Judged(quantity, first, last, growth, verdict))
    return found


def slope_of_longest(hours: Sequence[float], values: Sequence[float]) -> Slope:
    """Theil and Sen's median of the slopes between any two points: a few far out do not turn it.

    Sen, P. K. (1968): Estimates of the regression coefficient based on Kendall's tau.
    """
    found = stats.theilslopes(values, hours, 0.95)
    return Slope(float(found.slope), float(found.low_slope), float(found.high_slope))


def faults(course: Course, *, quick: bool = False) -> list[str]:
    """What was wrong, in sentences. What grows in the seconds of a `quick` run is none: it tells nothing."""
    found = [f"{times} answers were not as expected: {what}" for what, times in sorted(course.wrong.items())]
    for one in judged(course):
        if one.verdict == STALLS:
            found.append(f"an answer took {course.longest / 1000:.1f} s")
        elif one.verdict == GROWS and not quick:
            found.append(f"{one.quantity.name} grows")
    return found


def course_table(course: Course) -> Table:
    """What was seen at the end of each span."""
    names = tuple(f"{one.name}, {one.unit}" if one.unit else one.name for one in QUANTITIES)
    table = Table("endurance-course", "The course of the run", ("minutes", *names))
    for at, hours in enumerate(course.hours):
        table.add(round(60 * hours, 3), *(course.values[one.name][at] for one in QUANTITIES))
    return table


def _seen(host: RunningHost, store: Path, answered: Answered) -> list[float]:
    """The values of `QUANTITIES` now; latencies are those of the span."""
    process = _PROC / str(host.process.pid)
    fields = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    recorded = host.get("health").json()["predictions"]["recorded"]
    held = sum(file.stat().st_size for file in store.parent.iterdir())
    predict = answered.milliseconds.get("predict") or [0.0]
    every = _milliseconds(answered)
    return [
        int(fields["VmRSS"].split()[0]) * 1024 / 1e6,
        int(fields["Threads"]),
        len(list((process / "fd").iterdir())),
        *(float(np.percentile(of, share)) for of in (predict, every) for share in (50, 99)),
        max(every),
        held / max(1, recorded),
    ]


def _milliseconds(answered: Answered) -> list[float]:
    """Of all kinds, never empty."""
    return list(chain.from_iterable(answered.milliseconds.values())) or [0.0]


def _wait(seconds: float) -> None:
    time.sleep(max(0.0, seconds))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES, metavar="N", help="default: %(default)g")
    parser.add_argument("--rate", type=float, default=RATE, metavar="N", help="requests a second")
    parser.add_argument("--quick", action="store_true", help="a smoke run; what grows in it is no fault")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="default: .bench, of a quick run .bench/quick"
    )
    given = parser.parse_args(arguments)
    course = _course(given.quick, given.minutes, given.rate)
    if course is None:
        return 2
    folder = given.out or (RESULTS / "quick" if given.quick else RESULTS)
    _keep([summary(course, given.rate), course_table(course)], folder, quick=given.quick)
    found = faults(course, quick=given.quick)
    sys.stderr.writelines(f"endurance: {fault}\n" for fault in found)
    return 1 if found else 0


def _keep(found: list[Table], folder: Path, *, quick: bool) -> None:
    sys.stdout.write("\n".join(table.markdown() for table in found))
    write(found, folder / "endurance.json", quick=quick)
    from tests.bench.plots import PLOTS  # noqa: PLC0415 - Matplotlib, when all is measured

    PLOTS["endurance"](found).savefig(folder / "endurance.png", dpi=120)


if __name__ == "__main__":
    sys.exit(main())
