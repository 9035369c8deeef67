"""What a store holds, read past the app: the ids of its records, and whether the file is whole."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from function_app.store import Store

MOST = 1_000_000


@dataclass(frozen=True)
class Kept:
    """Ids, as they were found; `fault` says what is wrong with the file itself."""

    predictions: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    fault: str = ""

    def durable(self) -> set[str]:
        """Ids of what is stored before it is acknowledged."""
        return {*self.feedback, *self.examples, *self.alerts}

    def twice(self) -> int:
        """How many records are there more than once."""
        every = [*self.predictions, *self.feedback, *self.examples, *self.alerts]
        return len(every) - len(set(every))


def kept_in_file(path: Path) -> Kept:
    """What the SQLite file holds. A file that cannot be opened holds nothing, and that is its fault."""
    try:
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            (whole,) = connection.execute("PRAGMA integrity_check").fetchone()
            ids = {
                name: [row[0] for row in connection.execute(f"SELECT id FROM {name}")]
                for name in ("predictions", "feedback", "examples", "alerts")
            }
    except sqlite3.Error as error:
        return Kept(fault=f"the store does not open ({error})")
    return Kept(**ids, fault="" if whole == "ok" else f"the store is damaged ({whole})")


def kept_in(store: Store) -> Kept:
    """What a store of any kind holds."""
    return Kept(
        predictions=[row.id for row in store.predictions_after("", MOST)[0]],
        feedback=[row.id for row, _ in store.feedback_after("", MOST)[0]],
        examples=[row.id for row in store.examples_after("", MOST)[0]],
        alerts=[row.id for row in store.alerts(MOST)],
    )
