"""What a benchmark found: figures with their spread, in tables that are printed and kept as JSON."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from function_app.gathering import usable_cores

MEASURED_WITH = ("onnxruntime", "onnxruntime-extensions", "azure-functions", "numpy")


@dataclass(frozen=True)
class Figure:
    """A quantity measured several times: its median, and the lowest and highest of the rounds."""

    median: float
    low: float
    high: float
    unit: str

    @classmethod
    def of(cls, rounds: Sequence[float], unit: str) -> "Figure":
        """The figure of some rounds' values."""
        return cls(statistics.median(rounds), min(rounds), max(rounds), unit)

    def over(self, other: "Figure") -> float:
        """How many times the other one's median this one is."""
        return self.median / other.median

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{rounded(self.median)} {self.unit}".rstrip()
        spread = f"{rounded(self.median)} ({rounded(self.low)}–{rounded(self.high)})"
        return f"{spread} {self.unit}".rstrip()


Cell = str | int | float | Figure | None
"""What nobody could measure is None."""


@dataclass(frozen=True)
class Table:
    """One comparison: a row for each thing compared; ``note`` says what a reader must know beside it."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    note: str = ""
    kept: dict[str, Any] = field(default_factory=dict)
    """What is kept as JSON, but too much to be shown."""

    def add(self, *cells: Cell) -> None:
        """Add a row. Raises `ValueError` where its cells are not as many as the columns."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns of {self.name}")
        self.rows.append(cells)

    def markdown(self) -> str:
        """The table as Markdown, title first."""
        lines = [f"**{self.title}**", "", _line(self.columns), _line(["---"] * len(self.columns))]
        lines += [_line([shown(cell) for cell in row]) for row in self.rows]
        return "\n".join([*lines, *(["", self.note] if self.note else [])]) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """The table with every figure's median, lowest and highest."""
        rows = [
            dict(
                zip(
                    self.columns,
                    [vars(cell) if isinstance(cell, Figure) else cell for cell in row],
                    strict=True,
                )
            )
            for row in self.rows
        ]
        shown_too = {"name": self.name, "title": self.title, "note": self.note, "rows": rows}
        return {**shown_too, **({"kept": self.kept} if self.kept else {})}


def shown(cell: Cell) -> str:
    """A cell as people read it."""
    if cell is None:
        return "—"
    return rounded(cell) if isinstance(cell, float) else str(cell)


def rounded(value: float) -> str:
    """Three digits that count, thousands with commas."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def machine() -> dict[str, Any]:
    """What the figures were measured on: processor, cores, memory, Python, packages, time (UTC)."""
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": usable_cores(),
        "memory_gb": _memory_gb(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in MEASURED_WITH},
    }


Peers = Mapping[str, Mapping[str, str]]
"""Versions by package, by the name of what was measured with them."""


def write(tables: Sequence[Table], path: Path, *, quick: bool = False, peers: Peers | None = None) -> None:
    """Keep tables and machine as JSON; `quick` says that it was a smoke run, whose figures mean little."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        "quick": quick,
        "machine": {**machine(), "peers": peers or {}},
        "tables": [table.as_dict() for table in tables],
    }
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _memory_gb() -> float | None:
    if not hasattr(os, "sysconf"):
        return None
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        of_line = dict(
            (part.strip() for part in line.split(":", 1))
            for line in info.read_text(encoding="utf-8").splitlines()
            if ":" in line
        )
        parts = [of_line.get("model name", platform.machine())]
        parts += [
            f"{name.removeprefix('cpu ')} {of_line[name]}"
            for name in ("cpu family", "model")
            if name in of_line
        ]
        return ", ".join(parts)
    return platform.processor() or platform.machine()
