"""Counts of records behind a cursor that are gone on from, so that what waits is not counted each time."""

from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Generic, TypeVar

Place = TypeVar("Place", int, str)

COUNT_AGAIN_SECONDS = 3600.0
"""How long a count is gone on from: what is deleted meanwhile still counts."""


@dataclass(frozen=True)
class Counted(Generic[Place]):
    """`records` behind the cursor up to the place `until`; they began to be counted at the moment `since`."""

    cursor: str
    until: Place
    records: int = 0
    since: float = field(default_factory=monotonic)

    def serves(self, cursor: str) -> bool:
        """Whether a count behind this cursor may go on from here."""
        return self.cursor == cursor and monotonic() - self.since <= COUNT_AGAIN_SECONDS

    def onwards(self, until: Place, records: int) -> "Counted[Place]":
        """The count when so many more were found up to a place behind."""
        return replace(self, until=until, records=self.records + records)
