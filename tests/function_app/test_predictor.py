import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from function_app.bundle import Bundle, SelfTest, read_bundle
from function_app.errors import BundleError
from function_app.predictor import CHARACTERS_A_RUN, Predictor
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
    texts = random_texts(139)
    batch = predictor.predict(texts)
    alone = [predictor.predict([text]) for text in texts]
    np.testing.assert_allclose(batch.probability, [one.probability[0] for one in alone], atol=1e-6, rtol=0)
    assert batch.tokens.tolist() == [one.tokens[0] for one in alone]
    assert batch.unknown_tokens.tolist() == [one.unknown_tokens[0] for one in alone]


class WatchedSession:
    """A session that keeps how many texts each of its runs had, and how long the longest was."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.runs: list[tuple[int, int]] = []

    def run(self, outputs: Any, given: dict[str, Any]) -> Any:
        self.runs.append((len(given["text"]), max(map(len, given["text"]))))
        return self.session.run(outputs, given)


def test_texts_run_together_as_long_as_little_is_padding(predictor: Predictor) -> None:
    predictor._session = watched = WatchedSession(predictor._session)
    predictor.predict(["bad " * 500, *["good"] * 20, "bad " * 400])
    assert watched.runs == [(20, 4), (2, 2000)]
    watched.runs.clear()
    predictor.predict(["a"] * 300)
    assert watched.runs == [(125, 1), (125, 1), (50, 1)]
    watched.runs.clear()
    predictor.predict(random_texts(139))
    assert 2 < len(watched.runs) < 40
    assert all(texts * longest <= CHARACTERS_A_RUN for texts, longest in watched.runs)


def test_a_bundle_from_before_topics_says_none(predictor: Predictor) -> None:
    scores = predictor.predict(["I LOVE this"])
    assert scores.topic is None
    assert scores.foreign is None


def test_the_probability_alone_is_the_same(predictor: Predictor) -> None:
    texts = random_texts(139)
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
