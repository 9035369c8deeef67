"""No text and no author is in two roles, and a role depends on nothing but the seed and the group."""

import math
import os
import subprocess
import sys
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.data import Shares, sampled, split, text_key
from training.data.records import COLUMNS, ROLES

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.sampled_from(
                ["late", "Late!", "@ann late", "on time", "gate 4", "so good 😀", "…", "?"]
            )
            | st.text(st.characters(codec="utf-8"), min_size=1, max_size=6),
            "label": st.sampled_from(["negative", "neutral", "positive"]),
            "author": st.none() | st.sampled_from(["ann", "Ann", "ben", "cat", "dan"]),
            "dataset": st.sampled_from(["sentiment140", "airline", "imdb", "sts_gold", "mine"]),
            "split": st.none() | st.sampled_from(["train", "test"]),
            "slice": st.none(),
        }
    ),
    min_size=1,
    max_size=40,
)
EVEN = dict.fromkeys(
    ["sentiment140", "airline", "imdb", "mine"], Shares(validation=0.25, calibration=0.25, test=0.25)
)


def frame_of(rows: list[dict[str, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def numbered(count: int, dataset: str = "mine") -> pd.DataFrame:
    return frame_of([{"text": f"tweet {i}", "label": "positive", "dataset": dataset} for i in range(count)])


@given(ROWS, st.integers())
@settings(deadline=None)
def test_no_text_and_no_author_is_in_two_roles(rows, seed):
    frame = split(frame_of(rows), seed=seed, shares=EVEN)
    assert set(frame["role"]) <= set(ROLES)
    assert frame.groupby(text_key(frame["text"]))["role"].nunique().max() == 1
    authors = frame["author"].dropna().str.lower()
    assert (frame.loc[authors.index].groupby(authors)["role"].nunique() == 1).all()
    assert set(frame.loc[frame["dataset"] == "sts_gold", "role"]) <= {"test"}
    official = frame[(frame["dataset"] == "imdb") & (frame["split"] == "test")]
    assert set(official["role"]) <= {"test"}


@given(ROWS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_rows_changes_no_role(rows, random):
    frame = frame_of(rows)
    order = random.sample(range(len(rows)), len(rows))
    shuffled = split(frame.iloc[order], seed=3, shares=EVEN)
    assert shuffled["role"].sort_index().tolist() == split(frame, seed=3, shares=EVEN)["role"].tolist()


def test_rows_that_share_nothing_with_a_group_do_not_change_its_role():
    alone = split(numbered(300), seed=3)
    others = numbered(300, "other").assign(text=lambda frame: frame["text"].str.replace("tweet", "post"))
    together = split(pd.concat([others, numbered(300)], ignore_index=True), seed=3)
    assert together["role"].tolist()[300:] == alone["role"].tolist()


@pytest.mark.parametrize("hash_seed", ["0", "1", "77"])
def test_roles_are_the_same_in_every_process(hash_seed):
    program = (
        "import pandas as pd; from training.data import split; "
        "frame = pd.DataFrame({'text': [f'tweet {i}' for i in range(20)], 'author': None, 'split': None, "
        "'dataset': 'mine', 'label': 'positive'}, dtype='str'); "
        "print(*split(frame, seed=3)['role'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    roles = done.stdout.split()
    assert roles == split(numbered(20), seed=3)["role"].tolist()
    assert len(set(roles)) > 1


def test_roles_stay_what_they_were_in_earlier_versions():
    roles = split(numbered(16), seed=2026)["role"].str[:2]
    assert " ".join(roles) == "va tr ca tr te tr tr ca tr ca tr tr tr te tr tr"


def test_another_seed_gives_another_split():
    frame = numbered(200)
    assert split(frame, seed=1)["role"].tolist() != split(frame, seed=2)["role"].tolist()


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        ("mine", {"validation": 0.10, "calibration": 0.10, "test": 0.15, "train": 0.65}),
        ("sentiment140", {"validation": 0.01, "calibration": 0.01, "test": 0.02, "train": 0.96}),
    ],
)
def test_each_set_has_its_shares(dataset, expected):
    count = 20_000
    found = Counter(split(numbered(count, dataset), seed=3)["role"])
    for role, share in expected.items():
        # Five standard deviations: one seed in a million would fail.
        assert abs(found[role] - count * share) < 5 * math.sqrt(count * share * (1 - share))


def test_shares_can_be_given_by_data_set():
    shares = {"mine": Shares(validation=0, calibration=0.5, test=0)}
    assert set(split(numbered(200), seed=3, shares=shares)["role"]) == {"calibration", "train"}


def test_a_text_in_two_sets_has_the_shares_of_the_one_that_holds_out_more():
    both = pd.concat([numbered(2000, "sentiment140"), numbered(2000, "airline")], ignore_index=True)
    roles = split(both, seed=3)["role"].tolist()
    assert roles[:2000] == roles[2000:] == split(numbered(2000, "airline"), seed=3)["role"].tolist()


@pytest.mark.parametrize(
    "wrong", [{"test": 1.0}, {"test": -0.1}, {"validation": 0.5, "calibration": 0.5}, {"test": math.nan}]
)
def test_shares_that_leave_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match="leave something for training"):
        Shares(**wrong)


def test_a_set_for_evaluation_only_pulls_all_that_is_linked_with_it_into_test():
    pulled = 0
    for seed in range(20):
        frame = split(
            frame_of(
                [
                    {"text": "@bob the gate is closed", "dataset": "sts_gold"},
                    {"text": "the gate is closed!", "dataset": "sentiment140", "author": "ann"},
                    {"text": "what a day", "dataset": "sentiment140", "author": "Ann"},
                    {"text": "WHAT A DAY", "dataset": "mine", "author": "ben"},
                    {"text": "nothing to do with it", "dataset": "sentiment140", "author": "cat"},
                ]
            ),
            seed=seed,
        )
        assert frame["role"].tolist()[:4] == ["test"] * 4
        pulled += frame["role"].iloc[4] == "test"
    assert pulled < 20


def test_the_official_split_of_imdb_is_respected():
    frame = numbered(1000, "imdb").assign(split=["train", "test"] * 500)
    roles = split(frame, seed=3)["role"]
    assert set(roles[1::2]) == {"test"}
    assert set(roles[::2]) == {"train", "validation", "calibration"}


def test_the_official_split_of_other_sets_is_only_a_name():
    frame = numbered(400).assign(split=["train", "test"] * 200)
    assert set(split(frame, seed=3)["role"][::2]) == set(ROLES)


def test_a_sample_is_random_nested_and_independent_of_the_order():
    frame = pd.concat([numbered(400), numbered(400, "other"), numbered(5, "small")], ignore_index=True)
    frame["key"] = text_key(frame["text"])
    small, large = sampled(frame, seed=3, limit=20), sampled(frame, seed=3, limit=50)
    assert Counter(small["dataset"]) == {"mine": 20, "other": 20, "small": 5}
    assert set(small["key"]) <= set(large["key"])
    shuffled = sampled(frame.sample(frac=1, random_state=1), seed=3, limit=20)
    assert sorted(shuffled["key"]) == sorted(small["key"])
    numbers = small.loc[small["dataset"] == "mine", "text"].str.removeprefix("tweet ").astype(int)
    # Twenty of four hundred at random are all in one half with odds of one in half a million.
    assert numbers.min() < 200 <= numbers.max()
    assert set(sampled(frame, seed=4, limit=20)["key"]) != set(small["key"])


def test_a_sample_of_nothing_is_refused():
    with pytest.raises(ValueError, match="1 or more"):
        sampled(numbered(3).assign(key="k"), seed=3, limit=0)
