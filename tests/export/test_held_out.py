import numpy as np
import pandas as pd
import pytest

from export.errors import ExportError
from export.families import LINEAR
from export.held_out import FEEDBACK, HeldOut, people_said, profiled
from export.trained import TrainedModel
from training.data import datasets

ROLES = ("validation", "calibration", "test")


def rows(dataset: str, count: int) -> pd.DataFrame:
    roles = [ROLES[number % 3] for number in range(count)]
    texts = [f"{dataset} {number}" for number in range(count)]
    return pd.DataFrame({"dataset": dataset, "role": roles, "label": "neutral", "text": texts})


def test_a_profile_is_of_rows_that_no_choice_was_made_by_and_of_so_many_a_set() -> None:
    held_out = pd.concat([rows("large", 300), rows("small", 30)], ignore_index=True)
    drawn = profiled(held_out, rows=50, seed=1)
    assert drawn.groupby("dataset").size().to_dict() == {"large": 50, "small": 20}
    assert set(drawn["role"]) == {"calibration", "test"}
    assert not drawn["text"].duplicated().any()
    assert set(drawn["text"]) != set(profiled(held_out, rows=50, seed=2)["text"])
    assert list(drawn["text"]) == list(profiled(held_out, rows=50, seed=1)["text"])


class Undecided(TrainedModel):
    """A model that was not trained at all."""

    def logits(self, ids: np.ndarray) -> np.ndarray:
        return np.zeros(len(ids))


def held_out_of(rows: pd.DataFrame) -> HeldOut:
    return HeldOut(
        Undecided(
            run_id="run",
            candidate="undecided",
            family=LINEAR,
            parameters={"max_tokens": "8"},
            vocabulary=["usual"],
            holdout=rows,
            data={},
            model=None,
        )
    )


def test_feedback_has_no_say_in_the_calibration_and_its_mistakes_are_not_those_to_expect() -> None:
    usual, feedback = rows("airline", 30), rows("feedback", 30)
    both = pd.concat([usual, feedback], ignore_index=True).assign(label=["negative", "positive"] * 30)
    assert set(held_out_of(both).calibration["dataset"]) == {"airline"}
    assert set(held_out_of(both).test["dataset"]) == {"airline", "feedback"}
    assert set(profiled(both, rows=50, seed=1)["dataset"]) == {"airline"}
    said = people_said(both)
    assert np.isfinite(said[:30]).all()
    assert np.isnan(said[30:]).all()


def test_feedback_is_taken_where_there_is_nothing_else() -> None:
    alone = rows("feedback", 30).assign(label=["negative", "positive"] * 15)
    assert len(held_out_of(alone).calibration) == 10
    assert len(profiled(alone, rows=50, seed=1)) == 20


def test_test_rows_of_one_class_say_nothing_and_are_refused() -> None:
    held_out = held_out_of(rows("airline", 30).assign(label="positive"))
    with pytest.raises(ExportError, match="no data set has test rows of both classes"):
        held_out.by_dataset(np.full(len(held_out.test), 0.5, dtype=np.float32))


def test_feedback_is_called_what_training_calls_it() -> None:
    assert FEEDBACK == datasets.FEEDBACK
