"""A graph that scores otherwise is refused."""

import numpy as np
import pytest

from export.errors import ParityError
from export.parity import require_parity

TEXTS = [f"text {n}" for n in range(2000)]
EXPECTED = np.linspace(0.01, 0.99, 2000)


def test_small_differences_pass_and_are_reported():
    parity = require_parity(EXPECTED, EXPECTED + 5e-5, TEXTS)
    assert parity.texts == 2000
    assert parity.max_difference == pytest.approx(5e-5)
    assert parity.label_agreement > 0.999


@pytest.mark.parametrize("wrong", [EXPECTED[7] + 2e-4, np.nan], ids=["2e-4 off", "not a number"])
def test_one_wrong_probability_is_refused_and_its_text_named(wrong):
    found = EXPECTED.copy()
    found[7] = wrong
    with pytest.raises(ParityError, match="text 7"):
        require_parity(EXPECTED, found, TEXTS)


def test_too_many_other_labels_are_refused_even_if_the_scores_are_close():
    near_half = np.full(2000, 0.5 - 1e-6)
    found = near_half.copy()
    found[:3] += 2e-6
    with pytest.raises(ParityError, match="same label"):
        require_parity(near_half, found, TEXTS)
