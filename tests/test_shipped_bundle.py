"""The bundle in function_app/model: whole, small, good, and sane on tweets that anyone would try."""

import json
from pathlib import Path

import numpy as np
import pytest

from export.card import CARD, model_card
from export.parity import HARD_TEXTS
from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.export.foreign_tweets import ENGLISH, FOREIGN

FOLDER = Path(__file__).resolve().parents[1] / "function_app" / "model"

POSITIVE = [
    "I love this airline, the crew was wonderful",
    "thanks, wonderful flight!",
    "so happy right now",
    "great flight :)",
    "not bad at all, actually quite good",
    "can't wait for my holiday!!! 😍",
    "👍👍",
]
NEGATIVE = [
    "so late again, awful service",
    "worst day ever",
    "not good at all, I hate waiting",
    "lost my bag and nobody answers :(",
    "😡",
    "I am not happy with this",
    "cancelled flight, no refund, three hours on hold",
]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(read_bundle(FOLDER))


@pytest.fixture(scope="module")
def manifest() -> dict:
    return json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


def test_it_is_small_enough_and_as_good_as_promised(manifest):
    assert manifest["files"]["model.onnx"]["bytes"] <= 18_000_000
    sentiment140 = manifest["metrics"]["sentiment140"]
    assert sentiment140["rows"] > 30_000
    assert sentiment140["accuracy"] >= 0.79
    assert manifest["parity"]["texts"] >= 2000
    assert manifest["parity"]["label_agreement"] >= 0.999
    assert manifest["parity"]["max_difference"] <= 1e-4


def test_the_manifest_says_how_sure_its_figures_are_and_where_it_is_weak(manifest):
    parts = {one["name"]: one for one in manifest["slices"]}
    assert {"negation", "contrast", "emoji", "hashtag", "short", "long", "airline named"} <= set(parts)
    for one in (*manifest["metrics"].values(), *parts.values()):
        low, high = one["accuracy_interval"]
        assert low <= one["accuracy"] <= high
        assert high - low < 0.3


def test_the_model_card_is_that_of_the_shipped_bundle():
    card = FOLDER.parents[1] / CARD
    assert card.read_text(encoding="utf-8") == model_card(FOLDER / "manifest.json"), "python -m export card"


def test_the_manifest_says_how_it_was_made(manifest):
    assert manifest["weights"]["licence"]
    for name in ("sentiment140", "airline", "semeval", "tweet_sentiment_extraction", "sts_gold"):
        assert manifest["data"]["sources"][name]["terms"]
    assert manifest["data"]["fingerprint"]["sha256"] == manifest["parameters"]["data_sha256"]
    assert {"tensorflow", "tensorflow-cpu"} & set(manifest["packages"])


@pytest.mark.parametrize("text", POSITIVE)
def test_plainly_happy_tweets_are_positive(predictor, text):
    assert predictor.predict([text]).probability[0] > 0.5


@pytest.mark.parametrize("text", NEGATIVE)
def test_plainly_unhappy_tweets_are_negative(predictor, text):
    assert predictor.predict([text]).probability[0] < 0.5


def test_text_without_a_known_word_gets_no_confident_guess(predictor):
    unreadable = ["مرحبا بالعالم", "это был ужасный рейс", "qzxv wvvk zzqj", "", "搭乘體驗非常好"]
    probability = predictor.predict(unreadable).probability
    assert (np.maximum(probability, 1 - probability) < 0.75).all(), probability


def test_a_score_does_not_depend_on_the_batch(predictor):
    texts = [*POSITIVE, *NEGATIVE, *HARD_TEXTS] * 3
    together = predictor.predict(texts).probability
    alone = np.array([predictor.predict([text]).probability[0] for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6, rtol=0)


def test_what_a_text_is_like_does_not_depend_on_the_batch(predictor):
    texts = [
        *POSITIVE,
        *NEGATIVE,
        *HARD_TEXTS,
        *ENGLISH,
        *(text for rows in FOREIGN.values() for _, text in rows),
    ]
    together = predictor.predict(texts)
    alone = [predictor.predict([text]) for text in texts]
    assert together.topic.tolist() == [one.topic[0] for one in alone]
    assert together.foreign.tolist() == [one.foreign[0] for one in alone]


def test_text_in_another_language_gets_no_confident_guess(predictor):
    scores = predictor.predict(
        ["Me encanta este vuelo, muchas gracias", *(t for r in FOREIGN.values() for _, t in r)]
    )
    assert scores.foreign.mean() >= 0.9
    judged = scores.probability[scores.foreign == 1]
    assert np.maximum(judged, 1 - judged).max() < 0.8
    english = predictor.predict([*POSITIVE, *NEGATIVE, *ENGLISH])
    assert not english.foreign.any()


def test_the_same_subject_is_the_same_topic_and_another_is_another(predictor):
    lost, again, elsewhere, empty = predictor.predict(
        ["they lost my bag", "my bag is lost", "happy birthday to my little brother", "!!!"]
    ).topic
    assert lost == again != elsewhere
    assert "bag" in predictor.reference.topics[lost].words
    assert empty == len(predictor.reference.topics) - 1


def test_the_reference_is_small_and_says_what_drift_is_measured_against(predictor, manifest):
    reference = predictor.reference
    assert manifest["files"]["reference.json"]["bytes"] < 300_000
    assert len(reference.topics) == manifest["graph"]["topics"] + 1
    for counts in (
        reference.score.counts,
        reference.length.counts,
        [topic.count for topic in reference.topics],
    ):
        assert sum(counts) == reference.rows
    assert max(topic.count for topic in reference.topics) < 0.2 * reference.rows
    assert 0 < reference.foreign < 0.01 * reference.rows
    assert len(reference.word_counts.counts) == 5000
    assert 0.08 < reference.outcomes.wrong / reference.outcomes.rows < 0.15
