"""One tracked training run: data, text graph, candidate, held-out scores, all of it logged in MLflow."""

import csv
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
import pandas as pd

from export.families import token_ids
from export.text_graph import TokenIds
from training import tracking
from training.candidates import Candidate, Fitted
from training.candidates.starting import of_same_split
from training.data import DATASETS, Prepared, prepare
from training.data.records import CALIBRATION, TEST, TRAIN, VALIDATION
from training.evaluation import DatasetResult, as_metrics, calibrate, evaluate
from training.options import RunOptions
from training.plots import figures
from training.training_texts import TrainingTexts

VOCABULARY_FILE = "vocabulary.json"
HOLDOUT_FILE = "holdout.csv.gz"
DATA_FILE = "data.json"
RESULTS_FILE = "results.json"


@dataclass(frozen=True)
class FinishedRun:
    """Where a run is kept and how it scored on each data set's test rows."""

    run_id: str
    results: dict[str, DatasetResult]


def train(name: str, candidate: Candidate, options: RunOptions) -> FinishedRun:
    """Train and track one candidate.

    Raises:
        DataError: the data cannot be read, a role holds no negative or no positive rows, or there are no
            training rows of a data set that is to be balanced.
        HyperparameterError: the model to go on from was trained on another split.
    """
    tracking.connect()
    parameters(candidate, options)  # a wrong start is refused before data are read for minutes
    prepared = prepare(options.data, seed=options.seed, limit=options.limit, progress=options.progress)
    return train_on(prepared, TrainingTexts(prepared.frame, options), name, candidate, options)


def train_on(
    prepared: Prepared, texts: TrainingTexts, name: str, candidate: Candidate, options: RunOptions
) -> FinishedRun:
    """`train`, on data that were prepared, and texts that were made of them, by these options before."""
    tracking.connect()
    repeated_by = parameters(candidate, options)
    with mlflow.start_run(run_name=name, tags={"candidate": name, "family": candidate.family}) as run:
        mlflow.log_params(repeated_by)
        mlflow.log_dict(_data_card(prepared), DATA_FILE)
        mlflow.log_param("data_sha256", prepared.fingerprint.sha256)
        fitted, results = fit_and_score(candidate, texts, options)
        _log_holdout(prepared.frame)
        fitted.log_model()
        mlflow.register_model(f"runs:/{run.info.run_id}/model", tracking.REGISTERED_MODEL)
        return FinishedRun(run.info.run_id, results)


def fit_and_score(
    candidate: Candidate, texts: TrainingTexts, options: RunOptions
) -> tuple[Fitted, dict[str, DatasetResult]]:
    """Train and score in the active MLflow run, which gets the vocabulary, the course and the scores."""
    started = time.monotonic()
    vocabulary = candidate.vocabulary(texts.normalised[TRAIN], favoured=texts.of_feedback(TRAIN))
    mlflow.log_dict({"words": vocabulary}, VOCABULARY_FILE)
    mlflow.log_param("vocabulary_words", len(vocabulary))
    to_ids = token_ids(candidate.family, vocabulary, max_tokens=candidate.max_tokens)
    fit_started = time.monotonic()
    fitted = candidate.fit(
        texts.examples(TRAIN, to_ids),
        texts.examples(VALIDATION, to_ids),
        vocabulary=vocabulary,
        seed=options.seed,
        progress=options.progress,
        checkpoints=options.checkpoints,
    )
    fit_seconds = time.monotonic() - fit_started
    for epoch, figures_of_epoch in enumerate(fitted.history, start=1):
        mlflow.log_metrics({f"fit/{key}": value for key, value in figures_of_epoch.items()}, step=epoch)
    results = _log_scores(fitted, texts, to_ids)
    earlier = max(_seconds_of_all_starts(fitted) - fit_seconds, 0.0)
    mlflow.log_metric("train_seconds", earlier + time.monotonic() - started)
    return fitted, results


def _seconds_of_all_starts(fitted: Fitted) -> float:
    """What the history of a training that can be resumed says; 0 where it does not."""
    return fitted.history[-1].get("seconds", 0.0) if fitted.history else 0.0


def parameters(candidate: Candidate, options: RunOptions) -> dict[str, object]:
    """What a run is repeated by, as MLflow keeps it: hyperparameters and options.

    Where the candidate goes on from a registered model, ``start_run`` is the run of that model: a registry's
    version is only a number. Raises `HyperparameterError` where that one was trained on another split, and
    `ExportError` where there is none.
    """
    shown = asdict(options)
    if start := getattr(candidate, "start", ""):
        shown["start_run"] = of_same_split(start, seed=options.seed, data=options.data).run_id
    for of_this_machine in ("progress", "checkpoints"):
        shown.pop(of_this_machine)
    for names in ("data", "balanced"):
        shown[names] = ",".join(shown[names])
    return {**asdict(candidate), **shown}  # type: ignore[call-overload]


def _log_scores(fitted: Fitted, texts: TrainingTexts, to_ids: TokenIds) -> dict[str, DatasetResult]:
    rows = {role: texts.held_out(role, to_ids) for role in (VALIDATION, CALIBRATION, TEST)}
    logits = {role: fitted.logits(held_out.ids) for role, held_out in rows.items()}
    calibration = calibrate(logits[CALIBRATION], rows[CALIBRATION])
    mlflow.log_metrics(
        {"calibration/slope": calibration.slope, "calibration/intercept": calibration.intercept}
    )
    mlflow.log_metrics(as_metrics(VALIDATION, evaluate(logits[VALIDATION], rows[VALIDATION], calibration)))
    results = evaluate(logits[TEST], rows[TEST], calibration)
    mlflow.log_metrics(as_metrics(TEST, results))
    mlflow.log_dict({name: result.scores.as_dict() for name, result in results.items()}, RESULTS_FILE)
    for file, figure in figures(results, fitted.history).items():
        mlflow.log_figure(figure, f"plots/{file}")
    return results


def _log_holdout(frame: pd.DataFrame) -> None:
    """Keep the held-out texts with the run: the export calibrates, compares and profiles on them.

    Validation rows too, for choosing among bundles.
    """
    rows = frame.loc[
        frame["role"].isin([VALIDATION, CALIBRATION, TEST]), ["dataset", "role", "label", "text"]
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / HOLDOUT_FILE
        # Unquoted, a carriage return in a text would end its row.
        rows.to_csv(path, index=False, quoting=csv.QUOTE_ALL, compression={"method": "gzip", "mtime": 0})
        mlflow.log_artifact(str(path))


def _data_card(prepared: Prepared) -> dict[str, object]:
    return {
        "fingerprint": prepared.fingerprint.as_dict(),
        "cleaning": [asdict(report) for report in prepared.reports],
        "sources": {
            report.dataset: {"source": known.source, "terms": known.terms}
            for report in prepared.reports
            if (known := DATASETS.get(report.dataset))
        },
    }
