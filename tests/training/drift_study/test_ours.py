"""What the study says of the drift check is what a deployed app would report."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from function_app.bundle import Reference, read_bundle
from function_app.clock import rfc3339
from function_app.drift.check import check_drift
from function_app.drift.memory import MemoryStore
from function_app.drift.monitor import rule_of
from function_app.ids import id_of
from function_app.settings import Settings
from function_app.store import Feedback, Prediction
from training.drift_study.ours import DEPLOYED, DriftCheck
from training.drift_study.reference import reference_of
from training.drift_study.scored import Scored
from training.drift_study.streams import Stream, hourly, votes

SHIPPED = Path(__file__).resolve().parents[3] / "function_app" / "model"
RULE = rule_of(Settings.from_environment({"DRIFT_SAMPLE_PER_HOUR": "100"}))  # every tweet counts
MODEL = "a model"


@pytest.fixture(scope="module")
def like() -> Reference:
    return read_bundle(SHIPPED).reference


def tweets(count, *, positive, rng):
    probability = np.where(rng.random(count) < positive, 0.8, 0.3).astype(np.float32)
    return Scored(
        probability=probability,
        tokens=np.full(count, 20),
        unknown_tokens=rng.binomial(20, 0.03, count),
        characters=rng.integers(20, 140, count),
        topic=rng.integers(0, 5, count),
        foreign=rng.random(count) < 0.01,
        truth=(rng.random(count) < probability).astype(np.int8),
    )


@pytest.fixture(scope="module")
def stream():
    rng = np.random.default_rng(5)
    hours = np.sort(rng.uniform(0, 12, 400))
    return Stream(
        reference=tweets(5_000, positive=0.5, rng=rng),
        tweets=tweets(400, positive=0.75, rng=rng),
        hours=hours,
        checks=hourly(hours),
        change=0,
        voted=votes(400, rng),
    )


def test_every_verdict_is_that_of_the_check_that_goes_on_from_its_stored_state(stream, like):
    reference = reference_of(stream.reference, like=like)
    store, seen, levels, alarms = MemoryStore(), 0, [], []
    for end in stream.seen:
        rows = [prediction(stream, number) for number in range(seen, end)]
        store.add_predictions([row for row, _ in rows])
        store.add_votes([(vote, row) for row, vote in rows if vote is not None])
        report = check_drift(store, model=MODEL, reference=reference, rule=RULE)
        judged = report.status != "insufficient_data"
        levels.append(max(0, report.evidence.log_e / report.evidence.alarm_at) if judged else np.nan)
        alarms.append(report.drift)
        seen = end
    found = DriftCheck(like, RULE).verdicts(stream, to_the_end=True)
    np.testing.assert_allclose(found.level, levels, atol=1e-3)  # a record's time is in milliseconds
    assert list(found.alarm) == alarms
    assert any(alarms)


def test_nothing_is_judged_after_the_first_alarm_that_counts(stream, like):
    found = DriftCheck(like, RULE).verdicts(stream, to_the_end=False)
    assert found.alarm.sum() == 1
    assert np.isnan(found.level[np.flatnonzero(found.alarm)[0] + 1 :]).all()


def test_the_reference_has_the_bins_and_topics_of_the_shipped_one(stream, like):
    reference = reference_of(stream.reference, like=like)
    assert reference.rows == sum(reference.score.counts) == sum(reference.length.counts) == 5_000
    assert reference.score.edges == like.score.edges
    assert [topic.words for topic in reference.topics] == [topic.words for topic in like.topics]
    assert [topic.count for topic in reference.topics][:5] == np.bincount(stream.reference.topic).tolist()
    assert reference.positive_rate == pytest.approx(stream.reference.positive.mean())
    wrong = stream.reference.truth != stream.reference.positive
    assert (reference.outcomes.rows, reference.outcomes.wrong) == (5_000, wrong.sum())


def prediction(stream, number):
    """A tweet of the stream as it would be in the store, with the vote on it if there is one."""
    scores, seconds = stream.tweets, DEPLOYED + stream.hours[number] * 3_600
    row = Prediction(
        id=id_of(int(seconds * 1000), number),
        created=rfc3339(datetime.fromtimestamp(seconds, UTC)),
        model=MODEL,
        label="positive" if scores.positive[number] else "negative",
        probability=float(scores.probability[number]),
        tokens=int(scores.tokens[number]),
        unknown_tokens=int(scores.unknown_tokens[number]),
        characters=int(scores.characters[number]),
        sha256="",
        text=None,
        topic=int(scores.topic[number]),
        foreign=bool(scores.foreign[number]),
    )
    if not stream.voted[number]:
        return row, None
    is_right = bool(scores.truth[number] == scores.positive[number])
    return row, Feedback(
        id=row.id,
        created=row.created,
        prediction_id=row.id,
        matched=True,
        correct=is_right,
        label=None,
        text=None,
        comment=None,
    )
