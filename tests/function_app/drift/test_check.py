"""The drift check on real stores: what it reads, what it keeps, and what it survives."""

import multiprocessing
import os
import signal
import threading
from typing import Any

import msgspec
import numpy as np
import pytest

from function_app.bundle import Outcomes
from function_app.drift import check as check_module
from function_app.drift import reading as reading_module
from function_app.drift.check import check_drift
from function_app.drift.checkpoint import Mark, read_checkpoint
from function_app.drift.event import drift_event
from function_app.drift.memory import MemoryStore
from function_app.drift.monitor import DriftRule
from function_app.errors import ConflictError
from function_app.events import dimensions
from function_app.store import DriftReport, Feedback, Prediction, Store
from function_app.store.records import STATE_CHARACTERS, DriftVotes
from function_app.store.sqlite import SqliteStore
from tests.function_app import samples
from tests.function_app.drift.streams import REFERENCE
from tests.function_app.places import Place

RULE = DriftRule(min_samples=50, min_effect=0.03, false_alarms_per_month=0.01, sample_per_hour=20)
LABELLED = msgspec.structs.replace(REFERENCE, outcomes=Outcomes(rows=1_000, wrong=150))


def tweets(count: int, *, positive: float = 0.5, model: str = "m", seed: int = 1) -> list[Prediction]:
    """Predictions like the reference over the last hours, twenty an hour; so many positive."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, is_positive in enumerate(rng.random(count) < positive):
        record_id, created = samples.ago(hours=(count - number) / 20)
        probability = float(rng.choice([0.55, 0.75, 0.85, 0.95], p=[0.14, 0.16, 0.2, 0.5]))
        rows.append(
            msgspec.structs.replace(
                samples.prediction(probability=probability if is_positive else 1 - probability, model=model),
                id=record_id,
                created=created,
                text=f"tweet {'good' if is_positive else 'bad'} {number}",
                tokens=20,
                unknown_tokens=int(rng.choice([0, 4, 12], p=[0.8, 0.15, 0.05])),
                characters=int(rng.choice([25, 75, 150], p=[0.2, 0.5, 0.3])),
                topic=int(rng.choice(8, p=[0.2, 0.2, 0.15, 0.15, 0.1, 0.1, 0.05, 0.05])),
                foreign=False,
            )
        )
    return rows


def vote(prediction: Prediction, *, correct: bool) -> Feedback:
    return msgspec.structs.replace(samples.feedback(prediction.id), matched=True, correct=correct)


def run(store: Store, *, model: str = "m", rule: DriftRule = RULE) -> DriftReport:
    return check_drift(store, model=model, reference=LABELLED, rule=rule)


def test_no_predictions_are_too_few(either: Store) -> None:
    report = run(either)
    assert (report.status, report.drift, report.samples, report.positive_rate) == (
        "insufficient_data",
        False,
        0,
        None,
    )
    assert report.advice.action == "wait"
    assert either.drift_reports(10) == [report]


def test_tweets_like_the_reference_are_stable(either: Store) -> None:
    either.add_predictions(tweets(300))
    report = run(either)
    assert (report.status, report.samples, report.new_samples) == ("stable", 300, 300)
    assert report.moved == []
    assert report.words is None
    assert report.accuracy is not None


def test_a_shift_is_reported_with_what_explains_it(either: Store) -> None:
    either.add_predictions([*tweets(300), *tweets(150, positive=0.95, seed=2)])
    report = run(either)
    assert (report.status, report.drift, report.moved[0]) == ("drift", True, "positive_rate")
    assert report.since is not None
    assert report.evidence.log_e >= report.evidence.alarm_at
    assert report.examples
    assert {either.prediction(one.prediction_id).label for one in report.examples} == {"positive"}
    assert report.sentence
    event = dimensions(drift_event(report))
    assert (event["drift"], event["moved"].split(",")[0]) == ("true", "positive_rate")
    assert float(event["effect"]) == pytest.approx(report.tests[0].effect, abs=1e-6)
    assert event["since"] == report.since
    assert event["error_rate"] == "unknown"


def test_checks_add_up_to_one_check_of_everything(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "PAGE_ROWS", 70)
    rows = tweets(400, positive=0.6)
    at_once = MemoryStore()
    at_once.add_predictions(rows)
    whole = check_drift(at_once, model="m", reference=LABELLED, rule=RULE)
    several = place.open()
    reports = []
    for start, end in ((0, 130), (130, 130), (130, 400)):
        several.add_predictions(rows[start:end])
        reports.append(run(several))
    several.close()
    assert [(one.sequence, one.samples, one.new_samples) for one in reports] == [
        (1, 130, 130),
        (2, 130, 0),
        (3, 400, 270),
    ]
    assert reports[-1].evidence.log_e == pytest.approx(whole.evidence.log_e, rel=1e-6)
    assert reports[-1].positive_rate == pytest.approx(whole.positive_rate)


def test_votes_count_once_an_answer_and_for_the_model(either: Store) -> None:
    mine, others = tweets(60), tweets(5, model="older")
    either.add_predictions([*mine, *others])
    for prediction in mine[:10]:
        either.add_feedback(vote(prediction, correct=False), None)
        either.add_feedback(vote(prediction, correct=True), None)
    either.add_feedback(vote(others[0], correct=False), None)
    either.add_feedback(samples.feedback(samples.ago(hours=1)[0]), None)
    assert run(either).votes == DriftVotes(votes=10, wrong=10, error_rate=1.0, expected=0.15)


def test_only_the_deployed_model_counts_and_each_model_starts_anew(either: Store) -> None:
    either.add_predictions(tweets(5))
    run(either)
    either.add_predictions(tweets(3, model="older", seed=3))
    either.add_predictions([msgspec.structs.replace(one, sampled=False) for one in tweets(2, seed=4)])
    report = run(either)
    assert (report.samples, report.new_samples, report.other_model) == (5, 0, 3)
    other = run(either, model="older")
    assert (other.sequence, other.samples) == (3, 3)


def test_an_older_bundle_is_watched_with_the_tests_it_has(store: SqliteStore) -> None:
    old = msgspec.structs.replace(
        LABELLED, length=None, unknown_share=None, topics=None, foreign=None, outcomes=None, word_counts=None
    )
    rows = [msgspec.structs.replace(one, topic=None, foreign=None) for one in tweets(200, positive=0.95)]
    store.add_predictions(rows)
    report = check_drift(store, model="m", reference=old, rule=RULE)
    assert [test.name for test in report.tests] == ["positive_rate", "confidence"]
    assert report.status == "drift"
    assert report.votes.expected is None


def test_tweets_scored_before_topics_were_known_are_left_out_of_those_tests(store: SqliteStore) -> None:
    rows = tweets(120)
    store.add_predictions([msgspec.structs.replace(one, topic=None, foreign=None) for one in rows[:70]])
    store.add_predictions(rows[70:])
    counts = {test.name: test.samples for test in run(store).tests}
    assert counts["positive_rate"] == 120
    assert counts["topic"] == counts["language"] == 50


def test_heavy_traffic_is_sampled_and_all_of_it_is_read(store: SqliteStore) -> None:
    hour = samples.ago(hours=3)[1][:13]
    rows = [msgspec.structs.replace(one, created=f"{hour}:30:00.000Z") for one in tweets(900)]
    store.add_predictions(rows)
    report = run(store)
    assert (report.samples, report.new_samples) == (360, 360)
    assert run(store).new_samples == 0
    assert read_checkpoint(store.drift_state("m")).read == 900


def test_the_explanation_reads_back_to_the_change_and_no_further(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checks every 20 tweets; the change comes after 300. Marks of earlier checks lead back to it."""
    monkeypatch.setattr(check_module, "MOST_EXPLAINED", 60)
    given: list[list[Prediction]] = []
    told = check_module.explained

    def explained(report: DriftReport, rows: list[Prediction], *rest: Any, **more: Any) -> DriftReport:
        given.append(rows)
        return told(report, rows, *rest, **more)

    monkeypatch.setattr(check_module, "explained", explained)
    rows = [*tweets(420)[:300], *tweets(420, positive=0.95, seed=2)[300:]]
    for start in range(0, 420, 20):
        store.add_predictions(rows[start : start + 20])
        report = run(store)
    assert report.status == "drift"
    assert given[0] == []
    explaining = given[-1]
    assert len(explaining) == 60
    assert all(row.created >= report.since for row in explaining)
    assert {row.id for row in explaining} <= {row.id for row in rows}
    assert len(store.drift_state("m")) < STATE_CHARACTERS


def test_reading_back_is_bounded() -> None:
    checkpoint = read_checkpoint("")
    checkpoint.read = 100_000
    checkpoint.cursor = "end"
    assert checkpoint.mark_before(0.0, most=20_000) == "end"
    checkpoint.marks = [Mark(float(n), n * 5_000, str(n)) for n in range(20)]
    assert checkpoint.mark_before(18.5, most=20_000) == "18"
    assert checkpoint.mark_before(3.0, most=20_000) == "16"
    assert checkpoint.mark_before(3.0, most=1_000) == "19"


def test_of_two_checks_at_once_one_counts(place: Place) -> None:
    stores = [place.open() for _ in range(2)]
    stores[0].add_predictions(tweets(60))
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def check(store: Any) -> None:
        add = store.add_drift_report

        def add_together(report: DriftReport, state: str) -> None:
            barrier.wait(10)
            add(report, state)

        store.add_drift_report = add_together
        try:
            run(store)
        except ConflictError:
            outcomes.append("conflict")
        else:
            outcomes.append("reported")

    threads = [threading.Thread(target=check, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    fresh = place.open()
    assert sorted(outcomes) == ["conflict", "reported"]
    assert [one.samples for one in fresh.drift_reports(10)] == [60]
    again = run(fresh)
    assert (again.sequence, again.samples, again.new_samples) == (2, 60, 0)
    for store in (*stores, fresh):
        store.close()


def die_before_it_reports(place: Place) -> None:
    """In another process: a check that is killed when all is done but the one write."""
    store = place.open()

    def killed(report: DriftReport, state: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    store.add_drift_report = killed
    run(store)


def die_after_it_reports(place: Place) -> None:
    """In another process: a check that is killed when its report is written and before anybody knows."""
    store = place.open()
    add = store.add_drift_report

    def killed(report: DriftReport, state: str) -> None:
        add(report, state)
        os.kill(os.getpid(), signal.SIGKILL)

    store.add_drift_report = killed
    run(store)


def test_a_check_that_is_killed_loses_nothing_and_counts_nothing_twice(place: Place) -> None:
    context = multiprocessing.get_context("spawn")
    store = place.open()
    rows = tweets(200, positive=0.6)
    store.add_predictions(rows[:150])
    for prediction in rows[:40]:
        store.add_feedback(vote(prediction, correct=True), None)
    for die in (die_before_it_reports, die_after_it_reports):
        process = context.Process(target=die, args=(place,))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
    assert [one.samples for one in store.drift_reports(10)] == [150]
    store.add_predictions(rows[150:])
    report = run(store)
    assert (report.sequence, report.samples, report.new_samples, report.votes.votes) == (2, 200, 50, 40)
    store.close()
