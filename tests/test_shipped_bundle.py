"""The bundle in function_app/model: whole, small, good, and sane on tweets that anyone would try."""

import json
from pathlib import Path

import numpy as np
import pytest

from export.parity import HARD_TEXTS
from function_app.bundle import read_bundle
from function_app.predictor import Predictor

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
    assert manifest["files"]["model.onnx"]["bytes"] <= 10_000_000
    sentiment140 = manifest["metrics"]["sentiment140"]
    assert sentiment140["rows"] > 30_000
    assert sentiment140["accuracy"] >= 0.79
    assert manifest["parity"]["texts"] >= 2000
    assert manifest["parity"]["label_agreement"] >= 0.999
    assert manifest["parity"]["max_difference"] <= 1e-4


def test_the_manifest_says_how_it_was_made(manifest):
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
