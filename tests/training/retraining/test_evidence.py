"""Both models are compared on rows that neither of them has learned from."""

from pathlib import Path

import pandas as pd
import pytest

from training.candidates import TfidfLogReg
from training.data import prepare, text_key
from training.data.datasets import FEEDBACK
from training.data.records import TEST, TRAIN
from training.retraining.evidence import without_joined
from training.retraining.plan import Plan

AUTHORS = 400
WORDS = ("late", "lost", "great", "closed", "smooth")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Of a set that holds out one row in 25: three tweets of each author."""
    rows = [
        {
            "author": f"author{author}",
            "text": f"tweet {author} of {part}, {WORDS[author % 5]}",
            "label": "positive" if (author + part) % 2 else "negative",
        }
        for author in range(AUTHORS)
        for part in range(3)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "sentiment140.csv.gz", index=False)
    return Plan(
        name="tfidf_logreg",
        candidate=TfidfLogReg(),
        data=(str(tmp_path / "sentiment140.csv.gz"),),
        seed=7,
        limit=None,
        train_rows=None,
        human_weight=10.0,
        balanced=(),
        emoticons=0.0,
        nonsense=0.0,
        notes=(),
    )


@pytest.fixture
def holdout(plan: Plan, tmp_path: Path) -> pd.DataFrame:
    """What is held out where users have spoken of one tweet of every author."""
    texts = [f"Tweet {author} of 0, {WORDS[author % 5]}!" for author in range(AUTHORS)]
    labels = ["negative" if author % 3 else "positive" for author in range(AUTHORS)]
    pd.DataFrame({"text": texts, "label": labels}).to_csv(tmp_path / "feedback.csv", index=False)
    specs = [*plan.data, str(tmp_path / "feedback.csv")]
    frame = prepare(specs, seed=plan.seed, progress=False).frame
    return frame.loc[frame["role"] != TRAIN, ["dataset", "role", "label", "text"]].reset_index(drop=True)


def usual_tests(rows: pd.DataFrame) -> set[str]:
    return set(rows.loc[(rows["role"] == TEST) & (rows["dataset"] != FEEDBACK), "text"])


def test_what_the_present_model_learned_from_is_no_evidence_once_feedback_made_it_a_test_row(plan, holdout):
    alone = prepare(plan.data, seed=plan.seed, progress=False).frame
    learned = set(alone.loc[alone["role"] == TRAIN, "text"])
    spoken_of = set(text_key(holdout.loc[holdout["dataset"] == FEEDBACK, "text"]))
    leaked = usual_tests(holdout) & learned
    only_by_author = [text for text in leaked if text_key(pd.Series([text]))[0] not in spoken_of]
    assert len(only_by_author) > 20, "rows of an author, one of whose tweets users have spoken of"

    kept = usual_tests(without_joined(holdout, plan))
    assert kept == usual_tests(alone)
    assert len(kept) > 5
    assert kept < usual_tests(holdout)


def test_feedback_and_what_is_no_test_row_stay(plan, holdout):
    kept = without_joined(holdout, plan)
    assert kept[kept["dataset"] == FEEDBACK].equals(
        holdout[holdout["dataset"] == FEEDBACK].set_axis(kept.index[kept["dataset"] == FEEDBACK])
    )
    assert (kept["role"] != TEST).sum() == (holdout["role"] != TEST).sum()


def test_where_feedback_joins_nothing_nothing_is_left_out(plan):
    alone = prepare(plan.data, seed=plan.seed, progress=False).frame
    rows = alone.loc[alone["role"] != TRAIN, ["dataset", "role", "label", "text"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(without_joined(rows, plan), rows)
