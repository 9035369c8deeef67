import math
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from function_app.bundle import Bundle, SelfTest, read_bundle
from function_app.errors import BundleError
from function_app.predictor import ROWS_A_RUN, Predictor
from tests.function_app.handmade import BIAS, WEIGHTS, model_bytes

WORDS = [*WEIGHTS, "the", "plane", "😡", "مرحبا"]


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def random_texts(count: int) -> list[str]:
    generator = np.random.default_rng(7)
    return [" ".join(generator.choice(WORDS, size=generator.integers(0, 40))) for _ in range(count)]


def test_scores_are_those_of_the_graph(predictor: Predictor) -> None:
    scores = predictor.predict(["I LOVE this", "the worst, not good", ""])
    expected = [sigmoid(BIAS + 2), sigmoid(BIAS - 3 - 1.5 + 1.5), sigmoid(BIAS)]
    assert scores.probability.dtype == np.float32
    np.testing.assert_allclose(scores.probability, expected, atol=1e-6)
    assert scores.tokens.tolist() == [3, 4, 0]
    assert scores.unknown_tokens.tolist() == [2, 1, 0]


def test_a_batch_equals_one_by_one(predictor: Predictor) -> None:
    texts = random_texts(2 * ROWS_A_RUN + 11)
    batch = predictor.predict(texts)
    alone = [predictor.predict([text]) for text in texts]
    np.testing.assert_allclose(batch.probability, [one.probability[0] for one in alone], atol=1e-6, rtol=0)
    assert batch.tokens.tolist() == [one.tokens[0] for one in alone]
    assert batch.unknown_tokens.tolist() == [one.unknown_tokens[0] for one in alone]


def test_a_bundle_from_before_topics_says_none(predictor: Predictor) -> None:
    scores = predictor.predict(["I LOVE this"])
    assert scores.topic is None
    assert scores.foreign is None


def test_the_probability_alone_is_the_same(predictor: Predictor) -> None:
    texts = random_texts(2 * ROWS_A_RUN + 11)
    alone = predictor.probability(texts)
    assert alone.dtype == np.float32
    assert alone.tolist() == predictor.predict(texts).probability.tolist()


def test_no_texts_give_no_scores(predictor: Predictor) -> None:
    assert len(predictor.predict([]).probability) == 0


def test_a_model_that_gives_no_probabilities_is_refused(bundle_folder: Path) -> None:
    with pytest.raises(BundleError, match="not probabilities"):
        Predictor(replace(read_bundle(bundle_folder), model=model_bytes(bias=float("nan"))))


def test_a_model_that_is_no_model_is_refused(bundle_folder: Path) -> None:
    with pytest.raises(BundleError, match="does not run"):
        Predictor(replace(read_bundle(bundle_folder), model=b"not a model"))


def with_self_test(bundle: Bundle, probability: float) -> Bundle:
    self_test = [SelfTest(text="I LOVE this", probability=probability)]
    return replace(bundle, manifest=msgspec.structs.replace(bundle.manifest, self_test=self_test))


def test_a_model_that_passes_its_self_test_is_served(bundle_folder: Path) -> None:
    Predictor(with_self_test(read_bundle(bundle_folder), sigmoid(BIAS + 2)))


def test_a_model_that_scores_otherwise_here_is_refused(bundle_folder: Path) -> None:
    with pytest.raises(BundleError, match="self-test"):
        Predictor(with_self_test(read_bundle(bundle_folder), sigmoid(BIAS + 2) - 0.01))
