"""An event on its way out of the process, and what became of a batch of them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from function_app.events import DIMENSION_CHARACTERS
from function_app.invocation import Invocation


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """An event. `created` is in seconds since 1970; `operation` and `span` are those of an `Invocation`."""

    name: str
    dimensions: dict[str, str]
    created: float
    operation: str | None
    span: str | None

    @classmethod
    def of(cls, name: str, dimensions: Mapping[str, str], cause: Invocation | None) -> "Outgoing":
        """An event of this moment."""
        return cls(
            name=name,
            dimensions={key: value[:DIMENSION_CHARACTERS] for key, value in dimensions.items()},
            created=time.time(),
            operation=None if cause is None else cause.operation,
            span=None if cause is None else cause.span,
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How many events were taken over, how many refused for good, and the places of those to send again."""

    sent: int
    refused: int
    again: list[int]
