"""Waiting for something that another thread or process does."""

import time
from collections.abc import Callable

LIMIT_SECONDS = 20.0


def wait_until(holds: Callable[[], object], *, seconds: float = LIMIT_SECONDS) -> None:
    """Polls until `holds()` is true; an AssertionError after `seconds`."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, f"not within {seconds} seconds"
        time.sleep(0.01)
