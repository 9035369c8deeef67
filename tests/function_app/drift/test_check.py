import math
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest

from function_app.bundle import Reference
from function_app.drift import check as check_module
from function_app.drift.check import DriftRule, check_drift
from function_app.drift.eprocess import log_e_value, reference_shares
from function_app.errors import ConflictError
from function_app.store import DriftReport
from function_app.store.sqlite import SqliteStore
from tests.function_app.handmade import SCORE_COUNTS, reference
from tests.function_app.samples import prediction

REFERENCE = msgspec.convert(reference(), Reference)
RULE = DriftRule(min_samples=300, min_effect=0.05, alpha=0.01)
SHARES = np.array(SCORE_COUNTS) / sum(SCORE_COUNTS)


def add(store: SqliteStore, bins: np.ndarray | list[int], *, model: str = "m") -> None:
    """Adds a prediction in the middle of each of the given score bins."""
    store.add_predictions([prediction(probability=(one + 0.5) / 10, model=model) for one in bins])


def run(store: SqliteStore, rule: DriftRule = RULE) -> DriftReport:
    return check_drift(store, model="m", reference=REFERENCE, rule=rule)


def draws(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).choice(10, size=count, p=SHARES)


def test_no_predictions_are_too_few(store: SqliteStore) -> None:
    report = run(store)
    assert (report.status, report.drift, report.samples, report.positive_rate) == (
        "insufficient_data",
        False,
        0,
        None,
    )
    assert store.drift_reports(10) == [report]


def test_tweets_like_the_reference_are_stable(store: SqliteStore) -> None:
    add(store, draws(4, 2_000))
    report = run(store)
    assert (report.status, report.drift) == ("stable", False)
    assert "No drift over 2,000 tweets" in report.sentence


def test_a_shift_is_reported_in_numbers_and_words(store: SqliteStore) -> None:
    add(store, np.where(np.arange(400) % 5 == 0, 9, draws(5, 400)))
    report = run(store)
    assert (report.status, report.drift) == ("drift", True)
    assert report.evidence.log_e >= report.evidence.alarm_at == pytest.approx(math.log(100))
    assert report.evidence.log_e == log_e_value(report.counts, reference_shares(SCORE_COUNTS))
    assert report.effect.total_variation >= 0.05
    assert report.positive_rate == report.positives / 400
    for part in ("400 tweets", "model m", "52.0%", "deployments", "retrain"):
        assert part in report.sentence


def test_too_few_samples_never_alarm(store: SqliteStore) -> None:
    add(store, [9] * 299)
    assert run(store).status == "insufficient_data"
    add(store, [9])
    assert run(store).status == "drift"


def test_strong_evidence_of_a_small_effect_is_no_drift(store: SqliteStore) -> None:
    add(store, [9] * 400)
    lenient = DriftRule(min_samples=300, min_effect=0.99, alpha=0.01)
    report = run(store, lenient)
    assert report.evidence.log_e > 100
    assert report.status == "stable"


def test_half_the_evidence_is_a_warning() -> None:
    assert RULE.status(samples=300, log_e=math.log(100) - 0.01, effect=0.2) == "warning"
    assert RULE.status(samples=300, log_e=math.log(10) + 0.01, effect=0.2) == "warning"
    assert RULE.status(samples=300, log_e=math.log(10) - 0.01, effect=0.2) == "stable"
    assert RULE.status(samples=300, log_e=math.log(100), effect=0.05) == "drift"


def test_checks_add_up_to_one_check_of_everything(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_module, "PAGE_ROWS", 7)
    bins = draws(6, 60)
    for part in np.split(bins, [20, 21]):
        add(store, part)
        report = run(store)
    assert report.sequence == 3
    assert (report.samples, report.new_samples) == (60, 39)
    assert report.counts == np.bincount(bins, minlength=10).tolist()
    assert report.positives == int((bins >= 5).sum())
    again = run(store)
    assert (again.sequence, again.new_samples, again.counts) == (4, 0, report.counts)


def test_only_the_deployed_model_counts_and_each_model_starts_anew(store: SqliteStore) -> None:
    add(store, [0] * 5)
    run(store)
    add(store, [9] * 3, model="older")
    add(store, [0])
    report = run(store)
    assert (report.samples, report.new_samples, report.other_model) == (6, 1, 3)
    other = check_drift(store, model="older", reference=REFERENCE, rule=RULE)
    assert (other.sequence, other.samples, other.other_model) == (1, 3, 6)


def test_a_score_on_an_edge_falls_where_numpy_puts_it(store: SqliteStore) -> None:
    scores = [0.0, 0.1, 0.5, 0.9, 1.0]
    store.add_predictions([prediction(probability=score, model="m") for score in scores])
    expected, _ = np.histogram(scores, REFERENCE.score.edges)
    assert run(store).counts == expected.tolist()


def test_a_reference_with_other_bins_counts_afresh(store: SqliteStore) -> None:
    add(store, [0] * 5)
    run(store)
    histogram = msgspec.structs.replace(REFERENCE.score, edges=[0.0, 0.5, 1.0], counts=[5, 5])
    changed = msgspec.structs.replace(REFERENCE, score=histogram)
    report = check_drift(store, model="m", reference=changed, rule=RULE)
    assert (report.sequence, report.counts) == (2, [5, 0])


class PausedStore(SqliteStore):
    """A real store whose reader waits at a barrier, so that two checks read the same rows."""

    barrier = threading.Barrier(2)

    def predictions_after(self, cursor: str, limit: int):
        self.barrier.wait(10)
        return super().predictions_after(cursor, limit)


def test_of_two_checks_at_once_one_counts(store: SqliteStore, store_path: Path) -> None:
    add(store, [0] * 10)
    paused = PausedStore(store_path)
    outcomes: list[str] = []

    def check() -> None:
        try:
            run(paused)
        except ConflictError:
            outcomes.append("conflict")
        else:
            outcomes.append("reported")

    threads = [threading.Thread(target=check) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    paused.close()
    assert sorted(outcomes) == ["conflict", "reported"]
    assert [one.samples for one in store.drift_reports(10)] == [10]
    assert run(store).samples == 10


class Killed(BaseException):
    """Stands for the end of the process."""


class DyingStore(SqliteStore):
    """A real store that ends the process while the second page is read."""

    reads = 0

    def predictions_after(self, cursor: str, limit: int):
        self.reads += 1
        if self.reads == 2:
            raise Killed
        return super().predictions_after(cursor, limit)


def test_a_check_that_is_killed_leaves_nothing_behind(
    store: SqliteStore, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_module, "PAGE_ROWS", 5)
    add(store, [0] * 12)
    dying = DyingStore(store_path)
    with pytest.raises(Killed):
        run(dying)
    dying.close()
    assert store.drift_reports(10) == []
    assert run(store).samples == 12
