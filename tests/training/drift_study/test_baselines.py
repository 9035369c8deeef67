import numpy as np
import pytest
from scipy import stats

from tests.training.drift_study import made
from training.drift_study.baselines import WINDOW, KolmogorovSmirnov, Psi, Wasserstein, windows

SIZES = [(2_000, 100), (350, 57), (20_000, 1_900), (40, 400), (3, 1)]


def pairs(reference: int, window: int, decimals: int):
    """A reference and a window of scores; rounded ones hold many ties."""
    rng = np.random.default_rng([reference, window, decimals])
    one, other = rng.beta(0.4, 0.4, reference), rng.beta(0.4, 0.6, window)
    return np.round(one, decimals).astype(np.float32), np.round(other, decimals).astype(np.float32)


@pytest.mark.parametrize("decimals", [1, 9])
@pytest.mark.parametrize(("reference", "window"), SIZES)
def test_wasserstein_is_scipys_distance_in_standard_deviations(reference, window, decimals):
    known, new = pairs(reference, window, decimals)
    expected = stats.wasserstein_distance(new, known) / np.std(known.astype(np.float64))
    assert Wasserstein(known)(new) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("decimals", [1, 9])
@pytest.mark.parametrize(("reference", "window"), SIZES)
def test_kolmogorov_smirnov_alarms_where_scipys_p_value_is_below_five_percent(reference, window, decimals):
    known, new = pairs(reference, window, decimals)
    scipys = stats.ks_2samp(new, known, method="asymp")
    statistic = KolmogorovSmirnov(known)
    assert statistic.distance(new) == pytest.approx(scipys.statistic, abs=1e-12)
    assert (statistic(new) > 1) == (scipys.pvalue < 0.05)


def test_psi_is_the_symmetric_relative_entropy_of_the_shares():
    rng = np.random.default_rng(0)
    known, new = rng.beta(2, 2, 5_000), rng.beta(2, 3, 300)
    edges = np.quantile(known, np.linspace(0, 1, 11))
    edges[0], edges[-1] = -np.inf, np.inf
    expected, found = (np.histogram(scores, edges)[0] + 0.5 for scores in (known, new))
    symmetric = stats.entropy(found, expected) + stats.entropy(expected, found)
    assert Psi(known)(new) == pytest.approx(symmetric, rel=1e-9)


def test_psi_of_the_reference_with_itself_is_nothing():
    known = np.random.default_rng(0).beta(2, 2, 1_000)
    assert Psi(known)(known) == 0


def test_windows_are_the_tweets_since_the_last_check_but_at_least_the_last_hundred():
    scores = np.linspace(0, 1, 1_000, dtype=np.float32)
    stream = made.stream(scores, seen=[50, 120, 120, 130, 500])
    found = dict(windows(stream))
    assert {check: len(window) for check, window in found.items()} == {1: WINDOW, 3: WINDOW, 4: 370}
    assert [window[0] for window in found.values()] == [scores[20], scores[30], scores[130]]
