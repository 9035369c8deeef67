"""Findings from what MLflow keeps."""

from pathlib import Path

import msgspec
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from training import selection, tracking
from training.assessment.kept import mean_accuracy, read
from training.data import DataError
from training.learning_curve.points import points
from training.report.exploration import Exploration, explore
from training.report.findings import Findings
from training.report.paired import same_tweets

EXPLORATION_FILE = "exploration.json"
TAG = "report"
"""Of a report's own run: the fingerprint of the data."""


class ReportError(Exception):
    """There is nothing to report; the message says what to run first."""


def collect(client: MlflowClient, *, look_at_data: bool, texts: bool, progress: bool) -> Findings:
    """The newest run of each candidate that was assessed, beside the selected one.

    What cannot be shown is named in the findings: candidates that were not assessed or saw other data than
    the selected one, and data sets that cannot be read.

    Raises:
        ReportError: no candidate is selected, or the selected one was not assessed.
    """
    ranked = selection.contenders(client)
    selected = _selected(client)
    best = next((one for one in ranked if one.run_id == selected.info.run_id), None)
    if best is None:
        name = selected.data.tags["candidate"]
        raise ReportError(f"{name} was trained again after it was selected: python -m training select")
    choice = selection.selected(client, best.run_id)
    missing = []
    assessments, predictions = [], {}
    for one in ranked:
        found = read(client, one.run_id)
        if found is None and one is best:
            raise ReportError(f"{one.candidate} was not assessed: python -m training assess {one.candidate}")
        if found is None:
            missing.append(f"{one.candidate} is left out: it was not assessed (python -m training assess).")
        elif found.record.data_sha256 != best.data_sha256:
            missing.append(f"{one.candidate} is left out: it saw other data than {best.candidate}.")
        else:
            assessments.append(found.record)
            predictions[one.candidate] = found.test
    comparable = {
        name: own for name, own in predictions.items() if same_tweets(predictions[best.candidate], own)
    }
    missing += [
        f"{name} is not compared row by row: its test rows are not those of {best.candidate}."
        for name in predictions
        if name not in comparable
    ]
    learning = points(client, data_sha256=best.data_sha256)
    if not learning:
        missing.append("There is no learning curve of these data (python -m training learning-curve).")
    exploration = None
    if look_at_data:
        asked = selected.data.params
        limit = asked.get("limit", "None")
        try:
            exploration = explored_before(client, best.data_sha256) or explore(
                asked["data"].split(","),
                seed=int(asked["seed"]),
                limit=None if limit == "None" else int(limit),
                progress=progress,
            )
        except DataError as error:
            missing.append(f"The data could not be looked at: {error}.")
    return Findings(
        assessments=tuple(sorted(assessments, key=lambda one: -mean_accuracy(one.validation))),
        selected=best.candidate,
        rule=choice.rule if choice else "selected in another way than by python -m training select",
        verdicts=choice.verdicts if choice else {},
        predictions=comparable,
        learning=learning,
        exploration=exploration,
        missing=tuple(missing),
        texts=texts,
    )


def explored_before(client: MlflowClient, data_sha256: str) -> Exploration | None:
    """What an earlier report found of the same data, for reading all of them takes a while."""
    experiment = client.get_experiment_by_name(tracking.EXPERIMENT)
    runs = client.search_runs(
        [experiment.experiment_id] if experiment else [],
        filter_string=f"attributes.status = 'FINISHED' and tags.{TAG} = '{data_sha256}'",
        order_by=["attributes.start_time DESC"],
    )
    for run in runs:
        content = _artefact(client, run.info.run_id, EXPLORATION_FILE)
        if content is not None:
            return msgspec.json.decode(content, type=Exploration)
    return None


def _selected(client: MlflowClient) -> Run:
    try:
        version = client.get_model_version_by_alias(tracking.REGISTERED_MODEL, tracking.SELECTED)
    except MlflowException as error:
        raise ReportError("no candidate is selected yet: python -m training select") from error
    return client.get_run(str(version.run_id))


def _artefact(client: MlflowClient, run_id: str, name: str) -> bytes | None:
    if name not in {file.path for file in client.list_artifacts(run_id)}:
        return None
    return Path(client.download_artifacts(run_id, name)).read_bytes()
