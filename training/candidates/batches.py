"""Examples fed to a network: batches of texts of like length, so that little of a batch is padding."""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from export.text_graph import PADDING_ID
from training.candidates.base import Examples

Batch = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32], npt.NDArray[np.float32]]
"""Ids (N, T) int32, labels (N, 1) float32 and weights (N,) float32."""
SORTED_BATCHES = 64


def with_repeats(examples: Examples, *, heaviest: float) -> Examples:
    """The rows, each that weighs more than ``heaviest`` standing several times with its weight shared out.

    A network that sees every row but once or twice learns more from a few light steps than from a heavy one.
    """
    copies = np.ceil(examples.weights / heaviest).astype(np.int64).clip(1)
    rows = np.repeat(np.arange(len(examples)), copies)
    weights = (examples.weights / copies)[rows].astype(np.float32)
    return Examples(examples.ids[rows], examples.labels[rows], weights)


def without_some(
    ids: npt.NDArray[np.int32], *, share: float, random: np.random.Generator
) -> npt.NDArray[np.int32]:
    """The texts, (N, T) int32, each token left out with this probability; those behind it move up.

    So a text that is read again is not the same, and no single word decides it (word dropout, Iyyer et al.
    2015). A text that would lose all its tokens keeps them.
    """
    kept = (ids != PADDING_ID) & (random.random(ids.shape) >= share)
    kept[~kept.any(axis=1)] = True
    order = np.argsort(~kept, axis=1, kind="stable")
    moved = np.take_along_axis(ids, order, axis=1)
    return np.where(np.take_along_axis(kept, order, axis=1), moved, PADDING_ID).astype(np.int32)


class LengthSortedBatches:
    """Batches of texts of like length, each cut to its longest, in a new random order every time.

    With ``seed`` None the order is always the same, for validation. Keras's own data sets take the first
    batches' length for that of all, so the network is fed batch by batch.
    """

    def __init__(self, examples: Examples, *, batch_size: int, seed: int | tuple[int, ...] | None) -> None:
        self._examples = examples
        self._batch_size = batch_size
        self._random = None if seed is None else np.random.default_rng(seed)
        self._lengths = (examples.ids != 0).sum(axis=1)

    def __len__(self) -> int:
        return math.ceil(len(self._examples) / self._batch_size)

    def __iter__(self) -> Iterator[Batch]:
        return self.after(0)

    def after(self, batches: int) -> Iterator[Batch]:
        """The batches of a new order but for its first ones."""
        examples = self._examples
        for rows in self._order()[batches:]:
            longest = max(int(self._lengths[rows].max()), 1)
            labels = examples.labels[rows].astype(np.float32)[:, None]
            yield examples.ids[rows, :longest], labels, examples.weights[rows]

    def _order(self) -> list[npt.NDArray[np.int64]]:
        rows = np.arange(len(self._examples))
        if self._random is None:
            return self._cut(rows)
        self._random.shuffle(rows)
        span = self._batch_size * SORTED_BATCHES
        batches = [
            batch for start in range(0, len(rows), span) for batch in self._cut(rows[start : start + span])
        ]
        return [batches[number] for number in self._random.permutation(len(batches))]

    def _cut(self, rows: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
        by_length = rows[np.argsort(self._lengths[rows], kind="stable")]
        return np.split(by_length, range(self._batch_size, len(by_length), self._batch_size))
