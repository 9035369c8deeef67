"""Which run is the best, and by which rule."""

from dataclasses import dataclass

from mlflow import MlflowClient
from mlflow.entities import Run

from training import tracking

RULE = "the highest mean validation accuracy over the data sets, among the newest run of each candidate"
CRITERION = "validation/mean/accuracy"
COLUMNS = {
    "accuracy": "accuracy",
    "f1_negative": "F1 neg",
    "f1_positive": "F1 pos",
    "roc_auc": "ROC-AUC",
    "log_loss": "log-loss",
    "calibration_error": "ECE",
}


class SelectionError(Exception):
    """There is nothing to choose from; the message says what to run first."""


@dataclass(frozen=True)
class Contender:
    """A finished run with the figures that the comparison shows."""

    run_id: str
    candidate: str
    metrics: dict[str, float]
    seconds: float
    data_sha256: str

    @property
    def criterion(self) -> float:
        """The figure that the choice is made by."""
        return self.metrics[CRITERION]

    @property
    def datasets(self) -> list[str]:
        """Names of the data sets that the run was tested on."""
        ends = "/accuracy"
        names = (
            name.split("/")[1] for name in self.metrics if name.startswith("test/") and name.endswith(ends)
        )
        return sorted(set(names) - {"mean"})


def contenders(client: MlflowClient) -> list[Contender]:
    """The newest finished run of each candidate, the best first."""
    newest: dict[str, Run] = {}
    for run in tracking.finished_runs(client):
        if CRITERION in run.data.metrics:
            newest.setdefault(run.data.tags["candidate"], run)
    if not newest:
        raise SelectionError("no finished run yet: python -m training train CANDIDATE")
    found = [
        Contender(
            run_id=run.info.run_id,
            candidate=candidate,
            metrics=dict(run.data.metrics),
            seconds=run.data.metrics.get("train_seconds", float("nan")),
            data_sha256=run.data.params.get("data_sha256", ""),
        )
        for candidate, run in newest.items()
    ]
    return sorted(found, key=lambda contender: -contender.criterion)


def select(client: MlflowClient) -> Contender:
    """Give the alias ``selected`` to the registered model of the best contender.

    Raises:
        SelectionError: there is no run, the runs saw different data, or the best one has no registered model.
    """
    ranked = contenders(client)
    if len({contender.data_sha256 for contender in ranked}) > 1:
        raise SelectionError(
            "the newest runs of the candidates saw different data: train them on the same to compare"
        )
    best = ranked[0]
    version = tracking.registered_version(client, best.run_id)
    if version is None:
        raise SelectionError(f"run {best.run_id} of {best.candidate} has no registered model: train it again")
    client.set_registered_model_alias(tracking.REGISTERED_MODEL, tracking.SELECTED, version)
    return best


def table(ranked: list[Contender]) -> str:
    """The comparison as text: one line a candidate and data set, test rows, the best candidate first."""
    header = ["candidate", "test rows of", "rows", *COLUMNS.values(), "training"]
    lines = [header]
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
                ]
            )
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
