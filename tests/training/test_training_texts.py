"""How much a row counts in training, and what is made of its text."""

import numpy as np
import pandas as pd
import pytest

from export.families import LINEAR, token_ids
from training.data import DataError
from training.data.records import ROLES, TRAIN
from training.options import RunOptions
from training.training_texts import TrainingTexts, balance, row_weights


def weights(**rows: int) -> dict[str, float]:
    """The weight of one row of each data set, from the number of rows of each."""
    names = pd.Series([name for name, count in rows.items() for _ in range(count)])
    found = row_weights(names, human=4.0)
    assert found.dtype == np.float32
    return {name: float(found[(names == name).to_numpy()][0]) for name in rows}


def test_people_count_more_than_emoticons():
    assert weights(sentiment140=10, airline=2) == {"sentiment140": 1.0, "airline": 4.0}


def test_a_little_feedback_counts_five_times_as_much_as_other_labels_of_people():
    assert weights(sentiment140=100_000, airline=100, feedback=50)["feedback"] == 20.0


def test_feedback_is_brought_to_a_tenth_of_all_weight():
    found = weights(airline=900, feedback=100)
    assert found["feedback"] * 100 == pytest.approx(0.1 * (found["feedback"] * 100 + 900 * 4.0))


def test_much_feedback_counts_no_less_than_an_emoticon():
    assert weights(airline=10, feedback=1_000)["feedback"] == 1.0


def test_balancing_gives_both_labels_half_of_the_rows_weight():
    labels = np.array([0, 1, 1, 1, 0, 1, 1], dtype=np.int8)
    found = np.array([4, 4, 4, 4, 1, 1, 1], dtype=np.float32)
    balance(found, labels, np.array([True] * 4 + [False] * 3))
    assert found == pytest.approx([8, 8 / 3, 8 / 3, 8 / 3, 1, 1, 1])
    assert found.dtype == np.float32


def test_rows_of_one_label_are_not_balanced():
    found = np.array([4, 4, 1], dtype=np.float32)
    balance(found, np.array([1, 1, 0], dtype=np.int8), np.array([True, True, False]))
    assert found.tolist() == [4, 4, 1]


def test_only_the_training_rows_of_the_sets_that_are_named_are_balanced():
    rows = [
        {"dataset": dataset, "role": role, "label": label, "text": f"a flight, {label} {n}"}
        for dataset in ("airline", "semeval")
        for role in ROLES
        for label, count in (("negative", 2), ("positive", 6))
        for n in range(count)
    ]
    options = RunOptions(data=("mine",), nonsense=0.0, human_weight=4.0, balanced=("semeval",))
    texts = TrainingTexts(pd.DataFrame(rows), options)
    to_ids = token_ids(LINEAR, ["a", "flight"], max_tokens=4)
    semeval = [8.0] * 2 + [8 / 3] * 6
    assert texts.examples(TRAIN, to_ids).weights == pytest.approx([4.0] * 8 + semeval)
    assert all((texts.examples(role, to_ids).weights == 4).all() for role in ROLES if role != TRAIN)


def table(**datasets: int) -> pd.DataFrame:
    """So many rows of both labels in every role of each data set."""
    rows = [
        {"dataset": dataset, "role": role, "label": label, "text": f"{dataset} {role} {label} {n}"}
        for dataset, count in datasets.items()
        for role in ROLES
        for label in ("negative", "positive")
        for n in range(count)
    ]
    return pd.DataFrame(rows)


def test_a_set_that_is_not_there_cannot_be_balanced():
    frame = table(airline=2, semeval=2)
    frame = frame[(frame["dataset"] == "airline") | (frame["role"] != TRAIN)]
    for misspelt in ("semval", "semeval"):
        with pytest.raises(DataError, match=rf"balanced: {misspelt}, .* rows of airline$"):
            TrainingTexts(frame, RunOptions(data=("mine",), balanced=("airline", misspelt)))


def test_feedback_is_never_drawn_away_and_changes_nothing_in_what_else_is_drawn():
    def drawn(frame: pd.DataFrame, rows: int) -> set[str]:
        options = RunOptions(data=("mine",), train_rows=rows, seed=3, emoticons=0.0)
        return set(TrainingTexts(frame, options).normalised[TRAIN])

    usual, frame = table(airline=30), table(airline=30, feedback=4)
    few, more = drawn(frame, 10), drawn(frame, 20)
    spoken = {text for text in more if "feedback" in text}
    assert len(spoken) == 8
    assert spoken < few < more
    assert (len(few), len(more)) == (18, 28)
    assert few - spoken == drawn(usual, 10)


def test_nonsense_stands_behind_the_training_rows_under_both_labels():
    rows = [
        {"dataset": "sentiment140", "role": role, "label": label, "text": f"what a {word} flight number {n}"}
        for role in ROLES
        for label, word in (("negative", "dreadful"), ("positive", "wonderful"))
        for n in range(20)
    ]
    texts = TrainingTexts(pd.DataFrame(rows), RunOptions(data=("mine",), nonsense=0.25, emoticons=0.0))
    to_ids = token_ids(LINEAR, ["what", "a", "dreadful", "wonderful", "flight", "number"], max_tokens=8)
    train = texts.examples(TRAIN, to_ids)
    assert len(train) == len(train.ids) == len(train.weights) == 40 + 2 * 10
    np.testing.assert_array_equal(train.ids[40:50], train.ids[50:])
    assert train.labels[40:].tolist() == [0] * 10 + [1] * 10
    assert (train.ids[:40, 2] > 1).all()
    assert (train.ids[40:, 2] == 1).all(), "dreadful and wonderful are no longer words"
    assert all(len(texts.examples(role, to_ids)) == 40 for role in ROLES if role != TRAIN)
