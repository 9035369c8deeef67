"""What is timed on a store that has grown: each request and timer that reads or writes it."""

import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from function_app.contract import FeedbackRequest, RetrainRequest
from function_app.drift.check import MOST_READ_AGAIN
from function_app.http import respond
from function_app.ids import new_id
from function_app.recorder import FLUSH_ROWS
from function_app.service import Service
from function_app.store import Prediction
from tests.bench.filling import Contents

OLDEST = 21
"""The page of reports before this number is the oldest one: as far down as one can ask for."""

PAGE = 20

_NEW_DAYS = 1e-4


@dataclass
class Instance:
    """The app on a store that holds `held`."""

    service: Service
    held: Contents
    _rng: random.Random = field(default_factory=lambda: random.Random(1))
    _seeds: Iterator[int] = field(default_factory=lambda: itertools.count(2))

    def any_id(self) -> str:
        """The id of one of the predictions."""
        return self.held.prediction_id(self._rng.randrange(self.held.rows))

    def write_new(self) -> float:
        """Writes predictions made just now, as many as the recorder writes at once; seconds."""
        rows = self._new_rows()
        return seconds(lambda: self.service.store.add_predictions(rows))

    def _new_rows(self) -> list[Prediction]:
        now = datetime.now(UTC)
        made = Contents(FLUSH_ROWS, self.held.model, start=now, days=_NEW_DAYS, seed=next(self._seeds))
        return next(made.predictions())


@dataclass(frozen=True)
class Operation:
    """Something that is timed `times` in a round; `run` gives the seconds of one time.

    `must`: the power of the number of rows with which it has to grow; `once`: it leaves nothing to do for a
    second round; `again`: it looks again at rows that it read before, `MOST_READ_AGAIN` at most.
    """

    name: str
    must: float
    times: int
    run: Callable[[Instance], float]
    once: bool = False
    again: bool = False

    def power(self, rows: int) -> float:
        """With which it has to grow up to so many rows: all of a few are looked at again."""
        return 1 if self.again and rows <= MOST_READ_AGAIN else self.must


def seconds(work: Callable[[], object]) -> float:
    """That `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _check_new(instance: Instance) -> float:
    instance.write_new()
    return seconds(instance.service.check_drift)


def _feedback(instance: Instance) -> float:
    request = FeedbackRequest(instance.any_id(), correct=False)
    return seconds(lambda: respond(instance.service.feedback(request, None)[0]))


def _feedback_with_key(instance: Instance) -> float:
    request, key = FeedbackRequest(instance.any_id(), correct=False), new_id()
    return seconds(lambda: respond(instance.service.feedback(request, key)[0]))


def _retrain(instance: Instance) -> float:
    request = RetrainRequest(text="an example of about the length of a tweet", label="negative")
    return seconds(lambda: respond(instance.service.retrain(request, None)[0]))


def _drift(instance: Instance) -> float:
    return seconds(lambda: respond(instance.service.drift(limit=PAGE, before=None)))


def _drift_oldest(instance: Instance) -> float:
    return seconds(lambda: respond(instance.service.drift(limit=PAGE, before=OLDEST)))


def _alerts(instance: Instance) -> float:
    return seconds(lambda: respond(instance.service.alerts(PAGE)))


def _health(instance: Instance) -> float:
    return seconds(lambda: respond(instance.service.health()))


def _expire(instance: Instance) -> float:
    return seconds(instance.service.delete_expired)


OPERATIONS = (
    Operation(
        "drift check, all predictions new", 1, 1, lambda one: seconds(one.service.check_drift), once=True
    ),
    Operation("drift check, nothing new", 0, 1, lambda one: seconds(one.service.check_drift), again=True),
    Operation(f"{FLUSH_ROWS} predictions written", 0, 5, Instance.write_new),
    Operation(f"drift check, {FLUSH_ROWS} new", 0, 1, _check_new, again=True),
    Operation("POST feedback", 0, 30, _feedback),
    Operation("POST feedback with a key", 0, 30, _feedback_with_key),
    Operation("POST retrain, examples waiting", 0, 20, _retrain),
    Operation("GET drift", 0, 20, _drift),
    Operation("GET drift, oldest page", 0, 20, _drift_oldest),
    Operation("GET alerts", 0, 20, _alerts),
    Operation("GET health", 0, 20, _health),
    Operation("retention, a tenth is old", 1, 1, _expire, once=True),
    Operation("retention, nothing is old", 0, 5, _expire),
)
"""In the order in which they are timed."""
