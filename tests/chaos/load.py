"""Callers that predict, judge, give examples and report alerts, and remember what they were promised."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from function_app.ids import new_id
from tests.chaos.kept import Kept
from tests.chaos.record import Record

ANSWER_SECONDS = 30.0
"""After so long a caller gives up; every bound is far below."""

_numbers = itertools.count()


@dataclass
class Promises:
    """What answers said is kept, by ids, and how the requests went.

    `longest`: seconds, of requests without an answer too. `early`: callers that ended before they were told
    to; `failures`: what answers were not as agreed, by the error that a caller met.
    """

    answers: Counter[str] = field(default_factory=Counter)
    predictions: set[str] = field(default_factory=set)
    judged: set[str] = field(default_factory=set)
    durable: set[str] = field(default_factory=set)
    unmatched: int = 0
    longest: float = 0.0
    longest_predict: float = 0.0
    early: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    def __or__(self, other: "Promises") -> "Promises":
        return Promises(
            self.answers + other.answers,
            self.predictions | other.predictions,
            self.judged | other.judged,
            self.durable | other.durable,
            self.unmatched + other.unmatched,
            max(self.longest, other.longest),
            max(self.longest_predict, other.longest_predict),
            self.early + other.early,
            self.failures + other.failures,
        )

    def judge(self, record: Record, kept: Kept) -> None:
        """Adds these requests to the record, and what of the promises is not in the store.

        Predictions may be lost where the process was killed; not those that feedback was joined with.
        """
        record.answers += self.answers
        record.took(self.longest)
        record.acknowledged += len(self.durable | self.judged)
        record.lost += self.lost(kept)
        record.demand(record.ends_hosts or not self.early, f"{self.early} callers ended early")
        record.demand(not self.failures, f"callers failed: {', '.join(self.failures)}")
        record.demand(not kept.fault, kept.fault)
        record.demand(not kept.twice(), "records are in the store twice")

    def judge_again(self, record: Record, kept: Kept) -> None:
        """What all rounds on one store were promised is there at the end too."""
        record.lost = max(record.lost, self.lost(kept))  # what a round has lost is missing at the end too
        record.demand(not kept.fault, kept.fault)
        record.demand(not kept.twice(), "records are in the store twice")

    def lost(self, kept: Kept) -> int:
        """How many of the promised records are not there."""
        return len((self.durable | self.judged) - kept.durable() - set(kept.predictions))

    def unpromised(self, kept: Kept) -> int:
        """How many records are there that no answer told of."""
        return len(kept.durable() - self.durable) + len(set(kept.predictions) - self.predictions)


class NoAnswerError(Exception):
    """The connection failed, or the answer did not come in time."""


class Caller(threading.Thread):
    """Goes on until it is told to stop or a request gets no answer."""

    def __init__(self, base: str) -> None:
        super().__init__(daemon=True)
        self.promises = Promises()
        self.over = threading.Event()
        self.base = base
        self._session = requests.Session()

    def run(self) -> None:
        with self._session:
            try:
                while not self.over.is_set():
                    self._round()
            except NoAnswerError:
                pass  # counted with the answers
            except Exception as error:  # noqa: BLE001 - whatever it is, it comes from an answer
                self.promises.failures[f"{type(error).__name__}: {error}"] += 1
        self.promises.early = int(not self.over.is_set())

    def _round(self) -> None:
        """One of each kind, feedback on every other prediction. Raises `NoAnswerError`."""
        number = next(_numbers)
        made = self._post("predict", {"text": f"great crew but my bag is lost {number}"})
        if made.ok:
            prediction = made.json()["id"]
            self.promises.predictions.add(prediction)
            if number % 2:
                self._judge(prediction)
        given = self._post("retrain", {"text": f"late again {number}", "label": "negative"})
        self._acknowledged(given, "example_id")
        self._acknowledged(self._post("alerts", alert(str(number))), "alert_id")

    def _judge(self, prediction: str) -> None:
        given = self._post("feedback", {"prediction_id": prediction, "label": "negative"})
        self._acknowledged(given, "feedback_id")
        if given.ok and given.json()["matched"]:
            self.promises.judged.add(prediction)
        elif given.ok:
            self.promises.unmatched += 1

    def _acknowledged(self, response: requests.Response, name: str) -> None:
        if response.ok:
            self.promises.durable.add(response.json()[name])

    def _post(self, route: str, body: object) -> requests.Response:
        started = time.monotonic()
        status = "none"
        try:
            response = self._session.post(
                f"{self.base}/api/{route}",
                json=body,
                headers={"Idempotency-Key": new_id()},
                timeout=ANSWER_SECONDS,
            )
            status = str(response.status_code)
        except requests.RequestException as error:
            raise NoAnswerError from error
        finally:
            self._took(route, time.monotonic() - started)
            self.promises.answers[status] += 1
        return response

    def _took(self, route: str, seconds: float) -> None:
        self.promises.longest = max(self.promises.longest, seconds)
        if route == "predict":
            self.promises.longest_predict = max(self.promises.longest_predict, seconds)


class Load:
    """Several callers at once, shared among the hosts."""

    def __init__(self, bases: Sequence[str], callers: int) -> None:
        self._callers = [
            Caller(base) for base, _ in zip(itertools.cycle(bases), range(callers), strict=False)
        ]

    def start(self) -> None:
        """Begins to call."""
        for caller in self._callers:
            caller.start()

    def promises(self, base: str | None = None) -> Promises:
        """What has been promised so far, by the host at `base` or by all; whole only after `end`."""
        found = Promises()
        for caller in self._callers:
            if base in (None, caller.base):
                found |= caller.promises
        return found

    def acknowledged(self) -> int:
        """How many records are promised by now."""
        return sum(len(caller.promises.durable) for caller in self._callers)

    def answered(self) -> Counter[str]:
        """How often each status has come by now."""
        return sum((Counter(dict(caller.promises.answers)) for caller in self._callers), Counter[str]())

    def early(self) -> int:
        """How many callers have ended by now without being told to."""
        return sum(caller.promises.early for caller in self._callers)

    def end(self) -> Promises:
        """Lets every caller finish its round; what was promised in all."""
        for caller in self._callers:
            caller.over.set()
        for caller in self._callers:
            caller.join(2 * ANSWER_SECONDS)
            if caller.is_alive():
                caller.promises.failures["an answer that never ends"] += 1
        return self.promises()


@contextmanager
def load_on(bases: Sequence[str], callers: int = 4) -> Iterator[Load]:
    """Callers that are ended with the block, whatever happens in it."""
    load = Load(bases, callers)
    load.start()
    try:
        yield load
    finally:
        load.end()


def grows_by(count: int, of: Callable[[], int]) -> Callable[[], bool]:
    """Whether `of()` has grown by so many since now."""
    least = of() + count
    return lambda: of() >= least


def alert(number: str) -> dict[str, object]:
    """An alert in Azure Monitor's common schema, another one for each number."""
    essentials = {
        "alertId": f"/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/{number}",
        "alertRule": "wrong-predictions",
        "severity": "Sev2",
        "signalType": "Log",
        "monitorCondition": "Fired",
        "monitoringService": "Log Alerts V2",
        "alertTargetIDs": [],
        "firedDateTime": "2020-01-01T12:00:00Z",
    }
    return {"schemaId": "azureMonitorCommonAlertSchema", "data": {"essentials": essentials}}
