"""How cost grows: ``python -m tests.bench growth`` (``--quick``).

With the texts of a call, with a text's length, with the records in the store and with the writers at it.
Each curve is put down to a power of the size, 0 for flat and 1 for proportional, and compared with the power
that it has to have.
"""

import math
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import requests

from function_app.bundle import read_bundle
from function_app.drift.check import MOST_READ_AGAIN
from function_app.predictor import Predictor
from tests.azurite import why_not
from tests.bench.lines import exponent
from tests.bench.operations import seconds
from tests.bench.results import Figure, Table, rounded
from tests.bench.servers import no_settings
from tests.bench.store_growth import Taken, in_sqlite, in_tables
from tests.bench.texts import MODEL, corpus, repeated, texts_of
from tests.bench.writers import lost, write_together
from tests.function_app.running import AT_NEW_YEAR, RunningHost

TEXTS = (1, 3, 10, 30, 100, 300, 1000)
LENGTHS = (8, 16, 32, 64, 128, 256, 400)
READ_TOKENS = 64
"""Tokens from which on a text is cut off."""

ROWS, ROWS_IN_TABLES = (1_000, 10_000, 100_000, 1_000_000), (1_000, 3_000, 10_000)
"""Predictions in a store."""

MOST_CHARACTERS = 2_000
"""The longest text that the app takes by default."""

WRITERS = ((1, 1), (1, 4), (1, 16), (1, 64), (2, 1), (2, 8), (2, 32))
"""Processes, and threads in each."""

LEEWAY = 0.2
"""By how much a power may be above the one that it has to be: caches that grow too small cost that much."""

TRAFFIC = "predictions in tables: "

AS_MUST, WORSE = "as it has to be", "**worse**"


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    rounds: int = 5
    texts: Sequence[int] = TEXTS
    lengths: Sequence[int] = LENGTHS
    rows: Sequence[int] = ROWS
    rows_in_tables: Sequence[int] = ROWS_IN_TABLES
    writers: Sequence[tuple[int, int]] = WRITERS
    seconds: float = 3.0


QUICK = Extent(
    rounds=1,
    texts=(1, 4, 16),
    lengths=(8, 16, 32, 64, 128),
    rows=(1_000, 2_000, 4_000),
    rows_in_tables=(),
    writers=((1, 1), (1, 4), (2, 2)),
    seconds=0.3,
)


def tables(quick: bool = False) -> list[Table]:
    """The curves' powers, then what they were measured on."""
    return measured(QUICK if quick else Extent())


def measured(extent: Extent) -> list[Table]:
    """As `tables`, as far as the extent goes."""
    curves = curve_table()
    found = [curves]
    with TemporaryDirectory() as folder:
        settings = {
            "STORE_PATH": f"{folder}/store.sqlite3",
            "TELEMETRY": "off",
            "DRIFT_SCHEDULE": AT_NEW_YEAR,
        }
        host = RunningHost(**{**no_settings(), **settings})
        try:
            found += [_of_texts(host, extent, curves), _of_length(host, extent, curves)]
        finally:
            host.stop()
    found.append(_of_rows("growth-rows", "SQLite", in_sqlite(extent.rows, extent.rounds), curves))
    reason = why_not() if extent.rows_in_tables else "left out of a quick run"
    if reason is None:
        taken = in_tables(extent.rows_in_tables, extent.rounds)
        found += [_of_rows("growth-tables", "Azurite's tables", taken, None), of_traffic(taken, curves)]
    else:
        sys.stderr.write(f"growth: no tables: {reason}\n")
    return [*found, _of_writers(extent, curves)]


def curve_table() -> Table:
    """The table that `add_curve` fills."""
    return Table(
        "growth",
        "How cost grows: the power of the size",
        ("cost", "with", "from", "to", "power (95 %)", "last step", "has to be", "verdict"),
        note=f"A cost that doubles when the size does has the power 1. What is up to {LEEWAY} "
        "above what it has to be, or may be so by chance, counts as that. The last step is the power from "
        "the size before the largest to the largest, since a curve may be flat and then rise; it counts as "
        "worse where every round at the largest size costs more than any of the size before lets expect.",
    )


def _of_texts(host: RunningHost, extent: Extent, curves: Table) -> Table:
    table = Table(
        "growth-texts",
        "POST predict/batch by the number of texts",
        ("texts", "a call", "a text"),
        note="Over HTTP from the local host, which records every prediction; texts of tests/corpus.",
    )
    texts = repeated(corpus(), max(extent.texts))
    random.Random(1).shuffle(texts)
    calls = [(count, _call(host, texts[:count])) for count in extent.texts]
    taken = _rounds(calls, extent.rounds)
    for count, of_count in taken.items():
        table.add(count, Figure.of(of_count, "ms"), Figure.of([one / count for one in of_count], "ms"))
    add_curve(curves, "POST predict/batch", "texts", taken, must=1)
    return table


def _of_length(host: RunningHost, extent: Extent, curves: Table) -> Table:
    table = Table(
        "growth-length",
        "POST predict/batch with 20 texts, by their length",
        ("tokens", "characters", "a call"),
        note=f"The model reads the first {READ_TOKENS} tokens; what is behind them is tokenised alone.",
    )
    known = Predictor(read_bundle(MODEL)).predict(corpus())
    model, calls = SimpleNamespace(predict=lambda _: known), []  # asked for the same texts by each length
    characters = {}
    for tokens in extent.lengths:
        texts = [text for text in texts_of(tokens, model) if len(text) <= MOST_CHARACTERS]
        characters[tokens] = sum(map(len, texts)) / len(texts)
        calls.append((tokens, _call(host, repeated(texts, 20))))
    taken = _rounds(calls, extent.rounds)
    for tokens, of_tokens in taken.items():
        table.add(tokens, round(characters[tokens]), Figure.of(of_tokens, "ms"))
    read = {tokens: found for tokens, found in taken.items() if tokens <= READ_TOKENS}
    cut_off = {tokens: found for tokens, found in taken.items() if tokens >= READ_TOKENS}
    add_curve(curves, "POST predict/batch", "tokens that are read", read, must=1)
    add_curve(curves, "POST predict/batch", "tokens that are cut off", cut_off, must=0)
    return table


def _of_rows(name: str, where: str, taken: Taken, curves: Table | None) -> Table:
    sizes = _sizes(taken)
    table = Table(
        name,
        f"Requests and timers by the predictions in {where}",
        ("milliseconds", *(f"{size:,}" for size in sizes)),
        note="The functions called without HTTP. For every 1,000 predictions the store holds 100 feedbacks, "
        "10 examples, 25 alerts and 25 drift reports, of these at most as many as hourly checks leave. The "
        "predictions have drifted from the first on: the dearest case, in which a check looks again at those "
        f"since then, at {MOST_READ_AGAIN:,} at most.",
    )
    for operation, by_size in taken.milliseconds.items():
        table.add(operation.name, *(Figure.of(by_size[size], "") for size in sizes))
        if curves:
            must = operation.power(max(by_size))
            add_curve(curves, operation.name, f"predictions in {where}", by_size, must=must)
    if taken.bytes_a_prediction:
        table.add("bytes a prediction, on disk", *(taken.bytes_a_prediction[size] for size in sizes))
    return table


def of_traffic(taken: Taken, curves: Table) -> Table:
    """What each operation exchanged with the tables; its curves are of the requests and of the kilobytes."""
    table = Table(
        "growth-traffic",
        "What is exchanged with the tables, by the predictions in them",
        ("requests; kB", *(f"{size:,}" for size in _sizes(taken))),
        note="One time of each, bodies of requests and answers together. These are what Azure's tables are "
        "asked for too; how long Azurite searches for an answer, with no index, says nothing about them. Up "
        f"to {MOST_READ_AGAIN:,} predictions, a check under drift looks at all of them again.",
    )
    for operation, by_size in taken.kilobytes.items():
        of_requests = taken.requests[operation]
        table.add(
            operation.name,
            *(
                f"{rounded(median(of_requests[size]))}; {rounded(median(by_size[size]))}"
                for size in _sizes(taken)
            ),
        )
        must = operation.power(max(by_size))
        add_curve(curves, operation.name, f"{TRAFFIC}requests", of_requests, must=must)
        add_curve(curves, operation.name, f"{TRAFFIC}kB exchanged", by_size, must=must)
    return table


def _sizes(taken: Taken) -> list[int]:
    return sorted({size for by_size in taken.milliseconds.values() for size in by_size})


def _of_writers(extent: Extent, curves: Table) -> Table:
    table = Table(
        "growth-writers",
        "Writers at one SQLite file",
        ("processes", "threads in each", "writes/s", "p50", "p99", "longest", "refused", "lost"),
        note="Each writes as fast as it can and waits for the disk each time: nine feedbacks, then 50 "
        "predictions at once. Refused: got no turn within two seconds (503). Lost: acknowledged, but not in "
        "the store.",
    )
    taken: dict[int, list[float]] = {}
    for processes, threads in extent.writers:
        sys.stderr.write(f"growth: {processes} processes of {threads} writers\n")
        rounds = []
        missing = 0
        for _ in range(min(extent.rounds, 3)):
            with TemporaryDirectory() as folder:
                path = Path(folder) / "store.sqlite3"
                rounds.append(
                    write_together(path, threads=threads, processes=processes, seconds=extent.seconds)
                )
                missing += lost(path, rounds[-1])
        written = [len(one.milliseconds) - one.refused for one in rounds]
        overall = [1000 * extent.seconds / max(count, 1) for count in written]
        taken.setdefault(processes * threads, []).extend(overall)
        table.add(
            processes,
            threads,
            Figure.of([count / extent.seconds for count in written], ""),
            *(Figure.of([one.percentile(share) for one in rounds], "ms") for share in (50, 99, 100)),
            sum(one.refused for one in rounds),
            missing,
        )
    add_curve(curves, "a write, of all writers together", "writers at one SQLite file", taken, must=0)
    return table


def _call(host: RunningHost, texts: Sequence[str]) -> Callable[[], requests.Response]:
    return lambda: host.post("predict/batch", json={"texts": list(texts)})


def _rounds(
    calls: Sequence[tuple[int, Callable[[], requests.Response]]], rounds: int
) -> dict[int, list[float]]:
    """Milliseconds of each call by its size, one for each round; a round makes all calls."""
    found: dict[int, list[float]] = {size: [] for size, _ in calls}
    for size, call in calls:
        call().raise_for_status()
        sys.stderr.write(f"growth: {size} answered\n")
    for _ in range(rounds):
        for size, call in calls:
            found[size].append(1000 * seconds(call))
    return found


def add_curve(curves: Table, cost: str, size: str, taken: dict[int, list[float]], *, must: float) -> None:
    """Adds the row of a curve: cost by size, one for each round.

    There is none of fewer than three sizes, nor of one that costs nothing at some size, which has no power.
    """
    if len(taken) < 3 or min(map(min, taken.values())) <= 0:
        return
    points = [(float(at), one) for at, found in taken.items() for one in found]
    power = exponent([at for at, _ in points], [one for _, one in points])
    last = last_step(taken)
    is_worse = power.value > must + LEEWAY and power.low > must
    is_worse = is_worse or (last > must + LEEWAY and _is_above(taken, must))
    curves.add(
        cost,
        size,
        f"{min(taken):,}",
        f"{max(taken):,}",
        str(power),
        rounded(last),
        f"{must:g}",
        WORSE if is_worse else AS_MUST,
    )


def last_step(taken: dict[int, list[float]]) -> float:
    """The power of the size between the medians of the largest size and of the one before it."""
    before, largest = sorted(taken)[-2:]
    return math.log(median(taken[largest]) / median(taken[before])) / math.log(largest / before)


def _is_above(taken: dict[int, list[float]], must: float) -> bool:
    """Whether every round at the largest size costs more than growth as it must be makes of any before it."""
    before, largest = sorted(taken)[-2:]
    return min(taken[largest]) > max(taken[before]) * (largest / before) ** must
