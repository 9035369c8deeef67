"""A training that goes step by step says how it does on the way, and ends when it is told to."""

from dataclasses import replace

import numpy as np
import pytest

from tests.tiny_bert import write_tiny_bert
from training.candidates import BiLstm, Candidate, Examples, Transformer, transformer

GOOD, BAD = 3, 2
STEPS_BETWEEN_REPORTS = 3


class EnoughError(Exception):
    """What the one who listens raises."""


def examples(rows: int) -> Examples:
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, rows).astype(np.int8)
    ids = random.integers(4, 7, (rows, 4)).astype(np.int32)
    ids[:, 1] = np.where(labels, GOOD, BAD)
    return Examples(ids, labels, np.ones(rows, dtype=np.float32))


SMALL = BiLstm(vocabulary_size=6, embedding_width=8, units=8, batch_size=16, learning_rate=0.02)


@pytest.fixture(params=["bilstm", "transformer"])
def candidate(request, tmp_path, monkeypatch) -> Candidate:
    if request.param == "bilstm":
        return replace(SMALL, epochs=3, patience=3)
    monkeypatch.setattr(transformer, "REPORT_STEPS", STEPS_BETWEEN_REPORTS)
    return Transformer(
        folder=str(write_tiny_bert(tmp_path)),
        max_tokens=4,
        layers=1,
        warmup=1,
        batch_size=16,
        learning_rate=3e-3,
        precision="float32",
        epochs=3 * STEPS_BETWEEN_REPORTS / 6,
    )


def fit(candidate: Candidate, report):
    rows = examples(96)
    vocabulary = ["a", "b", "c", "d", "e"]
    return candidate.fit(rows, rows, vocabulary=vocabulary, seed=2, progress=False, report=report)


def test_every_validation_is_reported(candidate):
    said: list[tuple[int, float]] = []
    history = fit(candidate, lambda step, loss: said.append((step, loss))).history
    steps, losses = zip(*said, strict=True)
    assert len(said) == 3
    assert list(steps) == sorted(set(steps))
    assert list(losses) == [row["val_loss"] for row in history]
    assert losses[-1] < losses[0]


def test_what_the_listener_raises_ends_the_training(candidate):
    said = []

    def report(step: int, loss: float) -> None:
        said.append(step)
        raise EnoughError

    with pytest.raises(EnoughError):
        fit(candidate, report)
    assert len(said) == 1


def test_a_gru_learns_which_word_is_good():
    fitted = fit(replace(SMALL, cell="gru", epochs=8, patience=8), None)
    rows = examples(96)
    assert ((fitted.logits(rows.ids) > 0) == rows.labels).mean() > 0.95
