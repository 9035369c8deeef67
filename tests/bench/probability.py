"""Text to probability on one thread: the shipped bundle beside the same network run in other ways.

Each way is given the same texts. A round times every way, one after the other, so that other work on the
machine meets all of them; a ratio compares two ways within a round. Needs the training packages.
"""

import dataclasses
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import msgspec
import numpy.typing as npt
import onnx

from function_app.bundle import Bundle, read_bundle
from function_app.predictor import Predictor
from tests.bench.float32 import unrounded
from tests.bench.results import Figure, Table
from tests.bench.texts import MODEL, labelled, repeated, texts_of

OURS = "shipped bundle"
LENGTHS, BATCHES = (8, 24, 60), (1, 8, 64, 1000)
QUICK_LENGTHS, QUICK_BATCHES = (8, 24), (1, 8)
ROUNDS, QUICK_ROUNDS, ROUNDS_OF_LARGE = 5, 2, 2
LARGE = 1000
SECONDS_A_ROUND = 0.5
MOST_CALLS = 100

Way = Callable[[Sequence[str]], npt.ArrayLike]


def tables(quick: bool = False) -> list[Table]:
    """Milliseconds a call, and each way's as a multiple of ours."""
    ways = all_ways()
    names = tuple(ways)
    lengths, batches = (QUICK_LENGTHS, QUICK_BATCHES) if quick else (LENGTHS, BATCHES)
    taken = Table(
        "probability",
        "Text to probability on one thread: milliseconds a call",
        ("tokens", "texts a call", *names),
        note="Median of the rounds, with the lowest and the highest. " + ABOUT,
    )
    times = Table(
        "probability-ratios",
        f"How many times as long as the {OURS} takes",
        ("tokens", "texts a call", *names[1:]),
        note="Each round's ratio: the median, with the lowest and the highest.",
    )
    model = Predictor(read_bundle(MODEL))
    for tokens in lengths:
        texts = texts_of(tokens, model)
        for batch in batches:
            rounds = QUICK_ROUNDS if quick else ROUNDS_OF_LARGE if batch >= LARGE else ROUNDS
            sys.stderr.write(f"probability: {tokens} tokens, {batch} a call\n")
            found = measured(ways, repeated(texts, max(batch, len(texts))), batch, rounds)
            taken.add(tokens, batch, *(Figure.of(found[name], "ms") for name in names))
            times.add(tokens, batch, *(ratio(found[name], found[OURS]) for name in names[1:]))
    return [taken, times]


ABOUT = (
    "The shipped bundle is run by the app's own code and gives what drift needs of a text, too; in 32 bits "
    "it is the same graph with the same weights written out as float32. Both Keras networks have random "
    "weights, which cost the same time, stand behind the bundle's text graph and answer by one "
    "`model.predict` for all texts of a call, padded to the longest and run 64 at a time: the transformer "
    "has the shipped network's shape, the BiLSTM is our candidate. scikit-learn's pipeline, TF-IDF of words "
    "and pairs with logistic regression, is fitted on tests/corpus and reads raw text."
)


def ratio(these: Sequence[float], those: Sequence[float]) -> Figure:
    """How many times those of the same round these are."""
    return Figure.of([one / other for one, other in zip(these, those, strict=True)], "×")


def measured(ways: dict[str, Way], texts: Sequence[str], batch: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds a call by way, one median for each round."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way(texts[:batch])
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(_median_call(way, texts, batch))
    return found


def all_ways() -> dict[str, Way]:
    """The ways to go from texts to probabilities, ours first."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf  # noqa: PLC0415 - seconds, and its threads are set before anything runs

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from tests.bench.networks import NETWORKS, keras_model  # noqa: PLC0415

    bundle = read_bundle(MODEL)
    ways: dict[str, Way] = {
        OURS: Predictor(bundle).predict,
        "in 32 bits": Predictor(in_32_bits(bundle)).predict,
    }
    ways |= {f"Keras {name}": keras_model(name, MODEL).probability for name in reversed(NETWORKS)}
    return ways | {"scikit-learn": scikit_learn()}


def in_32_bits(bundle: Bundle) -> Bundle:
    """The bundle with its weights as float32. It has no self-test: rounding changed the scores a little."""
    model = unrounded(onnx.ModelProto.FromString(bundle.model))
    manifest = msgspec.structs.replace(bundle.manifest, self_test=[])
    return dataclasses.replace(bundle, model=model.SerializeToString(), manifest=manifest)


def scikit_learn() -> Way:
    """TF-IDF of words and pairs with logistic regression, fitted on the corpus."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415

    texts, labels = labelled()
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression())
    pipeline.fit(texts, labels)
    return lambda given: pipeline.predict_proba(given)[:, 1]


def _median_call(way: Way, texts: Sequence[str], batch: int) -> float:
    """Milliseconds; every call has other texts, as far as there are any."""
    taken: list[float] = []
    until = time.perf_counter() + SECONDS_A_ROUND
    while not taken or (len(taken) < MOST_CALLS and time.perf_counter() < until):
        first = len(taken) * batch % max(len(texts) - batch, 1)
        given = texts[first : first + batch]
        start = time.perf_counter()
        way(given)
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)
