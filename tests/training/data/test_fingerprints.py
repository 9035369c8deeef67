"""A fingerprint tells tables apart by their rows, not by their order."""

import json

import pytest

from training.data import binary, fingerprint, split


def test_the_order_of_the_rows_does_not_matter(table):
    frame = table(("a", "positive"), ("b", "negative"), ("b", "negative"))
    assert fingerprint(frame) == fingerprint(frame.iloc[::-1])


@pytest.mark.parametrize(
    "change",
    [{"text": "A"}, {"label": "neutral"}, {"dataset": "other"}, {"role": "train"}],
)
def test_any_change_of_a_row_changes_it(table, change):
    frame = table(("a", "positive"), ("b", "negative")).assign(role="test")
    changed = frame.copy()
    for column, value in change.items():
        changed.loc[0, column] = value
    assert fingerprint(changed).sha256 != fingerprint(frame).sha256


def test_a_row_more_changes_it_even_if_it_is_a_copy(table):
    one, two = table(("a", "positive")), table(("a", "positive"), ("a", "positive"))
    assert fingerprint(one).sha256 != fingerprint(two).sha256


def test_authors_and_slices_do_not_matter(table):
    frame = table(("a", "positive"))
    assert fingerprint(frame.assign(author="ann", slice="x")) == fingerprint(frame)


def test_it_counts_labels_by_data_set_and_role(table):
    frame = table(("a", "positive"), ("b", "negative"), ("c", "neutral"), {"text": "d", "dataset": "other"})
    frame["role"] = ["train", "train", "test", "test"]
    found = {
        (count.dataset, count.role): (count.rows, count.negative, count.neutral, count.positive)
        for count in fingerprint(frame).counts
    }
    assert found == {
        ("mine", "train"): (2, 1, 0, 1),
        ("mine", "test"): (1, 0, 1, 0),
        ("other", "test"): (1, 0, 0, 1),
    }


def test_one_set_keeps_its_own_hash_beside_another(table):
    mine = table(("a", "positive"), ("b", "negative"))
    both = table(
        ("a", "positive"),
        {"text": "x", "dataset": "other"},
        {"text": "b", "label": "negative", "dataset": "mine"},
    )
    assert fingerprint(both).sha256_of["mine"] == fingerprint(mine).sha256_of["mine"]
    assert list(fingerprint(both).sha256_of) == ["mine", "other"]


def test_it_becomes_plain_json(table):
    made = fingerprint(split(table(("a", "positive"), ("b", "negative")), seed=1))
    plain = json.loads(json.dumps(made.as_dict()))
    assert plain == made.as_dict()
    assert plain["rows"] == 2
    assert sum(count["rows"] for count in plain["counts"]) == 2
    assert len(plain["sha256"]) == 64


def test_binary_leaves_the_rows_of_two_classes(table):
    frame = binary(table(("a", "positive"), ("b", "neutral"), ("c", "negative")))
    assert frame["text"].tolist() == ["a", "c"]
    assert frame.index.tolist() == [0, 1]
