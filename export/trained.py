"""A trained model as MLflow keeps it: the model itself, its vocabulary, and the texts held out from it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import mlflow
import numpy as np
import numpy.typing as npt
import onnx
import pandas as pd
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from export.errors import ExportError
from export.families import FAMILIES, HASHED, LINEAR, PIPELINES, TRANSFORMER, TREES
from export.tracking import connect

T = TypeVar("T")

DEFAULT_MODEL = "models:/tweet-sentiment@selected"
NOT_THERE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""MLflow's codes for a model or version that it lacks, and for an alias that it lacks."""


@dataclass(frozen=True)
class TrainedModel:
    """What the export needs of one run.

    ``holdout`` has the columns dataset, role (validation, calibration or test), label and text; ``data`` says
    what the model was trained on.
    """

    run_id: str
    candidate: str
    family: str
    parameters: dict[str, str]
    vocabulary: list[str]
    holdout: pd.DataFrame
    data: dict[str, Any]
    model: Any

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that the model reads."""
        return int(self.parameters["max_tokens"])

    def logits(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """The training framework's own logits, (N,) float64."""
        if self.family in (LINEAR, HASHED):
            from export.linear import linear_logits

            return linear_logits(self.model, ids)
        if self.family == TREES:
            from export.trees import tree_logits

            return tree_logits(self.model, ids)
        if self.family == TRANSFORMER:
            from export.transformer import transformer_logits

            return transformer_logits(self.model, ids)
        from export.recurrent import network_logits

        return network_logits(self.model, ids)

    def graph(self) -> onnx.ModelProto:
        """The model as a stage ``ids`` (and ``tokens``) -> ``logit``."""
        if self.family == LINEAR:
            from export.linear import linear_graph

            return linear_graph(self.model)
        if self.family == TREES:
            from export.trees import tree_graph

            return tree_graph(self.model)
        if self.family == HASHED:
            from export.hashed import hashed_graph

            return hashed_graph(self.model)
        if self.family == TRANSFORMER:
            from export.transformer import transformer_graph

            return transformer_graph(self.model)
        from export.recurrent import recurrent_graph

        return recurrent_graph(self.model)


def load_trained(uri: str = DEFAULT_MODEL) -> TrainedModel:
    """Fetch a registered model (``models:/NAME@ALIAS``, ``models:/NAME/VERSION``) and its run from MLflow.

    Raises `ExportError` when there is no such model or its run lacks what the export needs.
    """
    client = connect()
    name, version, run_id = _registered(client, uri)
    try:
        run = client.get_run(run_id)
        family = _named(run.data.tags, "family", f"tag of the run {run_id}")
        if family not in FAMILIES:
            raise ExportError(f"{uri}: no conversion for a model of the family {family!r}")
        parameters = dict(run.data.params)
        _named(parameters, "max_tokens", f"parameter of the run {run_id}")
        load = mlflow.sklearn.load_model if family in PIPELINES else mlflow.keras.load_model
        return TrainedModel(
            run_id=run_id,
            candidate=_named(run.data.tags, "candidate", f"tag of the run {run_id}"),
            family=family,
            parameters=parameters,
            vocabulary=_named(_json(client, run_id, "vocabulary.json"), "words", "part of vocabulary.json"),
            holdout=_holdout(Path(client.download_artifacts(run_id, "holdout.csv.gz"))),
            data=_json(client, run_id, "data.json"),
            model=load(f"models:/{name}/{version}"),
        )
    except (MlflowException, OSError) as error:
        raise ExportError(f"{uri} cannot be read from {mlflow.get_tracking_uri()}: {error}") from error


def _registered(client: MlflowClient, uri: str) -> tuple[str, str, str]:
    """Name, version and run: an alias is followed once, as it may point elsewhere a moment later."""
    name, alias, version = _parts(uri)
    try:
        found = (
            client.get_model_version_by_alias(name, alias)
            if alias
            else client.get_model_version(name, version)
        )
    except MlflowException as error:
        said = f"{uri} cannot be read from {mlflow.get_tracking_uri()}: {error}"
        if error.error_code in NOT_THERE:
            said += (
                "; train and select one first (python -m training train …, then python -m training select)"
            )
        raise ExportError(said) from error
    return name, str(found.version), str(found.run_id)


def _named(given: Mapping[str, T], name: str, what: str) -> T:
    if name not in given:
        raise ExportError(f"there is no {name!r} as a {what}, which the export needs")
    return given[name]


def _parts(uri: str) -> tuple[str, str, str]:
    path = uri.removeprefix("models:/")
    name, at, alias = path.partition("@")
    if at and name and alias:
        return name, alias, ""
    name, slash, version = path.partition("/")
    if path == uri or not (slash and name and version.isdigit()):
        raise ExportError(f"{uri}: give models:/NAME@ALIAS or models:/NAME/VERSION")
    return name, "", version


def _json(client: MlflowClient, run_id: str, path: str) -> dict[str, Any]:
    loaded = json.loads(Path(client.download_artifacts(run_id, path)).read_text(encoding="utf-8"))
    return dict(loaded)


def _holdout(path: Path) -> pd.DataFrame:
    # Without these options pandas reads the tweets "null" and "NA" as missing.
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
