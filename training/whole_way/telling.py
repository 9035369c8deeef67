"""Steps that say what they did, and what went wrong in them."""

import time
from collections.abc import Callable

from training.report.figures import duration

_MOST_CHARACTERS = 300


class Step:
    """Says what a step did and how long it took, or that it failed or was stopped."""

    def __init__(self, say: Callable[[str], None], name: str) -> None:
        self._say, self._name = say, name
        self._did = "done"
        self._started = time.monotonic()

    def did(self, told: str) -> None:
        """What there is to say of it."""
        self._did = told

    def __enter__(self) -> "Step":
        self._say(f"{self._name} …")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        told = self._did
        if kind is not None:
            told = "stopped" if issubclass(kind, KeyboardInterrupt) else "failed"
        self._say(f"{self._name}: {told} ({duration(time.monotonic() - self._started)})")


def reason(error: Exception) -> str:
    """Why something failed, in one line of bounded length."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:_MOST_CHARACTERS]
