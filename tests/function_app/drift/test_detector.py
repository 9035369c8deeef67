import itertools
from dataclasses import replace
from math import exp, log

import msgspec
import numpy as np
import pytest
from scipy.stats import binom

from function_app.drift import detector as detector_module
from function_app.drift.detector import LUMP, MONTH_SECONDS, MONTH_TWEETS, Detector, DetectorState
from function_app.drift.watches import Watch, watch_of_votes, watches_of_tweets
from tests.function_app.drift.references import REFERENCE

NO_CAP = 1e9
RATE = watch_of_votes(0.3)


def detector(
    watches: list[Watch], *, log_cap: float = NO_CAP, state: DetectorState | None = None
) -> Detector:
    return Detector(watches, log_cap=log_cap, state=state)


def feed(one: Detector, cells: np.ndarray, *, start: float = 0.0, gap: float = 60.0) -> Detector:
    seconds = start + np.arange(len(cells)) * gap
    one.observe(cells, seconds=seconds, confidence=np.full(len(cells), 0.5))
    return one


def topics(cells: int) -> Watch:
    """A watch that learns, on so many equally likely cells."""
    return Watch(
        name="topic",
        null=np.full(cells, 1 / cells),
        log_ratios=np.zeros((2, cells)),
        weights=np.array([0.5, 0.5]),
        values=np.zeros(cells),
        reference=0.0,
        least=0.1,
        unit="distance",
        patient=np.array([False, False]),
        leasts=np.array([0.1, 0.1]),
        mixtures=np.array([0.3, 0.9]),
    )


def flat(value: object) -> list[float]:
    """A number, or all numbers of lists of lists."""
    return [number for one in value for number in flat(one)] if isinstance(value, list) else [value]


def budget(months: float) -> float:
    return max(LUMP + (1 - LUMP) * months, months)


def test_it_agrees_with_the_recursion_written_out() -> None:
    rng = np.random.default_rng(1)
    cells = (rng.random(700) < 0.35).astype(np.int64)
    gaps = rng.exponential(3_000.0, 700)
    seconds = np.cumsum(gaps)
    one = detector([RATE])
    one.observe(cells[:, None], seconds=seconds, confidence=cells * 0.5)
    for alternative, ratios in enumerate(np.exp(RATE.log_ratios)):
        evidence, given, cusum, first, counted = 0.0, 0.0, 0.0, 0, 0
        for n, (cell, second) in enumerate(zip(cells, seconds, strict=True)):
            months = min((second - seconds[0]) / MONTH_SECONDS, n / MONTH_TWEETS)
            evidence = (evidence + budget(months) - given) * ratios[cell]
            given = budget(months)
            if cusum + log(ratios[cell]) < 0:
                cusum, first, counted = 0.0, n + 1, 0
            else:
                cusum, counted = cusum + log(ratios[cell]), counted + 1
        assert one.log_r[alternative] == pytest.approx(log(evidence), rel=1e-9)
        assert one.cusum[alternative] == pytest.approx(cusum, abs=1e-9)
        assert one.counts[alternative] == counted
        assert one.sums[alternative] == cells[first:].sum()
        assert one.confidence[alternative] == pytest.approx(0.5 * cells[first:].sum())
        assert one.since[alternative] == seconds[min(first, 699)]
    assert one.totals[0] == 700
    assert one.total_sums[0] == cells.sum()


def test_the_ratio_of_likelihoods_is_that_of_binomials() -> None:
    """From a single start, which two tweets at one time are, R is the budget times the likelihood ratio."""
    cells = np.array([1, 1, 0, 1, 0, 0, 1, 1, 1, 0])
    one = feed(detector([RATE]), cells[:, None], gap=0)
    for alternative, shift in enumerate((0.08, 0.16, 0.30)):
        ratio = binom.pmf(6, 10, 0.3 + shift) / binom.pmf(6, 10, 0.3)
        assert exp(one.log_r[alternative]) == pytest.approx(LUMP * ratio, rel=1e-9)


@pytest.mark.parametrize("watch", [RATE, topics(3)], ids=["fixed", "learned"])
def test_the_mean_of_the_evidence_is_the_budget_that_became_available(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sum over every outcome of six tweets, so that the martingale property itself is checked.

    What is learned is learned every two tweets and at once, so that it matters within six.
    """
    monkeypatch.setattr(detector_module, "BLOCK", 2)
    monkeypatch.setattr(detector_module, "MEMORY", 4.0)
    gap = MONTH_SECONDS / 50
    monkeypatch.setattr(detector_module, "MONTH_TWEETS", 30)
    mean = np.zeros(len(watch.weights))
    for outcome in itertools.product(range(len(watch.null)), repeat=6):
        cells = np.array(outcome)
        chance = np.prod(watch.null[cells])
        mean += chance * np.exp(feed(detector([watch]), cells[:, None], gap=gap).log_r)
    assert mean == pytest.approx(budget(5 / 50), rel=1e-9)


def test_what_a_patient_alternative_leaves_out_says_nothing_to_it() -> None:
    """Its evidence, its change point and its tallies are those of the tweets that it takes."""
    rng = np.random.default_rng(7)
    cells = (rng.random((120, 1)) < 0.5).astype(np.int64)
    even = rng.random(120) < 0.4
    patient = replace(RATE, patient=np.array([True, False, True]))
    mixed, every, few = detector([patient]), detector([RATE]), detector([RATE])
    seconds, confidence = np.zeros(120), rng.random(120)
    mixed.observe(cells, seconds=seconds, confidence=confidence, even=even)
    every.observe(cells, seconds=seconds, confidence=confidence)
    few.observe(cells[even], seconds=seconds[even], confidence=confidence[even])
    for name in ("cusum", "counts", "sums", "confidence"):
        found = getattr(mixed, name)
        assert found[[0, 2]] == pytest.approx(getattr(few, name)[[0, 2]]), name
        assert found[1] == pytest.approx(getattr(every, name)[1]), name
    assert mixed.log_r[1] == pytest.approx(every.log_r[1])
    assert mixed.log_r[[0, 2]] == pytest.approx(few.log_r[[0, 2]])
    assert (mixed.seen, mixed.totals[0], mixed.total_sums[0]) == (120, 120, cells.sum())


@pytest.mark.parametrize(
    ("tweets", "hours", "months"), [(20_000, 730 / 2, 0.5), (10_000, 730, 0.5), (40_000, 1_460, 2)]
)
def test_a_month_lasts_730_hours_and_20000_tweets(tweets: int, hours: float, months: float) -> None:
    """A tweet that says nothing leaves R at what became available: one by the month, after it one a month."""
    one = feed(detector([RATE]), np.full((tweets, 1), -1), gap=hours * 3_600 / tweets)
    assert np.exp(one.log_r) == pytest.approx(budget(months), rel=1e-3)
    assert budget(1) == 1


def test_it_makes_no_difference_how_tweets_are_spread_over_checks() -> None:
    rng = np.random.default_rng(2)
    watches = [RATE, topics(5)]
    cells = np.stack([rng.random(400) < 0.5, rng.integers(0, 3, 400)], axis=1).astype(np.int64)
    whole = feed(detector(watches, log_cap=5), cells)
    state: DetectorState | None = None
    start = 0
    for end in (1, 3, 30, 77, 250, 400):
        one = detector(watches, log_cap=5, state=state)
        feed(one, cells[start:end], start=start * 60.0)
        state = msgspec.json.decode(msgspec.json.encode(one.state()), type=DetectorState)
        start = end
    assert state is not None
    for name, value in msgspec.structs.asdict(whole.state()).items():
        assert flat(getattr(state, name)) == pytest.approx(flat(value), rel=1e-9, abs=1e-9), name


def test_the_state_is_small_enough_for_one_property_of_a_table() -> None:
    watches = watches_of_tweets(REFERENCE, least_positive_rate=0.03)
    rng = np.random.default_rng(3)
    cells = np.stack([rng.choice(len(one.null), 5_000, p=one.null) for one in watches], axis=1)
    one = feed(detector(watches, log_cap=7), cells)
    assert len(msgspec.json.encode(one.state())) < 6_000


def test_evidence_of_a_change_that_is_over_dies_away() -> None:
    """1,500 tweets of another kind, then as before: within 1,500 tweets the evidence is a thousandth."""
    rng = np.random.default_rng(4)
    one = feed(detector([RATE], log_cap=7), (rng.random((1_500, 1)) < 0.5).astype(np.int64))
    high = np.logaddexp.reduce(one.log_r + np.log(RATE.weights * RATE.share))
    assert high >= 7 - log(3)
    feed(one, (rng.random((1_500, 1)) < 0.3).astype(np.int64), start=90_000)
    low = np.logaddexp.reduce(one.log_r + np.log(RATE.weights * RATE.share))
    assert low < high - log(1_000)


def test_the_change_point_is_close_to_the_truth() -> None:
    """A change of 16 points after 2,000 tweets, looked back on 500 tweets later. The CUSUM is known to be off
    by tens of tweets: in 100 streams the middle half lies within 60 tweets of the truth.
    """
    rng = np.random.default_rng(5)
    found = []
    for _ in range(100):
        cells = (rng.random(2_500) < np.where(np.arange(2_500) < 2_000, 0.3, 0.46)).astype(np.int64)
        one = feed(detector([RATE]), cells[:, None], gap=1)
        found.append(one.since[1] - 2_000)
    assert abs(np.median(found)) <= 30
    assert np.quantile(np.abs(found), 0.5) <= 60


def test_the_learned_distance_is_nothing_in_the_mean_where_nothing_has_changed() -> None:
    rng = np.random.default_rng(6)
    watch = topics(20)
    same = [feed(detector([watch]), rng.integers(0, 20, (2_000, 1))) for _ in range(30)]
    assert np.mean([one.total_sums[0] / 2_000 for one in same]) == pytest.approx(0, abs=0.005)
    changed = np.where(rng.random(2_000) < 0.5, rng.integers(0, 20, 2_000), rng.integers(0, 4, 2_000))
    one = feed(detector([watch]), changed[:, None])
    assert 0.3 < one.total_sums[0] / 2_000 < 0.4  # the total variation distance is 0.4


def test_a_clock_that_steps_back_is_no_new_budget() -> None:
    one = detector([RATE])
    for second in (1e9, 1e9 + 1e6, 1e9, 1e9 + 1e6):
        feed(one, np.array([[-1]]), start=second)
    assert np.exp(one.log_r) == pytest.approx(budget(0), abs=1e-3)
