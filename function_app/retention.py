"""Deletes what is older than it may become."""

import time
from datetime import UTC, datetime, timedelta

from function_app.clock import rfc3339
from function_app.store import Store

BATCH_RECORDS = 1_000
"""Records deleted at once, so that nobody waits long for the store."""

MOST_SECONDS = 240.0
"""How long one run may take; the host ends a function after five minutes. The next run goes on."""


def delete_expired(store: Store, *, days: int, most_seconds: float = MOST_SECONDS) -> int:
    """Deletes records older than `days`, batch by batch; how many. Raises `StoreUnavailableError`."""
    before = rfc3339(datetime.now(UTC) - timedelta(days=days))
    give_up = time.monotonic() + most_seconds
    deleted = 0
    while True:
        batch = store.delete_before(before, BATCH_RECORDS)
        deleted += batch
        if batch < BATCH_RECORDS or time.monotonic() >= give_up:
            return deleted
