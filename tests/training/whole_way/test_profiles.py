"""What each profile trains."""

import pytest

from training.__main__ import DEFAULT_DATA
from training.candidates import CANDIDATES
from training.candidates.hyperparameters import HyperparameterError
from training.whole_way.command import PROFILE_NAMES
from training.whole_way.profiles import CORPUS, PROFILES, TWEETS


def test_the_command_offers_every_profile_and_the_usual_data():
    assert tuple(PROFILES) == PROFILE_NAMES
    assert TWEETS == DEFAULT_DATA
    assert CORPUS.is_file()


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_every_setting_is_one_of_its_candidate(name):
    profile = PROFILES[name]
    assert set(profile.settings) <= set(CANDIDATES)
    assert set(profile.candidates()) == set(CANDIDATES) - profile.left_out
    for candidate in CANDIDATES:
        (found,) = profile.candidates([candidate]).values()
        for key, value in profile.settings.get(candidate, {}).items():
            assert float(getattr(found, key)) == float(value)


def test_an_unknown_candidate_is_told_which_there_are():
    with pytest.raises(HyperparameterError, match="tfidf_logreg"):
        PROFILES["corpus"].candidates(["perceptron"])
