import pandas as pd

from export.held_out import profiled

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
