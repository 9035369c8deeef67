"""What a run keeps."""

import shutil

import mlflow
import pandas as pd

from export import trained
from training import run


def test_held_out_texts_come_back_from_tracking_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr(mlflow, "log_artifact", lambda path: shutil.copy(path, tmp_path))
    texts = ['she said "never"', "a\rreturn", "two\nlines", "NA", "a, b"]
    frame = pd.DataFrame({"dataset": "mine", "role": "test", "label": "negative", "text": texts})
    run._log_holdout(frame)
    pd.testing.assert_frame_equal(trained._holdout(tmp_path / run.HOLDOUT_FILE), frame, check_dtype=False)
