from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from function_app.events import PredictionsEvent
from function_app.telemetry.summary import PredictionSummary
from tests.function_app.samples import prediction
from tests.function_app.waiting import wait_until


def summary(dropped: Callable[[], int] = lambda: 0, **given: Any) -> tuple[PredictionSummary, list[Any]]:
    sent: list[PredictionsEvent] = []
    return PredictionSummary(sent.append, dropped=dropped, **given), sent


def row(probability: float, **changes: Any) -> Any:
    return msgspec.structs.replace(prediction(probability=probability), **changes)


def test_what_was_answered_becomes_one_event() -> None:
    counted, sent = summary()
    counted.add([row(0.9, tokens=6, unknown_tokens=1)], seconds=0.001)
    counted.add([row(0.25, tokens=3, unknown_tokens=2), row(0.15, tokens=1, unknown_tokens=0)], seconds=0.003)
    counted.send()
    (event,) = sent
    assert (event.requests, event.count, event.negative, event.positive) == (2, 3, 2, 1)
    assert event.mean_confidence == pytest.approx((0.9 + 0.75 + 0.85) / 3)
    assert event.unknown_token_share == pytest.approx(3 / 10)
    assert event.latency_p50_ms == pytest.approx(2)
    assert event.foreign_share is None
    assert 0 <= event.seconds < 5
    counted.send()
    assert len(sent) == 1


def test_the_latency_is_that_of_calls_not_of_texts() -> None:
    counted, sent = summary()
    for milliseconds in range(1, 101):
        counted.add([row(0.9)] * (milliseconds % 3 + 1), seconds=milliseconds / 1000)
    counted.send()
    assert sent[0].latency_p50_ms == pytest.approx(50.5)
    assert sent[0].latency_p95_ms == pytest.approx(95.05)


def test_texts_that_are_not_english_are_a_share_of_those_judged() -> None:
    counted, sent = summary()
    counted.add([row(0.9, foreign=foreign) for foreign in (True, False, False, False, None)], seconds=0.1)
    counted.send()
    assert sent[0].foreign_share == 0.25


def test_what_was_dropped_since_the_last_event_is_told_once() -> None:
    total = 3
    counted, sent = summary(lambda: total)
    counted.add([row(0.9)], seconds=0.1)
    counted.send()
    total = 10
    counted.add([row(0.9)], seconds=0.1)
    counted.send()
    assert [event.dropped for event in sent] == [3, 7]


def test_the_event_is_sent_when_the_window_ends_without_anyone_asking() -> None:
    counted, sent = summary(window_seconds=0.05)
    for _ in range(5):
        counted.add([row(0.9)], seconds=0.1)
    wait_until(lambda: sent)
    assert sum(event.count for event in sent) == 5
    counted.send()
