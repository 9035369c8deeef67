"""The runs that can be chosen from, and the choice, kept in MLflow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from mlflow import MlflowClient
from mlflow.entities import Run

from training import tracking
from training.assessment import kept
from training.assessment.choice import Budget, Choice, SelectionError, choose
from training.assessment.kept import Assessed
from training.assessment.layout import laid_out
from training.options import unlike

CRITERION = "validation/mean/accuracy"
SELECTION_FILE = "selection.json"
NOT_ASSESSED = "not assessed: "
"""How the verdict on a candidate begins that could not be assessed."""
COLUMNS = {
    "accuracy": "accuracy",
    "f1_negative": "F1 neg",
    "f1_positive": "F1 pos",
    "roc_auc": "ROC-AUC",
    "log_loss": "log-loss",
    "calibration_error": "ECE",
}


@dataclass(frozen=True)
class Contender:
    """A finished run with the figures that the comparison shows."""

    run_id: str
    candidate: str
    metrics: dict[str, float]
    seconds: float
    data_sha256: str
    parameters: dict[str, str]

    @property
    def criterion(self) -> float:
        """The figure that they are ranked by: of the trained model, before it is a bundle."""
        return self.metrics[CRITERION]

    @property
    def datasets(self) -> list[str]:
        """Names of the data sets that the run was tested on."""
        ends = "/accuracy"
        names = (
            name.split("/")[1] for name in self.metrics if name.startswith("test/") and name.endswith(ends)
        )
        return sorted(set(names) - {"mean"})


def contenders(client: MlflowClient, names: Sequence[str] = ()) -> list[Contender]:
    """The newest finished run of each candidate, or of those named, the best first.

    Raises:
        SelectionError: there is none, or none of a candidate that is named.
    """
    newest: dict[str, Run] = {}
    for run in tracking.finished_runs(client):
        if CRITERION in run.data.metrics:
            newest.setdefault(run.data.tags["candidate"], run)
    if not newest:
        raise SelectionError("no finished run yet: python -m training train CANDIDATE")
    if missing := [name for name in names if name not in newest]:
        raise SelectionError(f"no finished run of {missing[0]} yet: python -m training train {missing[0]}")
    found = [_contender(run) for name, run in newest.items() if not names or name in names]
    return sorted(found, key=lambda contender: -contender.criterion)


def of_run(client: MlflowClient, run_id: str) -> Contender:
    """One run, named by its id or how that begins, whether or not it is the newest of its candidate.

    Raises:
        SelectionError: it is not a finished training run.
    """
    for run in tracking.finished_runs(client):
        if run.info.run_id.startswith(run_id) and CRITERION in run.data.metrics:
            return _contender(run)
    raise SelectionError(f"{run_id} is not a finished training run: python -m training compare")


def selected(client: MlflowClient, run_id: str) -> Choice | None:
    """The choice by which a run was selected; None where it was promoted in another way."""
    if SELECTION_FILE not in {file.path for file in client.list_artifacts(run_id)}:
        return None
    with TemporaryDirectory() as folder:
        content = Path(client.download_artifacts(run_id, SELECTION_FILE, folder)).read_bytes()
    return msgspec.json.decode(content, type=Choice)


def _contender(run: Run) -> Contender:
    return Contender(
        run_id=run.info.run_id,
        candidate=run.data.tags["candidate"],
        metrics=dict(run.data.metrics),
        seconds=run.data.metrics.get("train_seconds", float("nan")),
        data_sha256=run.data.params.get("data_sha256", ""),
        parameters=dict(run.data.params),
    )


def select(
    client: MlflowClient,
    ranked: Sequence[Contender],
    budget: Budget,
    *,
    problems: Mapping[str, str] | None = None,
) -> Choice:
    """Give the alias ``selected`` to the registered model of the contender that `choose` takes.

    ``problems`` says of contenders that could not be assessed why; they are out. The choice is kept in the
    selected run as `SELECTION_FILE`. Runs of other options on the same data are compared, and
    the verdicts say so.

    Raises:
        SelectionError: a contender was not assessed, the runs saw different data, none is within the budget,
            or the one that is taken has no registered model.
    """
    require_same_data(ranked)
    out = {name: f"{NOT_ASSESSED}{problem}" for name, problem in (problems or {}).items()}
    assessed = [_assessed(client, contender) for contender in ranked if contender.candidate not in out]
    if not assessed:
        raise SelectionError("; ".join(f"{name} is {verdict}" for name, verdict in out.items()))
    choice = choose(assessed, budget)
    verdicts = _with_options({**choice.verdicts, **out}, ranked, selected=choice.selected)
    choice = msgspec.structs.replace(choice, verdicts=verdicts)
    version = tracking.registered_version(client, choice.run_id)
    if version is None:
        raise SelectionError(
            f"run {choice.run_id} of {choice.selected} has no registered model: train it again"
        )
    client.log_text(choice.run_id, msgspec.json.encode(choice).decode(), SELECTION_FILE)
    client.set_registered_model_alias(tracking.REGISTERED_MODEL, tracking.SELECTED, version)
    return choice


def _with_options(
    verdicts: Mapping[str, str], ranked: Sequence[Contender], *, selected: str
) -> dict[str, str]:
    of_candidate = {contender.candidate: contender.parameters for contender in ranked}
    told = {name: unlike(of_candidate[name], of_candidate[selected]) for name in verdicts}
    return {
        name: f"{verdict}; trained with {told[name]}" if told[name] else verdict
        for name, verdict in verdicts.items()
    }


def require_same_data(ranked: Sequence[Contender]) -> None:
    """Raises `SelectionError` where runs saw different data: their figures say nothing of who is better."""
    if len({contender.data_sha256 for contender in ranked}) > 1:
        raise SelectionError(
            "the newest runs of the candidates saw different data: train them on the same to compare, or "
            "name the candidates to choose from"
        )


def _assessed(client: MlflowClient, contender: Contender) -> Assessed:
    found = kept.read(client, contender.run_id)
    if found is None:
        raise SelectionError(
            f"{contender.candidate} was not assessed: python -m training assess {contender.candidate}"
        )
    return found


def table(ranked: list[Contender]) -> str:
    """The comparison as text: one line a candidate and data set, test rows, the best candidate first."""
    header = ["candidate", "test rows of", "rows", *COLUMNS.values(), "training", "run"]
    lines = []
    for contender in ranked:
        for name in [*contender.datasets, "mean"]:
            figures = [contender.metrics.get(f"test/{name}/{key}") for key in COLUMNS]
            rows = contender.metrics.get(f"test/{name}/rows")
            lines.append(
                [
                    contender.candidate,
                    name,
                    f"{rows:,.0f}" if rows is not None else "",
                    *("" if figure is None else f"{figure:.4f}" for figure in figures),
                    f"{contender.seconds / 60:.1f} min" if name == "mean" else "",
                    contender.run_id[:8] if name == "mean" else "",
                ]
            )
    return laid_out(header, lines, left=2)
