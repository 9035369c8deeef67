"""One tracked training run: data, text graph, candidate, held-out scores, all of it logged in MLflow."""

import csv
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
import numpy as np
import numpy.typing as npt
import pandas as pd

from export.families import token_ids
from export.held_out import DISTANT_LABELS
from export.text_graph import Normaliser, TokenIds
from training import tracking
from training.candidates import Candidate, Examples, Fitted
from training.candidates.starting import of_same_split
from training.data import DATASETS, DataError, Prepared, binary, emoticons_restored, prepare, scrambled
from training.data.datasets import FEEDBACK
from training.data.records import CALIBRATION, POSITIVE, TEST, TRAIN, VALIDATION
from training.evaluation import DatasetResult, HeldOut, as_metrics, calibrate, evaluate
from training.plots import figures

VOCABULARY_FILE = "vocabulary.json"
HOLDOUT_FILE = "holdout.csv.gz"
DATA_FILE = "data.json"
RESULTS_FILE = "results.json"
FEEDBACK_SHARE = 0.1
"""Part of the weight of all training rows that feedback is brought to."""
MAX_FEEDBACK_WEIGHT = 5.0
"""How much a row of feedback counts at most, against another one that people labelled."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What a run is asked for besides its candidate.

    ``human_weight``: how much a row that people labelled counts against one labelled by its emoticon.
    ``balanced``: data sets in whose training rows both labels weigh the same: those scored by the
    mean of both recalls.
    ``emoticons``: share of Sentiment140's training rows that get an emoticon of their label back.
    ``nonsense``: share of the training rows whose texts are scrambled and added under both labels.
    ``train_rows``: at most so many training rows, of all data sets together, at random; fewer are a part of
    more, and the held-out rows stay what they are (``limit`` draws from every role). Feedback is kept whole,
    and not counted.
    ``checkpoints``: where a candidate that trains for hours keeps its state and goes on from.
    """

    data: tuple[str, ...]
    seed: int = 7
    limit: int | None = None
    human_weight: float = 10.0
    balanced: tuple[str, ...] = ()
    emoticons: float = 0.05
    nonsense: float = 0.01
    train_rows: int | None = None
    progress: bool = True
    checkpoints: Path | None = None


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
    prepared: Prepared, texts: "TrainingTexts", name: str, candidate: Candidate, options: RunOptions
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
    candidate: Candidate, texts: "TrainingTexts", options: RunOptions
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


class TrainingTexts:
    """The negative and positive rows of every role, normalised by the text graph."""

    def __init__(self, frame: pd.DataFrame, options: RunOptions) -> None:
        self._options = options
        self._rows = {role: rows.reset_index(drop=True) for role, rows in binary(frame).groupby("role")}
        if TRAIN in self._rows:
            _balanceable(options.balanced, among=self._rows[TRAIN]["dataset"])
            if options.train_rows is not None:
                self._rows[TRAIN] = _drawn(self._rows[TRAIN], rows=options.train_rows, seed=options.seed)
        for role in (TRAIN, VALIDATION, CALIBRATION, TEST):
            found = set(self._rows[role]["label"]) if role in self._rows else set()
            if len(found) < 2:
                raise _too_small(role, found)
        normalise = Normaliser()
        self.normalised = {role: normalise(self._texts(role)) for role in self._rows}

    @property
    def training_rows(self) -> int:
        """How many rows there are to learn from, nonsense not counted."""
        return len(self._rows[TRAIN])

    def examples(self, role: str, to_ids: TokenIds) -> Examples:
        """The role's rows as the candidates take them, with weights; for training, nonsense behind them."""
        rows = self._rows[role]
        labels = (rows["label"] == POSITIVE).to_numpy(dtype=np.int8)
        weights = row_weights(rows["dataset"], human=self._options.human_weight)
        texts = self.normalised[role]
        if role == TRAIN:
            for name in self._options.balanced:
                balance(weights, labels, (rows["dataset"] == name).to_numpy())
        if role == TRAIN and self._options.nonsense:
            added = self._nonsense(texts)
            texts = [*texts, *added, *added]
            both = np.repeat(np.array([0, 1], dtype=np.int8), len(added))
            labels = np.concatenate([labels, both])
            weights = np.concatenate([weights, np.ones(len(both), dtype=np.float32)])
        return Examples(ids=to_ids(texts), labels=labels, weights=weights)

    def of_feedback(self, role: str) -> list[str]:
        """The role's normalised texts that come from users of the app."""
        rows = (self._rows[role]["dataset"] == FEEDBACK).tolist()
        return [text for text, is_feedback in zip(self.normalised[role], rows, strict=True) if is_feedback]

    def held_out(self, role: str, to_ids: TokenIds) -> HeldOut:
        """The role's rows as the evaluation takes them."""
        examples = self.examples(role, to_ids)
        return HeldOut(examples.ids, examples.labels, self._rows[role]["dataset"].to_numpy(dtype=object))

    def _nonsense(self, normalised: list[str]) -> list[str]:
        random = np.random.default_rng(self._options.seed)
        drawn = random.permutation(len(normalised))[: round(self._options.nonsense * len(normalised))]
        return scrambled([normalised[row] for row in drawn], rng=random)

    def _texts(self, role: str) -> list[str]:
        rows = self._rows[role]
        texts: list[str] = rows["text"].tolist()
        if role != TRAIN or not self._options.emoticons:
            return texts
        random = np.random.default_rng(self._options.seed)
        restored = emoticons_restored(texts, rows["label"], share=self._options.emoticons, rng=random)
        distant = rows["dataset"].isin(DISTANT_LABELS)
        return [
            with_one if cut else text for with_one, text, cut in zip(restored, texts, distant, strict=True)
        ]


def _drawn(frame: pd.DataFrame, *, rows: int, seed: int) -> pd.DataFrame:
    """The first so many of a random order of the rows, as they stood, and all that is feedback."""
    is_feedback = (frame["dataset"] == FEEDBACK).to_numpy()
    usual = np.flatnonzero(~is_feedback)
    drawn = usual[np.random.default_rng(seed).permutation(len(usual))[:rows]]
    return frame.iloc[np.sort(np.concatenate([drawn, np.flatnonzero(is_feedback)]))].reset_index(drop=True)


def _balanceable(names: Iterable[str], *, among: pd.Series) -> None:
    there = sorted(set(among))
    if missing := [name for name in names if name not in there]:
        raise DataError(
            f"to be balanced: {', '.join(missing)}, of which there is no training row; there are rows of "
            f"{', '.join(there)}"
        )


def row_weights(datasets: pd.Series, *, human: float) -> npt.NDArray[np.float32]:
    """How much each row counts in training, (N,) float32, from the names of the rows' data sets.

    A row labelled by its emoticon counts 1, one labelled by people `human`. Feedback is brought to a tenth of
    all weight: little of it counts more, up to five times `human` a row, and much of it less, down to 1, for
    it tells of mistakes more than of the language as a whole.
    """
    weights = np.where(datasets.isin(DISTANT_LABELS), 1.0, human)
    feedback = (datasets == FEEDBACK).to_numpy()
    if feedback.any():
        wanted = FEEDBACK_SHARE / (1 - FEEDBACK_SHARE) * weights[~feedback].sum() / feedback.sum()
        weights[feedback] = np.clip(wanted, 1.0, MAX_FEEDBACK_WEIGHT * human)
    return weights.astype(np.float32)


def balance(
    weights: npt.NDArray[np.float32], labels: npt.NDArray[np.int8], among: npt.NDArray[np.bool_]
) -> None:
    """Give both labels the same weight among some rows, (N,) bool, in place; that of all stays what it was.

    Rows of one label only stay as they are: there is nothing to balance.
    """
    of_label = [among & (labels == label) for label in (0, 1)]
    if all(rows.any() for rows in of_label):
        half = weights[among].sum() / 2
        for rows in of_label:
            weights[rows] *= half / weights[rows].sum()


def _too_small(role: str, found: set[str]) -> DataError:
    return DataError(
        f"the {role} rows hold {' and '.join(sorted(found)) or 'nothing'} only; negative and positive rows "
        "are both needed: take more rows or other data sets"
    )


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
