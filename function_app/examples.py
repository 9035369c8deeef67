"""Labelled examples that callers give for the next training."""

import hashlib
from datetime import UTC, datetime

from function_app.clock import rfc3339, utc_now
from function_app.contract import RetrainAnswer, RetrainRequest
from function_app.errors import ForbiddenError
from function_app.ids import new_id
from function_app.schedule import next_time
from function_app.store import DriftStore, Example, Idempotency, Store

TAKEN_STATE = "examples-taken"
"""The named state in which training leaves the cursor behind the last example that it took."""


def take_example(
    request: RetrainRequest, *, key: str | None, store: Store, store_text: bool, schedule: str
) -> tuple[RetrainAnswer, bool]:
    """Keeps an example; when this returns it is durable. Says the answer, and whether the example is new.

    Raises `ForbiddenError` where texts must not be kept, `KeyReusedError` when `key` came before with another
    request, and `StoreUnavailableError`.
    """
    if not store_text:
        raise ForbiddenError("This app keeps no texts (STORE_TEXT is false), so it can take no examples")
    example = Example(
        id=new_id(),
        created=utc_now(),
        text=request.text,
        label=request.label,
        sha256=hashlib.sha256(request.text.encode()).hexdigest(),
        source="retrain",
    )
    idempotency = None if key is None else Idempotency.of(key, request)
    kept, is_new = store.add_example(example, idempotency)
    answer = RetrainAnswer(
        example_id=kept.id,
        waiting=count_waiting(store),
        next_training=rfc3339(next_time(schedule, datetime.now(UTC))),
    )
    return answer, is_new


def count_waiting(store: DriftStore) -> int:
    """How many examples no training has taken yet. Raises `StoreUnavailableError`."""
    taken = store.state(TAKEN_STATE)
    return store.count_examples("" if taken is None else taken.value)
