"""One picture for each section, drawn from its tables."""

from collections.abc import Callable, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.ticker import LogLocator, NullFormatter

from tests.bench.growth_plots import endurance, growth
from tests.bench.results import Cell, Figure, Table

matplotlib.use("Agg")

OURS_COLOUR, OTHER_COLOUR = "C0", "0.65"


def probability(tables: Sequence[Table]) -> Picture:
    """Milliseconds a text by length, a panel for each number of texts a call."""
    rows = tables[0].rows
    batches = sorted({int(_number(row[1])) for row in rows})
    picture = Picture(figsize=(max(3.6 * len(batches), 10), 4.4), layout="constrained")
    panels = picture.subplots(1, len(batches), sharey=True, squeeze=False)[0]
    for axes, batch in zip(panels, batches, strict=True):
        of_batch = [row for row in rows if row[1] == batch]
        tokens = [_number(row[0]) for row in of_batch]
        for column, name in enumerate(tables[0].columns[2:], 2):
            values = [_number(row[column]) / batch for row in of_batch]
            axes.plot(tokens, values, marker="o", label=name, linewidth=2.5 if column == 2 else 1.2)
        axes.set(xlabel="tokens", yscale="log", xticks=tokens, title=f"{batch:,} a call")
        axes.grid(alpha=0.3, which="both")
    panels[0].set_ylabel("milliseconds a text")
    picture.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    picture.suptitle("Text to probability on one thread")
    return picture


def requests(tables: Sequence[Table]) -> Picture:
    """Throughput, and the middle and the slowest hundredth of the answers, a column for each table."""
    rows = [[row for row in table.rows if "at once" not in str(row[0])] for table in tables]
    picture = Picture(figsize=(4.2 * len(tables) + 2, 0.72 * len(rows[0]) + 2.4), layout="constrained")
    panels = picture.subplots(2, len(tables), sharey=True, squeeze=False)
    for table, of_table, above, below in zip(tables, rows, *panels, strict=True):
        names = [str(row[0]) for row in of_table]
        bars(above, names, [row[1] for row in of_table], title=table.title, x="requests a second")
        spans(below, names, [(row[4], row[6]) for row in of_table], x="milliseconds: median to 99 %")
    return picture


def cold_start(tables: Sequence[Table]) -> Picture:
    """First answers, steps and imports beside one another."""
    answers, steps, imported = tables[:3]
    picture = Picture(figsize=(17, 4.6), layout="constrained")
    panels = picture.subplots(1, 3)
    for axes, table, column, x in zip(
        panels,
        (answers, steps, imported),
        (1, 1, 2),
        ("seconds to the first answer", "milliseconds", "milliseconds"),
        strict=True,
    ):
        rows = [row for row in table.rows if row[0] != "all of them"]
        bars(axes, [str(row[0]) for row in rows], [row[column] for row in rows], title=table.title, x=x)
    return picture


PLOTS: dict[str, Callable[[Sequence[Table]], Picture]] = {
    "probability": probability,
    "requests": requests,
    "cold-start": cold_start,
    "growth": growth,
    "endurance": endurance,
}


def bars(axes: Axes, names: Sequence[str], values: Sequence[Cell], *, title: str, x: str) -> None:
    """A bar for each name, the first one at the top, with its figure at its end."""
    numbers = [_number(value) for value in values]
    colours = [OURS_COLOUR if name.startswith("our function") else OTHER_COLOUR for name in names]
    drawn = axes.barh(names, numbers, color=colours, xerr=_spread(values), ecolor="0.3", capsize=2)
    axes.bar_label(drawn, [f"{number:.3g}" for number in numbers], padding=6, fontsize="small")
    axes.set(title=title, xlabel=x, xlim=(0, 1.2 * max(numbers)))
    axes.invert_yaxis()
    axes.grid(alpha=0.3, axis="x")


def spans(axes: Axes, names: Sequence[str], ends: Sequence[tuple[Cell, Cell]], *, x: str) -> None:
    """A line from one value to the other for each name, on a logarithmic scale."""
    for name, (low, high) in zip(names, ends, strict=True):
        colour = OURS_COLOUR if name.startswith("our function") else OTHER_COLOUR
        axes.plot(
            [_number(low), _number(high)], [name, name], color=colour, linewidth=4, solid_capstyle="round"
        )
        axes.plot([_number(low)], [name], "o", color="0.2", markersize=4)
    axes.set(xlabel=x, xscale="log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    if not axes.yaxis_inverted():
        axes.invert_yaxis()
    axes.grid(alpha=0.3, axis="x", which="both")


def _number(cell: Cell) -> float:
    """The cell's figure; what was not measured is no number, and is not drawn."""
    if cell is None:
        return float("nan")
    return cell.median if isinstance(cell, Figure) else float(cell)


def _spread(cells: Sequence[Cell]) -> list[list[float]]:
    figures = [cell if isinstance(cell, Figure) else Figure.of([_number(cell)], "") for cell in cells]
    return [[one.median - one.low for one in figures], [one.high - one.median for one in figures]]
