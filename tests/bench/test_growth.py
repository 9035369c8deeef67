"""Powers are what they are of known curves, and short runs give every row."""

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.bench import growth
from tests.bench.growth import AS_MUST, WORSE, Extent, add_curve, curve_table, of_traffic
from tests.bench.growth_plots import growth as growth_plot
from tests.bench.lines import exponent, means, slope
from tests.bench.operations import OPERATIONS, Operation
from tests.bench.results import Figure
from tests.bench.store_growth import Taken, in_tables
from tests.bench.writers import Written, lost, write_together

SIZES = (1_000, 10_000, 100_000, 1_000_000)


def noisy(costs: list[float]) -> list[float]:
    rng = random.Random(1)
    return [cost * rng.uniform(0.95, 1.05) for cost in costs]


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_the_power_of_a_cost_is_found(power: float) -> None:
    found = exponent(SIZES, noisy([3 * size**power for size in SIZES]))
    assert found.low <= power <= found.high
    assert found.value == pytest.approx(power, abs=0.02)


def test_the_interval_of_a_slope_holds_the_true_one_as_often_as_it_says() -> None:
    rng = random.Random(2)
    hours = [number / 20 for number in range(20)]
    held = 0
    for _ in range(1_000):
        found = slope(hours, [5 + 2 * hour + rng.gauss(0, 1) for hour in hours])
        held += found.low <= 2 <= found.high
    assert 925 <= held <= 975  # outside with a probability of less than 1 in 1,000


def test_what_never_changes_has_no_slope() -> None:
    found = slope([1, 2, 3], [7, 7, 7])
    assert (found.low, found.value, found.high) == (0, 0, 0)


def test_two_points_are_too_few() -> None:
    with pytest.raises(ValueError, match="2 points"):
        slope([1, 2], [1, 2])


def test_means_are_of_neighbours() -> None:
    assert means([100, 1, 2, 3, 4, 5, 6], 3) == [2, 5]


@pytest.mark.parametrize(
    ("must", "power", "verdict"),
    [(0, 0.1, AS_MUST), (0, 0.5, WORSE), (1, 1.1, AS_MUST), (1, 0.3, AS_MUST), (1, 2, WORSE)],
)
def test_a_curve_that_is_steeper_than_it_has_to_be_is_called_worse(
    must: float, power: float, verdict: str
) -> None:
    curves = curve_table()
    taken = {size: noisy([size**power] * 3) for size in SIZES}
    add_curve(curves, "it", "rows", taken, must=must)
    assert curves.rows[0][-1] == verdict


def test_a_curve_of_two_sizes_is_none() -> None:
    curves = curve_table()
    add_curve(curves, "it", "rows", {10: [1.0], 100: [1.0]}, must=0)
    assert not curves.rows


@pytest.mark.parametrize("processes", [1, 2])
def test_what_writers_were_told_is_kept_is_in_the_store(tmp_path: Path, processes: int) -> None:
    path = tmp_path / "store.sqlite3"
    written = write_together(path, threads=3, processes=processes, seconds=0.2)
    assert written.acknowledged["feedback"] > 0
    assert written.percentile(50) <= written.percentile(99)
    assert lost(path, written) == 0
    written.take(Written(acknowledged=Counter(feedback=2)))
    assert lost(path, written) == 2


def test_a_short_growth_run_has_every_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    extent = Extent(
        rounds=1,
        texts=(1, 2, 4),
        lengths=(8, 16, 32, 64),
        rows=(300, 500, 1_000),
        rows_in_tables=(),
        writers=((1, 1), (1, 2), (2, 1), (2, 2)),
        seconds=0.1,
    )
    monkeypatch.setattr(growth, "QUICK", extent)
    curves, texts, length, rows, writers = growth.tables(quick=True)
    assert [row[0] for row in texts.rows] == [1, 2, 4]
    assert [row[0] for row in length.rows] == [8, 16, 32, 64]
    assert rows.columns[1:] == ("300", "500", "1,000")
    assert [row[0] for row in rows.rows][:-1] == [operation.name for operation in OPERATIONS]
    assert all(cell.median > 0 for row in rows.rows for cell in row if isinstance(cell, Figure))
    assert [row[:2] for row in writers.rows] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert [row[-1] for row in writers.rows] == [0, 0, 0, 0]
    of_writers = "a write, of all writers together"
    assert [row[0] for row in curves.rows][2:] == [*(one.name for one in OPERATIONS), of_writers]
    assert curves.rows[-1][2:4] == ("1", "4")
    growth_plot([curves, texts, length, rows, writers]).savefig(tmp_path / "growth.png")


@pytest.mark.parametrize(("again", "rows", "power"), [(False, 10, 0), (True, 20_000, 1), (True, 20_001, 0)])
def test_what_is_looked_at_again_has_to_grow_up_to_a_bound(again: bool, rows: int, power: float) -> None:
    assert Operation("it", 0, 1, lambda _: 0.0, again=again).power(rows) == power


@pytest.mark.usefixtures("azurite")
def test_requests_and_bytes_of_each_operation_are_counted() -> None:
    taken = in_tables((60,), 1)
    requests = {operation.name: by_size[60] for operation, by_size in taken.requests.items()}
    assert set(requests) == {operation.name for operation in OPERATIONS}
    assert (requests["GET alerts"], requests["POST feedback with a key"]) == ([1], [3])
    kilobytes = {operation.name: by_size[60] for operation, by_size in taken.kilobytes.items()}
    assert 500 * 0.3 < kilobytes["500 predictions written"][0] < 500 * 5


def test_what_is_exchanged_with_tables_is_told_with_its_powers() -> None:
    taken, curves = Taken(), curve_table()
    for operation in OPERATIONS:
        taken.requests[operation] = {100: [2.0], 200: [3.0], 400: [2.0]}
        taken.kilobytes[operation] = {100: [1.0], 200: [2.0], 400: [4.0]}
        taken.milliseconds[operation] = {100: [1.0], 200: [1.0], 400: [1.0]}
    table = of_traffic(taken, curves)
    assert table.rows[0] == (OPERATIONS[0].name, "2; 1", "3; 2", "2; 4")
    verdicts = {row[:2]: row[-1] for row in curves.rows}
    requests, kilobytes = "predictions in tables: requests", "predictions in tables: kB exchanged"
    assert verdicts["GET alerts", kilobytes] == WORSE
    assert verdicts["GET alerts", requests] == AS_MUST
    assert verdicts["drift check, nothing new", kilobytes] == AS_MUST


def test_a_curve_that_is_flat_and_then_rises_is_called_worse() -> None:
    curves = curve_table()
    taken = {size: noisy([1.0] * 3) for size in SIZES[:-1]} | {SIZES[-1]: noisy([2.2] * 3)}
    assert exponent([1e3, 1e4, 1e5, 1e6], [1, 1, 1, 2.2]).value < growth.LEEWAY
    add_curve(curves, "it", "rows", taken, must=0)
    assert curves.rows[0][-1] == WORSE


@pytest.mark.parametrize(
    ("largest", "must"), [([0.9, 2.2, 2.3], 0), ([1.3, 1.4, 1.5], 0), ([8.0, 13.0, 14.0], 1)]
)
def test_a_last_step_that_may_be_chance_is_not_worse(largest: list[float], must: float) -> None:
    curves = curve_table()
    taken = {size: [size / 1e5 if must else 1.0] * 3 for size in SIZES[:-1]} | {SIZES[-1]: largest}
    add_curve(curves, "it", "rows", taken, must=must)
    assert curves.rows[0][-1] == AS_MUST


def test_what_costs_nothing_has_no_power() -> None:
    curves = curve_table()
    add_curve(curves, "it", "rows", {1: [1.0], 2: [0.0], 4: [2.0]}, must=0)
    assert not curves.rows
