"""Where runs and models are kept: MLflow, by default in ``mlflow.db`` beside the code."""

import logging
import os
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run

EXPERIMENT = "tweet-sentiment"
REGISTERED_MODEL = "tweet-sentiment"
SELECTED = "selected"
DEFAULT_URI = "sqlite:///mlflow.db"


def connect() -> MlflowClient:
    """Point MLflow at ``MLFLOW_TRACKING_URI`` (default: `DEFAULT_URI`) and at the project's experiment."""
    # Creating tables and experiments is no news; what fails is raised.
    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI)
    mlflow.set_experiment(EXPERIMENT)
    return MlflowClient()


def finished_runs(client: MlflowClient) -> list[Run]:
    """The experiment's finished training runs, the newest first."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        return []
    return list(
        client.search_runs(
            [experiment.experiment_id],
            filter_string="attributes.status = 'FINISHED' and tags.candidate != ''",
            order_by=["attributes.start_time DESC"],
        )
    )


def registered_version(client: MlflowClient, run_id: str) -> str | None:
    """The version under which a run's model is registered."""
    versions = client.search_model_versions(f"name = '{REGISTERED_MODEL}' and run_id = '{run_id}'")
    return str(versions[0].version) if versions else None


def download(client: MlflowClient, run_id: str, path: str) -> Path:
    """A run's artefact as a local file or folder."""
    return Path(client.download_artifacts(run_id, path))
