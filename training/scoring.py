"""The shipped bundle measured again: the manifest's figures, from the data sets and ``model.onnx`` alone."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from export.metrics import Scores, scores
from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from training.data import binary, prepare
from training.data.records import POSITIVE, TEST


@dataclass(frozen=True)
class Remeasured:
    """A bundle's scores on each data set's test rows, and whether they are the rows that it was made with."""

    version: str
    same_data: bool
    stated: dict[str, dict[str, Any]]
    found: dict[str, Scores]


def score_bundle(folder: Path, *, progress: bool) -> Remeasured:
    """Split the bundle's data sets again as its run did and score their test rows with the served file.

    Raises `BundleError` for a bundle that is not whole and `DataError` for data sets that are not there.
    """
    predictor = Predictor(read_bundle(folder))
    manifest = json.loads(predictor.manifest_json)
    parameters = manifest["parameters"]
    limit = parameters["limit"]
    prepared = prepare(
        parameters["data"].split(","),
        seed=int(parameters["seed"]),
        limit=None if limit == "None" else int(limit),
        progress=progress,
    )
    rows = binary(prepared.frame)
    rows = rows[rows["role"] == TEST].reset_index(drop=True)
    truth = np.asarray(rows["label"] == POSITIVE)
    probability = predictor.predict(rows["text"].tolist()).probability
    found = {
        str(name): scores(truth[here], probability[here])
        for name, here in sorted(rows.groupby("dataset").indices.items())
        if str(name) in manifest["metrics"]
    }
    return Remeasured(
        version=predictor.version,
        same_data=prepared.fingerprint.sha256 == manifest["data"]["fingerprint"]["sha256"],
        stated=manifest["metrics"],
        found=found,
    )


def table(measured: Remeasured) -> str:
    """One line a data set: what was found, and the manifest's accuracy beside it."""
    lines = [f"{measured.version}, test rows" + ("" if measured.same_data else " (NOT the manifest's data)")]
    for name, found in measured.found.items():
        lines.append(
            f"{name:<28} rows {found.rows:>7,}  accuracy {found.accuracy:.4f} "
            f"(manifest {measured.stated[name]['accuracy']:.4f})  ROC-AUC {found.roc_auc:.4f}  "
            f"log-loss {found.log_loss:.4f}  ECE {found.calibration_error:.4f}"
        )
    return "\n".join(lines)
