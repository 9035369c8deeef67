"""Too much lost to 8 bits is an error of its own, that an export in 32 bits gets around."""

import numpy as np
import pytest

from export.bundle import _require_small_loss
from export.errors import QuantisationError
from export.metrics import scores
from export.parity import compare


def on_tweets(wrong: int):
    labels = np.tile(np.array([0, 1], dtype=np.int8), 500)
    probabilities = np.where(labels == 1, 0.9, 0.1).astype(np.float32)
    probabilities[:wrong] = 1 - probabilities[:wrong]
    return {"tweets": scores(labels, probabilities)}


@pytest.fixture
def change():
    same = np.array([0.2, 0.8], dtype=np.float32)
    return compare(same, same)


def test_two_rows_in_a_thousand_may_be_lost(change):
    kept = _require_small_loss(on_tweets(0), on_tweets(2), change)
    assert kept["accuracy_lost"]["tweets"] == pytest.approx(0.002)


def test_more_is_told_with_the_data_set(change):
    with pytest.raises(QuantisationError, match="on tweets"):
        _require_small_loss(on_tweets(0), on_tweets(4), change)
