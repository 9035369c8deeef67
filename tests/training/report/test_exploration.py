"""What is said of data sets before any model, on data whose truth is known."""

from collections import Counter

import numpy as np
import pytest

from tests.workplace import CORPUS
from training.data import DataError
from training.report.exploration import explore, repeats, telling_words


def test_the_words_that_speak_most_for_a_label_come_first_and_common_ones_for_neither():
    telling = telling_words(
        Counter(delayed=50, sad=20, the=500, once=1), Counter(love=60, nice=20, the=500, rare=1), most=2
    )
    assert [word for word, _ in telling["negative"]] == ["delayed", "sad"]
    assert [word for word, _ in telling["positive"]] == ["love", "nice"]
    assert telling["negative"][0][1] < -3 < 3 < telling["positive"][0][1]


def test_wrong_labels_are_estimated_from_repeated_texts():
    """20,000 texts stand twice, each label wrong in 12 of 100: the estimate's error is about 0.002."""
    random = np.random.default_rng(3)
    truth = np.repeat(random.random(20_000) < 0.5, 2)
    positive = truth ^ (random.random(40_000) < 0.12)
    keys = np.repeat([str(number) for number in range(20_000)], 2)
    found = repeats(keys, np.where(positive, "positive", "negative"))
    assert found is not None
    assert found.wrong_labels == pytest.approx(0.12, abs=0.01)
    assert (found.texts, found.rows) == (20_000, 40_000)


def test_texts_that_stand_once_tell_nothing():
    assert repeats(["a", "b"], ["positive", "negative"]) is None


def test_the_corpus_is_described_as_its_readme_says():
    (found,) = explore([str(CORPUS)], seed=7, progress=False).sets
    assert found.labels == {"negative": 300, "neutral": 100, "positive": 300}
    assert (found.read, found.conflicts, found.duplicates, found.repeats) == (700, 0, 0, None)
    assert {label: sum(counts) for label, counts in found.lengths.items()} == found.labels
    assert {"love", "great"} & {word for word, _ in found.telling["positive"]}


def test_a_part_of_the_rows_has_the_repeats_of_its_texts(tmp_path):
    path = tmp_path / "twice.csv"
    texts = [f"this is the text number {number // 2} of all" for number in range(400)]
    path.write_text("\n".join(["text,label", *(f"{text},positive" for text in texts)]) + "\n")
    (found,) = explore([str(path)], seed=7, limit=100, progress=False).sets
    assert (found.read, found.duplicates, found.repeats.texts) == (100, 50, 50)


def test_a_data_set_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match="airline"):
        explore(["airline"], seed=7, progress=False)
