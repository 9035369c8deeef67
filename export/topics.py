"""What tweets are about, in a few cells: a score for each word and cell, added up over a text's words.

The cells are those of a mixture of unigrams with hard assignments (Nigam, McCallum, Thrun and Mitchell, "Text
Classification from Labeled and Unlabeled Documents using EM", Machine Learning 39, 2000): a cell is a
distribution over words, and a text belongs to the cell that its words are likeliest under. The fit starts
from spherical k-means (Dhillon and Modha, "Concept Decompositions for Large Sparse Text Data using
Clustering", Machine Learning 42, 2001) on latent semantic vectors: TF-IDF and a truncated singular value
decomposition. It looks at no label and at no candidate's vocabulary, so it says the same for every model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize

from export.languages import ENGLISH

CELLS = 32
TEXTS_A_CELL = 40
WORDS_A_CELL = 4
"""Fewest texts and words for each cell: a small corpus has fewer cells."""

MIN_TEXTS_OF_A_WORD = 5
MAX_SHARE_OF_A_WORD = 0.03
"""A word in more of the texts is about nothing."""

MIN_LETTERS = 3
NAMING_WORDS = 6
DIMENSIONS = 24
ROUNDS = 15
SMOOTHING = 0.02
"""Weight of a word's share of all texts beside its share of a cell, in texts for each word."""

Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Topics:
    """V ``words``, their ``scores`` (V, K) int8, and the most typical words of each of the K ``cells``."""

    words: list[str]
    scores: npt.NDArray[np.int8]
    cells: list[list[str]]


NO_TOPICS = Topics([], np.zeros((0, 1), np.int8), [[]])
"""One cell that no word leads to."""


def fit_topics(normalised: Sequence[str], groups: npt.ArrayLike, *, seed: int) -> Topics:
    """Find the cells of N normalised texts; every group (data set) weighs the same, whatever its size.

    Gives `NO_TOPICS` where the texts are too few, or have too few words in common.
    """
    texts = [_words(text) for text in normalised]
    if not any(texts):
        return NO_TOPICS
    counter = CountVectorizer(analyzer=list, binary=True, dtype=np.float64)
    held = sparse.csr_array(counter.fit_transform(texts))
    share = held.sum(axis=0) / len(texts)
    common = share >= MIN_TEXTS_OF_A_WORD / len(texts)
    kept = np.flatnonzero(common & (share <= max(MAX_SHARE_OF_A_WORD, 2 * share[common].min(initial=1.0))))
    cells = min(CELLS, len(texts) // TEXTS_A_CELL, len(kept) // WORDS_A_CELL)
    if cells < 2:
        return NO_TOPICS
    held = held[:, kept]
    some = held.sum(axis=1) > 0
    held, weights = held[some], _weights(np.asarray(groups)[some])
    first = _k_means(_vectors(held, weights, seed=seed), weights, cells=cells, seed=seed)
    scores, typical = _unigrams(held, weights, first, cells=cells)
    words = [str(word) for word in counter.get_feature_names_out()[kept]]
    return Topics(words, scores, [[words[word] for word in row] for row in typical])


def _words(normalised: str) -> list[str]:
    """The words that can say what a text is about: no signs, markers, numbers or function words."""
    return [
        word
        for word in normalised.split()
        if len(word) >= MIN_LETTERS and word not in ENGLISH and word.replace("'", "").isalpha()
    ]


def _weights(groups: npt.NDArray[Any]) -> Floats:
    _, index, counts = np.unique(groups, return_inverse=True, return_counts=True)
    return np.asarray(len(groups) / (len(counts) * counts[index]), np.float64)


def _vectors(held: sparse.csr_array, weights: Floats, *, seed: int) -> Floats:
    """Latent semantic vectors of the texts, (N, D), of length 1 (or 0)."""
    tfidf = TfidfTransformer().fit_transform(held)
    dimensions = min(DIMENSIONS, held.shape[1] - 1)
    semantics = TruncatedSVD(dimensions, n_iter=7, random_state=seed)
    semantics.fit(tfidf.multiply(np.sqrt(weights)[:, None]).tocsr())
    return np.asarray(normalize(semantics.transform(tfidf)), np.float64)


def _k_means(vectors: Floats, weights: Floats, *, cells: int, seed: int) -> Cells:
    """The cell of each vector, (N,), by the angle to the cells' mean directions."""
    generator = np.random.default_rng(seed)
    centres = vectors[[int(generator.integers(len(vectors)))]]
    while len(centres) < cells:  # far from the others, with some chance (k-means++)
        far = weights * np.clip(1 - (vectors @ centres.T).max(axis=1), 0, None) + 1e-12
        centres = np.vstack([centres, vectors[generator.choice(len(vectors), p=far / far.sum())]])
    for _ in range(ROUNDS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, vectors * weights[:, None])
        centres = np.where(np.any(sums != 0, axis=1, keepdims=True), normalize(sums), centres)
    return np.asarray((vectors @ centres.T).argmax(axis=1), np.int64)


def _unigrams(
    held: sparse.csr_array, weights: Floats, first: Cells, *, cells: int
) -> tuple[npt.NDArray[np.int8], Cells]:
    """The words' scores (V, K) int8 for the cells, and the numbers of the cells' typical words (K, W)."""
    cell_of = first
    for _ in range(ROUNDS):
        members = np.zeros((len(cell_of), cells))
        members[np.arange(len(cell_of)), cell_of] = weights
        counts = held.T @ members
        everywhere = counts.sum(axis=1, keepdims=True) / counts.sum()
        prior = SMOOTHING * len(counts)
        shares = (counts + prior * everywhere) / (counts.sum(axis=0) + prior)
        lift = np.log(shares / everywhere)
        # A text gets the cell with the highest sum, so what a word adds to all of them alike can go.
        centred = lift - lift.mean(axis=1, keepdims=True)
        scores = np.rint(centred / np.abs(centred).max() * 127).astype(np.int8)
        cell_of = (held @ scores.astype(np.float64)).argmax(axis=1)
    typical = np.argsort(-(shares * lift), axis=0, kind="stable")[:NAMING_WORDS].T
    return scores, typical
