"""Tweets and streams that are made up number by number."""

import numpy as np

from training.drift_study.scored import Scored
from training.drift_study.streams import Stream


def tweets(probability, *, numbers=None):
    """Tweets with these scores, told apart by `tokens`."""
    numbers = np.arange(len(probability)) if numbers is None else numbers
    return Scored(
        probability=np.asarray(probability, np.float32),
        tokens=numbers,
        unknown_tokens=numbers * 0,
        characters=numbers,
        topic=numbers * 0,
        foreign=np.zeros(len(numbers), bool),
        truth=np.zeros(len(numbers), np.int8),
    )


def pool(size, *, positive=0.5, first=0):
    """Tweets with the numbers `first` and up, of which this share is called positive."""
    called_positive = np.arange(size) < positive * size
    return tweets(np.where(called_positive, 0.9, 0.1), numbers=np.arange(first, first + size))


def stream(scores, *, seen, change=None):
    """One tweet an hour, and checks after so many of them."""
    return Stream(
        reference=tweets(scores),
        tweets=tweets(scores),
        hours=np.arange(1.0, len(scores) + 1),
        checks=np.array(seen, float),
        change=change,
        voted=np.zeros(len(scores), bool),
    )
