"""The bundle as MLflow's pyfunc flavour loads it: a column of texts in, a table of predictions out.

This module travels with the logged model, and so do the few modules of `function_app` that it needs: a
machine that scores has neither this repository nor a training framework.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from function_app.bundle import read_bundle
from function_app.contract import LABELS
from function_app.predictor import Predictor

TEXT = "text"


class Scorer:
    """Scores tables with the model of a bundle."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        """A row for each row of ``table``, whose column ``text`` holds strings; the index stays.

        Columns: ``label``, ``confidence`` (float64, the calibrated probability of the label), ``probability``
        (float64, of *positive*) and ``model``, the bundle's version. An empty text is scored; a missing one
        (null) is not: its label is the empty string, its confidence and probability are missing too.
        """
        given = table[TEXT]
        there = given.notna().to_numpy()
        scored = self._predictor.probability(given[there].tolist()).astype(np.float64)
        probability = np.full(len(given), np.nan)
        probability[there] = scored
        # Not null: on the way to Spark, MLflow spells a null in a column of strings "nan".
        label = np.full(len(given), "", dtype=object)
        label[there] = np.where(scored >= 0.5, LABELS[1], LABELS[0])
        return pd.DataFrame(
            {
                "label": label,
                "confidence": np.maximum(probability, 1 - probability),
                "probability": probability,
                "model": self._predictor.version,
            },
            index=table.index,
        )


def _load_pyfunc(path: str) -> Scorer:
    """What MLflow calls with the logged copy of the bundle. Raises `BundleError` when it was changed."""
    return Scorer(Predictor(read_bundle(Path(path))))
