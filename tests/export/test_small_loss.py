"""Too much lost to 8 bits is an error of its own, that an export in 32 bits gets around."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from export.bundle import BundleOptions, _parity_texts, _refit, _require_finite, _require_small_loss
from export.calibration import Calibration
from export.errors import ExportError, QuantisationError
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


def sure(right: float):
    labels = np.tile(np.array([0, 1], dtype=np.int8), 500)
    return {"tweets": scores(labels, np.where(labels == 1, right, 1 - right))}


def test_log_loss_may_rise_a_little_and_no_more_where_every_label_stays(change):
    assert _require_small_loss(sure(0.9), sure(0.89), change)["accuracy_lost"] == {"tweets": 0}
    with pytest.raises(QuantisationError, match="log-loss on tweets"):
        _require_small_loss(sure(0.9), sure(0.88), change)


def test_what_is_no_number_is_too_much():
    _require_finite(np.array([0.0, 1.0]))
    for value in (np.nan, np.inf):
        with pytest.raises(QuantisationError, match="1 of 2 texts; export with --no-quantise"):
            _require_finite(np.array([0.5, value]))


def test_a_graph_in_8_bits_that_cannot_be_calibrated_leaves_the_way_to_32_open():
    def nothing_fits(*_):
        raise ExportError("no calibration fits")

    with pytest.raises(QuantisationError, match="no calibration fits"):
        _refit(SimpleNamespace(refit_calibration=nothing_fits), Calibration(1.0, 0.0), np.array([0.5]))


def test_the_fewest_texts_of_parity_hold_for_those_that_are_compared():
    held_out = SimpleNamespace(test=pd.DataFrame({"text": [f"text {number}" for number in range(100)]}))
    found = _parity_texts(held_out, BundleOptions(parity_texts=60, min_parity_texts=60))
    assert sum(text.startswith("text ") for text in found) == 60
    for options in (
        BundleOptions(parity_texts=10, min_parity_texts=60),
        BundleOptions(parity_texts=5000, min_parity_texts=101),
    ):
        with pytest.raises(ExportError, match="--min-parity-texts"):
            _parity_texts(held_out, options)
