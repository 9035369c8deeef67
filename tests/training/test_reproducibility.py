"""The same seed and the same data give the same model."""

from pathlib import Path

import numpy as np

from export.families import token_ids
from tests.workplace import CORPUS
from training.candidates import BiLstm, Candidate, TfidfLogReg
from training.data import prepare
from training.data.records import TEST, TRAIN, VALIDATION
from training.options import RunOptions
from training.training_texts import TrainingTexts

BILSTM_AGREEMENT = 1e-3
"""How far two trainings on the CPU may be apart in a probability."""


def probabilities(candidate: Candidate, seed: int = 7) -> np.ndarray:
    """P(positive) of the corpus's test rows, from data to model anew."""
    options = RunOptions(data=(str(CORPUS),), seed=7, progress=False)
    texts = TrainingTexts(prepare(options.data, seed=options.seed, progress=False).frame, options)
    vocabulary = candidate.vocabulary(texts.normalised[TRAIN], favoured=[])
    to_ids = token_ids(candidate.family, vocabulary, max_tokens=candidate.max_tokens)
    fitted = candidate.fit(
        texts.examples(TRAIN, to_ids),
        texts.examples(VALIDATION, to_ids),
        vocabulary=vocabulary,
        seed=seed,
        progress=False,
    )
    return 1 / (1 + np.exp(-fitted.logits(texts.held_out(TEST, to_ids).ids)))


def test_two_runs_of_the_regression_agree_to_the_last_bit():
    candidate = TfidfLogReg(min_documents=1)
    first = probabilities(candidate)
    assert first.std() > 0.1
    np.testing.assert_array_equal(first, probabilities(candidate))


def test_two_runs_of_the_network_agree_and_another_seed_does_not():
    candidate = BiLstm(embedding_width=8, units=8, batch_size=512, epochs=4, patience=4)
    first = probabilities(candidate)
    assert np.abs(first - probabilities(candidate)).max() <= BILSTM_AGREEMENT
    assert np.abs(first - probabilities(candidate, seed=8)).max() > BILSTM_AGREEMENT * 5


def test_the_split_is_the_seeds_alone(tmp_path):
    header, *rows = CORPUS.read_text(encoding="utf-8").splitlines()
    shuffled = tmp_path / CORPUS.name
    order = np.random.default_rng(1).permutation(len(rows))
    shuffled.write_text("\n".join([header, *(rows[row] for row in order)]) + "\n", encoding="utf-8")

    def sha256(path: Path, *, seed: int) -> str:
        return prepare((path,), seed=seed, progress=False).fingerprint.sha256

    assert sha256(CORPUS, seed=7) == sha256(CORPUS, seed=7) == sha256(shuffled, seed=7)
    assert sha256(CORPUS, seed=7) != sha256(CORPUS, seed=8)
