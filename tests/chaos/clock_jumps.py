"""The clock set forward and back: what is promised is kept, ids rise, and drift checks go on.

In this process, on the real model and a real file: nothing in the app lets its clock be set.
"""

import json
import time
from collections.abc import Callable
from typing import TypeVar

from function_app.alerts import AlertRequest
from function_app.contract import FeedbackRequest, Limits, PredictBatchRequest, RetrainRequest
from function_app.decoding import decode
from function_app.service import Service
from function_app.settings import Settings
from tests.chaos.kept import kept_in_file
from tests.chaos.load import alert
from tests.chaos.record import Record
from tests.chaos.shifted_clock import shifted_clock
from tests.chaos.trial import Trial

T = TypeVar("T")

HOUR, DAY = 3600.0, 86_400.0
JUMPS = (HOUR, -HOUR, DAY, -DAY, 30 * DAY, -30 * DAY, 400 * DAY, -400 * DAY, 0.0)
QUICK = (400 * DAY, -DAY, 0.0)

TWEETS = 200
"""Predictions after each jump: more than a drift check takes at once, so nothing saved up is left."""

_LIMITS = Limits(body_bytes=262_144, text_characters=2_000, batch_texts=1_000)


def run(trial: Trial) -> Record:
    """Sets the clock to each distance from the right time, and works; a wait is one call."""
    record = Record(fault="Clock jumping", done="forward and back, an hour to 400 days", bound=5.0)
    settings = {
        "MODEL_DIR": str(trial.model),
        "STORE_PATH": str(trial.store),
        "TELEMETRY": "off",
        "DRIFT_MIN_SAMPLES": "10",
    }
    with shifted_clock() as clock:
        service = Service(Settings.from_environment(settings))
        work = _Work(service, record)
        for ahead in QUICK if trial.quick else JUMPS:
            forward, clock.ahead = ahead > clock.ahead, ahead
            work.round(forward=forward)
            record.times += 1
        service.close()
    kept = kept_in_file(trial.store)
    record.demand(not kept.fault, kept.fault)
    record.acknowledged = len(work.durable)
    record.lost = len(work.durable - kept.durable() - set(kept.predictions))
    rising = work.predictions == sorted(work.predictions) and len(set(work.predictions)) == len(
        work.predictions
    )
    record.demand(rising, "ids do not rise when the clock is set back")
    record.notes.append(
        "an alert that is dated more than a day after the app's clock is refused with a 400; retention "
        "deletes by the clock, so one that is set forward by RETENTION_DAYS makes everything old"
    )
    return record


class _Work:
    """Predicts, judges and checks as callers and timers do."""

    def __init__(self, service: Service, record: Record) -> None:
        self.predictions: list[str] = []
        self.durable: set[str] = set()
        self._service = service
        self._record = record

    def round(self, *, forward: bool) -> None:
        """`forward`: whether the clock was set forward by an hour or more, so that more tweets may count."""
        before = self._judged()
        texts = ["great crew, late again"] * (TWEETS // 2)
        for _ in range(2):
            made = self._timed(lambda: self._service.predict_batch(PredictBatchRequest(texts))).predictions
            self.predictions.extend(one.id for one in made)
            for one in made[::20]:
                said, _ = self._timed(
                    lambda one=one: self._service.feedback(FeedbackRequest(one.id, correct=True), None)
                )
                self._record.demand(said.matched, "feedback did not find a prediction after a jump")
                self.durable |= {said.feedback_id, one.id}
        given, _ = self._timed(lambda: self._service.retrain(RetrainRequest("late again", "negative"), None))
        self.durable.add(given.example_id)
        body = json.dumps(alert(self.predictions[-1])).encode()
        request = decode(body, AlertRequest, _LIMITS)
        self.durable.add(self._timed(lambda: self._service.alert(request, body)).alert_id)
        self._timed(self._service.check_drift)
        if forward:
            self._record.demand(
                self._judged() > before, "a drift check counted no tweet after a jump forward"
            )
        self._record.demand(self._service.health().status == "ok", "health is not ok after a jump")

    def _judged(self) -> int:
        """How many tweets the drift checks have counted so far."""
        reports = self._service.store.drift_reports(1)
        return reports[0].samples if reports else 0

    def _timed(self, call: Callable[[], T]) -> T:
        started = time.monotonic()
        result = call()
        self._record.took(time.monotonic() - started)
        self._record.answers["done"] += 1
        return result
