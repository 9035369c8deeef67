"""Each candidate learns, gives the same model twice, and does not care about padding."""

from dataclasses import replace

import numpy as np
import pytest

from tests.tiny_bert import write_tiny_bert
from training.candidates import (
    BiLstm,
    Examples,
    HashedNgramsRegression,
    NaiveBayes,
    TfidfForest,
    TfidfLightGbm,
    TfidfLogReg,
    Transformer,
)
from training.candidates.batches import LengthSortedBatches, with_repeats, without_some

GOOD, BAD, WORDS = 5, 6, 20
CANDIDATES = {
    "naive_bayes": NaiveBayes(min_documents=1),
    "tfidf_logreg": TfidfLogReg(min_documents=1),
    "tfidf_forest": TfidfForest(trees=60, leaves=30, min_rows=1, split_share=0.3),
    "tfidf_lightgbm": TfidfLightGbm(trees=60, leaves=7, min_rows=5),
    "hashed_ngrams": HashedNgramsRegression(bits=12),
    "bilstm": BiLstm(
        vocabulary_size=WORDS,
        embedding_width=8,
        units=8,
        batch_size=32,
        epochs=12,
        learning_rate=0.02,
        patience=12,
    ),
    "transformer": Transformer(
        vocabulary_size=WORDS,
        max_tokens=24,
        layers=2,
        learning_rate=3e-3,
        warmup=10,
        batch_size=32,
        epochs=6,
        precision="float32",
    ),
}
VOCABULARY = list("abcdefghijklmnopqr")


def examples(rows, seed):
    """Texts of words 7…19 of which one is replaced by a good or a bad word."""
    random = np.random.default_rng(seed)
    ids = np.zeros((rows, 12), dtype=np.int32)
    labels = random.integers(0, 2, rows).astype(np.int8)
    for row, label in enumerate(labels):
        length = random.integers(1, 12)
        ids[row, :length] = random.integers(7, WORDS, length)
        ids[row, random.integers(0, length)] = GOOD if label else BAD
    return Examples(ids, labels, np.ones(rows, dtype=np.float32))


@pytest.fixture(scope="module", params=CANDIDATES)
def candidate(request, tmp_path_factory):
    candidate = CANDIDATES[request.param]
    if request.param == "transformer":
        return replace(candidate, folder=str(write_tiny_bert(tmp_path_factory.mktemp("bert"))))
    return candidate


def fit(candidate, train, validation, *, seed):
    return candidate.fit(train, validation, vocabulary=VOCABULARY, seed=seed, progress=False)


@pytest.fixture(scope="module")
def fitted(candidate):
    return fit(candidate, examples(600, seed=1), examples(200, seed=2), seed=3)


def test_it_learns_which_word_is_good(fitted):
    unseen = examples(300, seed=4)
    assert ((fitted.logits(unseen.ids) > 0) == unseen.labels).mean() > 0.95


def test_the_same_seed_gives_the_same_scores(candidate, fitted):
    again = fit(candidate, examples(600, seed=1), examples(200, seed=2), seed=3)
    ids = examples(50, seed=5).ids
    np.testing.assert_allclose(again.logits(ids), fitted.logits(ids), atol=1e-4)


def test_padding_does_not_change_a_score(fitted):
    ids = examples(20, seed=6).ids
    np.testing.assert_allclose(fitted.logits(np.pad(ids, ((0, 0), (0, 9)))), fitted.logits(ids), atol=1e-5)


def test_a_text_without_words_has_a_finite_score(fitted):
    assert np.isfinite(fitted.logits(np.zeros((1, 1), dtype=np.int32))).all()


def test_weights_count(candidate):
    rows = examples(400, seed=7)
    half = np.arange(400) < 200
    labels = np.where(half, rows.labels, 1 - rows.labels).astype(np.int8)
    weights = np.where(half, 1.0, 0.01).astype(np.float32)
    fitted = fit(candidate, Examples(rows.ids, labels, weights), rows, seed=1)
    assert ((fitted.logits(rows.ids) > 0) == rows.labels).mean() > 0.9


def test_the_recurrent_network_reports_every_epoch():
    candidate = replace(CANDIDATES["bilstm"], epochs=2)
    history = fit(candidate, examples(64, seed=1), examples(32, seed=2), seed=3).history
    assert [set(epoch) >= {"loss", "accuracy", "val_loss", "val_accuracy"} for epoch in history] == [
        True,
        True,
    ]


def test_the_figures_of_an_epoch_are_those_of_all_rows():
    rows = examples(150, seed=2)
    weights = np.linspace(0.1, 5, 150, dtype=np.float32)
    held_out = Examples(rows.ids, rows.labels, weights)
    candidate = replace(CANDIDATES["bilstm"], epochs=1)
    fitted = fit(candidate, examples(300, seed=1), held_out, seed=3)
    logits = fitted.logits(rows.ids)
    losses = np.logaddexp(0, np.where(rows.labels == 1, -logits, logits))
    hits = (logits > 0) == (rows.labels == 1)
    assert fitted.history[0]["val_loss"] == pytest.approx(np.average(losses, weights=weights), abs=1e-4)
    assert fitted.history[0]["val_accuracy"] == pytest.approx(np.average(hits, weights=weights), abs=1e-4)


def test_the_best_epoch_is_kept_not_the_last():
    wild = replace(CANDIDATES["bilstm"], learning_rate=0.3, epochs=8, patience=8)
    held_out = examples(200, seed=2)
    fitted = fit(wild, examples(300, seed=1), held_out, seed=4)
    logits = fitted.logits(held_out.ids)
    loss = np.logaddexp(0, np.where(held_out.labels == 1, -logits, logits)).mean()
    losses = [epoch["val_loss"] for epoch in fitted.history]
    assert loss == pytest.approx(min(losses), rel=1e-3)
    assert losses[-1] > min(losses) * 1.01


def test_an_epoch_gives_every_row_once_and_orders_anew():
    rows = examples(101, seed=8)
    numbered = Examples(rows.ids, rows.labels, np.arange(101, dtype=np.float32))
    batches = LengthSortedBatches(numbered, batch_size=8, seed=1)
    assert len(batches) == 13
    first, second = ([row for _, _, numbers in batches for row in numbers] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(101))
    assert first != second


def test_a_batch_is_cut_to_its_longest_text():
    for ids, _, _ in LengthSortedBatches(examples(40, seed=9), batch_size=10, seed=None):
        assert (ids[:, -1] != 0).any()


def test_a_heavy_row_stands_several_times_with_its_weight_shared_out():
    rows = examples(4, seed=3)
    weighted = Examples(rows.ids, rows.labels, np.array([1.0, 2.5, 2.6, 10.0], dtype=np.float32))
    repeated = with_repeats(weighted, heaviest=2.5)
    assert repeated.weights.tolist() == pytest.approx([1.0, 2.5, 1.3, 1.3, 2.5, 2.5, 2.5, 2.5])
    np.testing.assert_array_equal(repeated.ids, rows.ids[[0, 1, 2, 2, 3, 3, 3, 3]])
    np.testing.assert_array_equal(repeated.labels, rows.labels[[0, 1, 2, 2, 3, 3, 3, 3]])


def test_tokens_are_left_out_and_those_behind_move_up():
    ids = np.array([[5, 6, 7, 8, 0, 0], [9, 0, 0, 0, 0, 0]], dtype=np.int32)
    seen = set()
    for seed in range(300):
        first, second = without_some(ids, share=0.5, random=np.random.default_rng(seed)).tolist()
        left = [token for token in first if token]
        assert left == sorted(left)
        assert first == left + [0] * (6 - len(left))
        assert second == [9, 0, 0, 0, 0, 0]  # nothing would be left
        seen.add(tuple(left))
    assert len(seen) == 15  # every part of four tokens but the empty one


def test_tokens_are_left_out_as_often_as_wanted():
    ids = np.tile(np.arange(1, 51, dtype=np.int32), (200, 1))
    kept = without_some(ids, share=0.1, random=np.random.default_rng(0)) != 0
    assert abs(kept.mean() - 0.9) < 0.01  # 3.3 standard deviations
