"""From files to roles in one call."""

import gzip
import os
import sys
import termios
from pathlib import Path

import pytest

from training.data import DATASETS, DataError, data_dir, files, fingerprint, load, prepare, text_key
from training.data.datasets import FORMATS, is_feedback, located
from training.data.duplicates import wording
from training.data.records import COLUMNS, ROLES

WORDS = ("late", "lost", "great", "closed", "smooth", "crowded", "quiet", "kind")


@pytest.fixture
def folder(written) -> Path:
    """Two data sets that share texts; the first has a copy, a conflict and damaged texts."""
    texts = [f"@crew{i} the flight to gate {i} was {WORDS[i % 8]} &amp; over" for i in range(200)]
    rows = "".join(f"{'negative' if i % 2 else 'positive'},{text},Acme\n" for i, text in enumerate(texts))
    rows += (
        "positive,@you the FLIGHT to gate 0 was late &amp; over!,Acme\nnegative,so so,\npositive,So so!,\n"
    )
    written("airline.csv.gz", gzip.compress(f"label,text,airline\n{rows}".encode()))
    gold = "".join(f"0,{i},the flight to gate {i} was {WORDS[i % 8]} & over\n" for i in range(0, 200, 10))
    return written("sts_gold.csv.gz", gzip.compress(f"label,id,text\n{gold}".encode())).parent


def test_raw_files_become_clean_rows_with_roles(folder):
    prepared = prepare(["airline", "sts_gold"], seed=7, data_dir=folder, progress=False)
    frame = prepared.frame
    assert list(frame.columns) == [*COLUMNS, "role"]
    assert set(frame["role"]) == set(ROLES)
    assert not frame["text"].str.contains("&amp;").any()
    assert [
        (report.dataset, report.conflicts, report.duplicates, report.kept) for report in prepared.reports
    ] == [
        ("airline", 2, 1, 200),
        ("sts_gold", 0, 0, 20),
    ]
    assert prepared.fingerprint == fingerprint(frame)
    shared = frame["text"].str.contains(r"gate \d*0 ")
    assert set(frame.loc[shared, "role"]) == {"test"}
    assert shared.sum() == 40


def test_preparing_again_gives_the_same_rows(folder):
    first, second = (prepare(["airline"], seed=7, data_dir=folder, progress=False) for _ in range(2))
    assert first.frame.equals(second.frame)
    other = prepare(["airline"], seed=8, data_dir=folder, progress=False)
    assert other.fingerprint.sha256 != first.fingerprint.sha256


def test_a_limit_draws_rows_at_random_and_changes_no_role(folder):
    whole = prepare(["airline", "sts_gold"], seed=7, data_dir=folder, progress=False).frame
    part = prepare(["airline", "sts_gold"], seed=7, limit=30, data_dir=folder, progress=False).frame
    assert part["dataset"].value_counts().to_dict() == {"airline": 30, "sts_gold": 20}
    roles = whole.set_index(["dataset", "text"])["role"]
    assert part["role"].tolist() == [roles[pair] for pair in zip(part["dataset"], part["text"], strict=True)]
    drawn = part.loc[part["dataset"] == "airline", "text"].tolist()
    assert drawn != whole.loc[whole["dataset"] == "airline", "text"].tolist()[:30]


def test_a_path_can_stand_beside_a_name(folder, written):
    path = written("ours.jsonl", b'{"text":"all quiet today","label":"neutral"}\n')
    prepared = prepare(["sts_gold", path], seed=7, data_dir=folder, progress=False)
    assert prepared.frame["dataset"].value_counts().to_dict() == {"sts_gold": 20, "ours": 1}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "no data set was asked for"),
        (
            ["airline", "sts_gold", "airline"],
            "each data set can be asked for once, not airline, sts_gold, airline",
        ),
        (["imdb"], "imdb: none of imdb.csv.gz, aclImdb is in"),
    ],
)
def test_what_cannot_be_prepared_is_said_in_one_line(folder, names, message):
    with pytest.raises(DataError, match=f"^{message}"):
        prepare(names, seed=7, data_dir=folder, progress=False)


def test_every_set_that_is_missing_is_named_with_where_to_get_it(folder):
    with pytest.raises(DataError) as caught:
        prepare(["airline", "sentiment140", "sts_gold", "imdb"], seed=7, data_dir=folder, progress=False)
    first, second = str(caught.value).split("; get it from http://help.sentiment140.com/for-students; ")
    assert first.startswith("sentiment140: none of sentiment140.csv.gz, ")
    assert second.startswith("imdb: none of imdb.csv.gz, aclImdb is in")
    assert second.endswith(f"; get it from https://ai.stanford.edu/~amaas/data/sentiment/; {FORMATS}")


def test_without_the_folder_every_set_is_named_too(tmp_path, monkeypatch, written):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "gone"))
    with pytest.raises(DataError) as caught:
        prepare(["airline", "imdb"], seed=7, progress=False)
    assert str(caught.value) == (
        f"no data folder at {tmp_path / 'gone'}: set DATA_DIR to the folder that holds the data sets; get "
        "airline from https://www.kaggle.com/datasets/crowdflower/twitter-airline-sentiment; "
        f"imdb from https://ai.stanford.edu/~amaas/data/sentiment/; {FORMATS}"
    )
    ours = written("ours.csv", b"text,label\nfine,1\nbad,0\n")
    assert len(prepare([ours], seed=7, progress=False).frame) == 2, "a path needs no folder"


def test_feedback_is_known_by_its_name_and_by_that_of_its_file():
    assert all(is_feedback(spec) for spec in ("feedback", Path("/a/feedback.csv"), "20260301/feedback.csv"))
    assert not any(is_feedback(spec) for spec in ("airline", "feedback/tweets.csv", "Tweets.csv"))


def test_a_set_of_which_nothing_is_left_is_an_error(written):
    path = written("ours.csv", b"text,label\nso so,1\nso so!,0\n")
    with pytest.raises(DataError, match=r"no row is left after cleaning \(2 were read\)"):
        prepare([path], seed=7, progress=False)


@pytest.mark.parametrize("progress", [True, False])
def test_progress_shows_on_a_terminal_unless_it_is_not_wanted(folder, monkeypatch, progress):
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (30, 100))
    os.set_blocking(ours, False)
    with os.fdopen(ours, "rb", buffering=0) as screen, os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr(files, "BAR_DELAY", 0.0)
        prepare(["airline"], seed=7, data_dir=folder, progress=progress)
        shown = (screen.read() or b"").decode()
    for step in ("reading airline.csv.gz", "cleaning airline", "finding copies in airline", "splitting"):
        assert (step in shown) is progress


def test_nothing_is_drawn_where_there_is_no_terminal(folder, capsys):
    prepare(["airline"], seed=7, data_dir=folder, progress=True)
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def real_folder() -> Path:
    try:
        folder = data_dir()
        for name in ("airline", "semeval", "tweet_sentiment_extraction", "sts_gold"):
            located(DATASETS[name], folder)
    except DataError as missing:
        pytest.skip(str(missing))
    return folder


def test_the_real_sets_are_split_without_a_leak(real_folder):
    names = ["airline", "semeval", "tweet_sentiment_extraction", "sts_gold"]
    prepared = prepare(names, seed=7, data_dir=real_folder, progress=False)
    frame = prepared.frame
    assert set(frame["dataset"]) == set(names)
    assert all(report.kept > 0.9 * report.read for report in prepared.reports)
    assert frame.groupby(wording(text_key(frame["text"])))["role"].nunique().max() == 1
    assert set(frame.loc[frame["dataset"] == "sts_gold", "role"]) == {"test"}
    assert not frame["text"].str.contains("&quot;|&amp;").any()
    for name in names[:3]:
        shares = frame.loc[frame["dataset"] == name, "role"].value_counts(normalize=True)
        assert shares.to_dict() == pytest.approx(
            {"train": 0.65, "test": 0.15, "validation": 0.10, "calibration": 0.10}, abs=0.02
        )


def test_the_original_format_is_read_from_the_real_file():
    try:
        path = data_dir() / "training.1600000.processed.noemoticon.head_tail.csv"
    except DataError as missing:
        pytest.skip(str(missing))
    if not path.exists():
        pytest.skip(f"{path} is not there")
    frame = load(path, progress=False)
    assert set(frame["label"]) == {"negative", "positive"}
    assert frame["author"].notna().all()
