"""Pictures of growth: cost against size, and a long run against time."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from tests.bench.results import Cell, Figure, Table

STORES = ("growth-rows", "growth-tables")
COLUMNS_OF_COURSE = 3


def growth(tables: Sequence[Table]) -> Picture:
    """A panel for each curve, with logarithmic axes: proportional costs are diagonals, flat ones level."""
    by_name = {table.name: table for table in tables}
    stores = [by_name[name] for name in STORES if name in by_name]
    picture = Picture(figsize=(15, 4.6 + 5.2 * len(stores)), layout="constrained")
    rows = [["texts", "length", "writers"], *([table.name] * 3 for table in stores)]
    panels = picture.subplot_mosaic(rows)
    _curve(panels["texts"], by_name["growth-texts"], column=1, x="texts in a call", y="milliseconds a call")
    _curve(
        panels["length"], by_name["growth-length"], column=2, x="tokens of a text", y="milliseconds a call"
    )
    _writers(panels["writers"], by_name["growth-writers"])
    for table in stores:
        _operations(panels[table.name], table)
    picture.suptitle("How cost grows")
    return picture


def endurance(tables: Sequence[Table]) -> Picture:
    """A panel for each quantity, over the minutes of the run, from zero on."""
    course = tables[1]
    minutes = [_number(row[0]) for row in course.rows]
    rows = -(-(len(course.columns) - 1) // COLUMNS_OF_COURSE)
    picture = Picture(figsize=(4.2 * COLUMNS_OF_COURSE, 3.2 * rows), layout="constrained")
    panels = list(picture.subplots(rows, COLUMNS_OF_COURSE, squeeze=False).flat)
    for unused in panels[len(course.columns) - 1 :]:
        unused.remove()
    for column, (axes, name) in enumerate(zip(panels, course.columns[1:], strict=False), start=1):
        values = [_number(row[column]) for row in course.rows]
        axes.plot(minutes, values, marker=".", linewidth=1)
        axes.set(title=name, xlabel="minutes", ylim=(0, 1.15 * max(values) or 1))
        axes.grid(alpha=0.3)
    picture.suptitle("A long run under mixed load")
    return picture


def _curve(axes: Axes, table: Table, *, column: int, x: str, y: str) -> None:
    sizes = [_number(row[0]) for row in table.rows]
    costs = [_number(row[column]) for row in table.rows]
    axes.plot(sizes, costs, marker="o", label="measured")
    axes.plot(sizes, [costs[-1] * size / sizes[-1] for size in sizes], ":", color="0.6", label="proportional")
    axes.set(title=table.title, xlabel=x, ylabel=y, xscale="log", yscale="log", xticks=sizes)
    axes.set_xticklabels([f"{size:,.0f}" for size in sizes])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def _writers(axes: Axes, table: Table) -> None:
    for processes in sorted({_number(row[0]) for row in table.rows}):
        rows = [row for row in table.rows if _number(row[0]) == processes]
        writers = [processes * _number(row[1]) for row in rows]
        who = "one process" if processes == 1 else f"{processes:.0f} processes"
        axes.plot(writers, [_number(row[4]) for row in rows], marker="o", label=f"{who}: 99 % within")
        axes.plot(writers, [_number(row[3]) for row in rows], "o:", label=f"{who}: median", alpha=0.6)
    axes.set(title=table.title, xlabel="writers", ylabel="milliseconds a write", xscale="log", yscale="log")
    every = sorted({_number(row[0]) * _number(row[1]) for row in table.rows})
    axes.set_xticks(every, [f"{count:.0f}" for count in every])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def _operations(axes: Axes, table: Table) -> None:
    sizes = [float(name.replace(",", "")) for name in table.columns[1:]]
    lines = [row for row in table.rows if isinstance(row[1], Figure)]
    for number, row in enumerate(lines):
        style = ("-", "--", ":")[number % 3]
        axes.plot(sizes, [_number(cell) for cell in row[1:]], style, marker="o", label=str(row[0]))
    axes.set(title=table.title, xlabel="predictions in the store", ylabel="milliseconds")
    axes.set(xscale="log", yscale="log")
    axes.set_xticks(sizes, [f"{size:,.0f}" for size in sizes])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.01, 0.5))


def _number(cell: Cell) -> float:
    """The cell's figure; what was not measured is no number, and is not drawn."""
    if cell is None:
        return float("nan")
    return cell.median if isinstance(cell, Figure) else float(cell)
