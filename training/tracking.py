"""Where runs and models are kept: MLflow, by default in ``mlflow.db`` beside the code."""

import logging

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run

from export import tracking

EXPERIMENT = "tweet-sentiment"
REGISTERED_MODEL = "tweet-sentiment"
SELECTED = "selected"


def connect() -> MlflowClient:
    """Point MLflow at ``MLFLOW_TRACKING_URI`` (see `export.tracking`) and at the project's experiment."""
    # Creating tables and experiments is no news; what fails is raised.
    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    client = tracking.connect()
    mlflow.set_experiment(EXPERIMENT)
    return client


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
