"""What a fault did: how often it was made, what was answered, what was lost, and how long anybody waited."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.results import Cell, Table

HELD = "held"
SKIPPED = "skipped"

AWAY = ("503",)
"""What may be answered while the store is away."""

COLUMNS = (
    "fault",
    "times",
    "requests",
    "acknowledged",
    "of these lost",
    "answers",
    "longest wait (s)",
    "bound (s)",
    "verdict",
)


@dataclass(kw_only=True)
class Record:
    """One fault's row.

    `acknowledged`: records that an answer promised to keep. `answers`: how often each status came, and "none"
    for requests that got no answer. `longest`, `bound`: seconds. `broken` holds what went wrong, in
    sentences; `notes` what a reader should know beside it. `allowed`: statuses from 500 on that are right.
    `ends_hosts`: the fault kills or stops a host that is asked, so that requests get no answer.
    """

    fault: str
    done: str
    bound: float
    times: int = 0
    acknowledged: int = 0
    lost: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str = ""
    allowed: tuple[str, ...] = ()
    ends_hosts: bool = False

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.answers.total()

    @property
    def verdict(self) -> str:
        """Whether the app kept its promises."""
        if self.skipped:
            return SKIPPED
        return "; ".join(self.faults()) or HELD

    def faults(self) -> list[str]:
        """What went wrong, the promises that hold for every fault included."""
        found = [*self.broken]
        if self.lost:
            found.append(f"{self.lost} acknowledged records were lost")
        if self.longest > self.bound:
            found.append(f"a wait of {self.longest:.1f} s is over the bound of {self.bound:g} s")
        for status, count in self.answers.items():
            if status.startswith("5") and status not in self.allowed:
                found.append(f"{count} answers were {status}")
        if self.answers["none"] and not self.ends_hosts:
            found.append(f"{self.answers['none']} requests got no answer")
        return found

    def took(self, seconds: float) -> None:
        """Counts a wait."""
        self.longest = max(self.longest, seconds)

    def demand(self, holds: object, otherwise: str) -> None:
        """Notes what is broken unless `holds`; the same sentence only once."""
        if not holds and otherwise not in self.broken:
            self.broken.append(otherwise)

    def cells(self) -> tuple[Cell, ...]:
        """The row."""
        answers = ", ".join(f"{status}: {count:,}" for status, count in sorted(self.answers.items()))
        return (
            f"{self.fault}: {self.done}",
            self.times,
            self.requests,
            self.acknowledged,
            self.lost,
            answers or "–",
            round(self.longest, 2),
            self.bound,
            self.verdict if not self.skipped else f"{SKIPPED}: {self.skipped}",
        )


def table(records: Sequence[Record], *, seed: int) -> Table:
    """All faults, one a row."""
    notes = [f"{record.fault}: {note}" for record in records for note in record.notes]
    found = Table(
        "faults",
        "Faults, and what they cost",
        COLUMNS,
        note="\n".join(f"- {note}" for note in [f"Made from the seed {seed}.", *notes]),
    )
    for record in records:
        found.add(*record.cells())
    return found
