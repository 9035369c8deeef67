"""Where trained models are read from and scorers are registered: MLflow, by default in ``mlflow.db``."""

import os

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

DEFAULT_URI = "sqlite:///mlflow.db"


def connect() -> MlflowClient:
    """Point MLflow at ``MLFLOW_TRACKING_URI`` (default: `DEFAULT_URI`, in the working directory)."""
    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI)
    return MlflowClient()


def run_parameters(run_id: str) -> dict[str, str] | None:
    """The parameters of a run, None where MLflow has no run of that id."""
    try:
        return dict(connect().get_run(run_id).data.params)
    except MlflowException:
        return None
