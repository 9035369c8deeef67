"""The one table that every data set becomes.

A row is one text. Columns, all strings: `text`; `label` (one of `LABELS`); `author`, `split` (the name of the
official split) and `slice` (an airline, a year; the drift study draws its streams by airline), each missing
where the set has none; `dataset`. Splitting adds `role` (one of `ROLES`).
"""

import pandas as pd

NEGATIVE = "negative"
NEUTRAL = "neutral"
POSITIVE = "positive"
LABELS = (NEGATIVE, NEUTRAL, POSITIVE)

TRAIN = "train"
VALIDATION = "validation"
CALIBRATION = "calibration"
TEST = "test"
ROLES = (TRAIN, VALIDATION, CALIBRATION, TEST)

COLUMNS = ("text", "label", "author", "dataset", "split", "slice")


def binary(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that are negative or positive: what a two-class model learns from and is measured on."""
    return frame[frame["label"] != NEUTRAL].reset_index(drop=True)
