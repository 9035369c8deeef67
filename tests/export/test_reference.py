"""The profile of held-out texts, as the app reads it."""

import json

import msgspec
import numpy as np
import pytest

from export.composition import Scored
from export.reference import reference_profile
from function_app.bundle import REFERENCE_FORMAT, Reference
from function_app.drift.slices import SLICES

TEXTS = ["@you is it late?", "not again #fail", "hola que tal amigo", "great", "x" * 3000]


@pytest.fixture(scope="module")
def profile() -> Reference:
    scored = Scored(
        probability=np.array([0.0, 0.49999, 0.5, 1.0, 0.97], np.float32),
        tokens=np.array([5, 4, 4, 1, 0]),
        unknown_tokens=np.array([0, 1, 4, 0, 0]),
        topic=np.array([0, 0, 2, 1, 2]),
        foreign=np.array([0, 0, 1, 0, 0]),
    )
    labels = np.array([0.0, 1.0, np.nan, 1.0, 0.0])
    return reference_profile(TEXTS, scored, cells=[["late", "fail"], ["great"]], labels=labels)


def test_every_text_is_in_one_bin_of_each_histogram(profile):
    for histogram in (profile.score, profile.length, profile.unknown_share):
        assert sum(histogram.counts) == profile.rows == len(TEXTS)
        assert len(histogram.edges) == len(histogram.counts) + 1
    assert profile.score.counts == [1, *[0] * 8, 1, 1, *[0] * 8, 2]
    assert profile.positive_rate == 0.6


def test_a_text_longer_than_the_last_edge_is_in_the_last_bin(profile):
    assert profile.length.counts[-1] == 1


def test_unknown_tokens_are_counted_by_their_share_of_the_text(profile):
    assert profile.unknown_share.edges[:2] == [0.0, 0.01]
    assert profile.unknown_share.counts == [3, 0, 0, 0, 0, 1, 0, 1]


def test_topics_are_named_and_the_last_is_of_texts_without_one(profile):
    assert [(topic.words, topic.count) for topic in profile.topics] == [
        (["late", "fail"], 2),
        (["great"], 1),
        ([], 2),
    ]


def test_words_and_slices_are_those_of_the_check(profile):
    assert profile.foreign == 1
    assert profile.word_counts.counts["hola"] == 1
    assert profile.word_counts.total == sum(profile.word_counts.counts.values())
    slices = {kind.name: sum(kind.counts) for kind in profile.slices}
    assert tuple(slices) == SLICES
    assert [slices[name] for name in ("mention", "hashtag", "question", "foreign", "long")] == [1] * 5


def test_mistakes_are_counted_where_people_said_something(profile):
    assert (profile.outcomes.rows, profile.outcomes.wrong) == (4, 2)


def test_it_is_read_as_it_was_written(profile):
    assert profile.format == REFERENCE_FORMAT
    assert msgspec.convert(json.loads(json.dumps(msgspec.to_builtins(profile))), Reference) == profile
