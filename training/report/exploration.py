"""What the data sets are like, before any model: classes, lengths, repeats, telling words, wrong labels."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd
from tqdm import tqdm

from export.text_graph import Normaliser
from training.data import LABELS, clean, load, text_key, without_conflicts_and_duplicates
from training.data.records import NEGATIVE, POSITIVE
from training.data.splitting import sampled

SAMPLE = 20_000
"""Rows of a data set at random whose words are counted."""
LONGEST = 60
"""Words; longer texts are counted there."""
TELLING_WORDS = 20
PRIOR_WORDS = 1000.0
"""How many words of the whole sample are believed beforehand, see `telling_words`."""


class Repeats(msgspec.Struct, frozen=True):
    """Texts that stand more than once, by their `text_key`.

    ``disagreement``: how often two rows of such a text, drawn at random, have different labels; negative and
    positive rows only, each text counts once. ``wrong_labels``: the share of wrong labels that explains it.
    """

    texts: int
    rows: int
    disagreement: float
    wrong_labels: float


class OnData(msgspec.Struct, frozen=True):
    """One data set as it was read.

    ``labels``: rows by label. ``lengths``: by label, how many rows of the sample have 0, 1, … `LONGEST`
    words. ``telling``: by label the words that speak most for it, with their z-score.
    """

    dataset: str
    read: int
    empty: int
    conflicts: int
    duplicates: int
    kept: int
    labels: dict[str, int]
    lengths: dict[str, list[int]]
    telling: dict[str, list[tuple[str, float]]]
    repeats: Repeats | None


class Exploration(msgspec.Struct, frozen=True):
    """Of all data sets, in the order asked for."""

    sets: list[OnData]


def explore(names: Sequence[str], *, seed: int, limit: int | None = None, progress: bool) -> Exploration:
    """Read the data sets and look at them.

    Args:
        limit: at most this many rows of each set, drawn at random; repeats of a text are drawn with it.

    Raises:
        DataError: a data set is missing or not what it should be.
    """
    bar = tqdm(names, desc="looking at the data", unit="set", leave=False, disable=not progress)
    return Exploration(sets=[_explored(name, seed=seed, limit=limit, progress=progress) for name in bar])


def telling_words(
    negative: Counter[str], positive: Counter[str], *, most: int = TELLING_WORDS
) -> dict[str, list[tuple[str, float]]]:
    """The words that speak most for each label, with their z-score: log-odds with an informative prior.

    Both labels are believed beforehand to use words as the whole does, as if `PRIOR_WORDS` words had been
    read so, which keeps rare words out (Monroe, Colaresi and Quinn 2008, eq. 22).
    """
    words = sorted(negative | positive)
    counts = np.array([[one[word] for word in words] for one in (negative, positive)], dtype=np.float64)
    together = counts.sum(axis=0)
    prior = PRIOR_WORDS * together / max(together.sum(), 1.0)
    seen = counts + prior
    odds = np.log(seen) - np.log(seen.sum(axis=1, keepdims=True) - seen)
    z = (odds[1] - odds[0]) / np.sqrt((1 / seen).sum(axis=0))
    order = np.argsort(z, kind="stable")
    return {
        NEGATIVE: [(words[place], float(z[place])) for place in order[:most] if z[place] < 0],
        POSITIVE: [(words[place], float(z[place])) for place in order[::-1][:most] if z[place] > 0],
    }


def repeats(keys: Iterable[str], labels: Iterable[str]) -> Repeats | None:
    """What texts that stand more than once tell of wrong labels; None where there is none.

    Were each label wrong with probability e, whatever the text, two labels of one text would differ with
    d = 2 e (1 - e); e is found from d. A text that is truly both makes it too high, a label that was copied
    with its text too low.
    """
    rows = pd.DataFrame({"key": list(keys), "positive": [label == POSITIVE for label in labels]})
    by_text = rows.groupby("key")["positive"].agg(["size", "sum"])
    repeated = by_text[by_text["size"] > 1]
    if repeated.empty:
        return None
    size, positive = repeated["size"].to_numpy(np.float64), repeated["sum"].to_numpy(np.float64)
    disagreement = float((2 * positive * (size - positive) / (size * (size - 1))).mean())
    return Repeats(
        texts=len(repeated),
        rows=int(size.sum()),
        disagreement=disagreement,
        wrong_labels=float((1 - np.sqrt(max(1 - 2 * disagreement, 0.0))) / 2),
    )


def _explored(name: str, *, seed: int, limit: int | None, progress: bool) -> OnData:
    raw = load(name, progress=progress)
    raw["text"] = clean(raw["text"])
    if limit is not None:
        raw = sampled(raw.assign(key=text_key(raw["text"])), seed=seed, limit=limit).drop(columns="key")
    _, (report,) = without_conflicts_and_duplicates(raw)
    two_class = raw[raw["label"].isin((NEGATIVE, POSITIVE)) & (raw["text"] != "")]
    sample = raw.sample(min(SAMPLE, len(raw)), random_state=seed)
    words = [text.split() for text in Normaliser()(sample["text"].tolist())]
    counted = {
        label: Counter(
            word for text, own in zip(words, sample["label"], strict=True) if own == label for word in text
        )
        for label in (NEGATIVE, POSITIVE)
    }
    return OnData(
        dataset=report.dataset,
        read=report.read,
        empty=report.empty,
        conflicts=report.conflicts,
        duplicates=report.duplicates,
        kept=report.kept,
        labels={label: int((raw["label"] == label).sum()) for label in LABELS},
        lengths={
            label: _lengths(
                [len(text) for text, own in zip(words, sample["label"], strict=True) if own == label]
            )
            for label in LABELS
            if (sample["label"] == label).any()
        },
        telling=telling_words(counted[NEGATIVE], counted[POSITIVE]),
        repeats=repeats(text_key(two_class["text"]), two_class["label"]),
    )


def _lengths(found: Sequence[int]) -> list[int]:
    clipped: npt.NDArray[np.int64] = np.minimum(np.array(found, dtype=np.int64), LONGEST)
    return [int(count) for count in np.bincount(clipped, minlength=LONGEST + 1)]
