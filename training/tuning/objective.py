"""What a search makes small: the held-out log-loss of a candidate, calibrated as in `training.evaluation`."""

import itertools
import time

import keras
import mlflow
import optuna
from optuna import Trial, TrialPruned

from export.families import token_ids
from training.candidates import Candidate
from training.data.records import CALIBRATION, TRAIN, VALIDATION
from training.evaluation import as_metrics, calibrate, evaluate
from training.options import RunOptions
from training.run import parameters
from training.training_texts import TrainingTexts
from training.tuning.studies import RUN

CRITERION = "validation/mean/log_loss"
"""Mean over the data sets, as in the selection, but of the log-loss: accuracy moves in steps of a row, and a
search needs to see small changes."""
TAG = "tuning"
"""Names the candidate of such a run, in place of the tag that a full run has: none is to be selected."""
OUTCOME = "outcome"


class Objective:
    """Trains a candidate with a trial's hyperparameters, in a nested run of MLflow, without the test rows."""

    def __init__(self, name: str, candidate: Candidate, texts: TrainingTexts, options: RunOptions) -> None:
        self._name = name
        self._candidate = candidate
        self._texts = texts
        self._options = options

    def __call__(self, trial: Trial) -> float:
        """The trial's figure. Raises `TrialPruned` where it does worse than half of the others did."""
        # Keras keeps what its networks are made of until it is told not to.
        keras.utils.clear_session()
        candidate = self._candidate.tuned(trial)
        tags = {TAG: self._name, "family": candidate.family, "trial": str(trial.number)}
        with mlflow.start_run(run_name=f"{self._name}, trial {trial.number}", tags=tags, nested=True) as run:
            trial.set_user_attr(RUN, run.info.run_id)
            mlflow.log_params(parameters(candidate, self._options))
            found = self._measured(candidate, trial)
            mlflow.set_tag(OUTCOME, "pruned" if found is None else "complete")
        if found is None:
            raise TrialPruned
        return found

    def _measured(self, candidate: Candidate, trial: Trial) -> float | None:
        """The figure, or None for a trial that is to be given up."""
        started = time.monotonic()
        numbers = itertools.count(1)

        def report(step: int, loss: float) -> None:
            mlflow.log_metric("fit/val_loss", loss, step=step)
            trial.report(loss, next(numbers))  # the pruner's warm-up counts reports, whatever a step is
            if trial.should_prune():
                raise TrialPruned

        texts, options = self._texts, self._options
        vocabulary = candidate.vocabulary(texts.normalised[TRAIN], favoured=texts.of_feedback(TRAIN))
        to_ids = token_ids(candidate.family, vocabulary, max_tokens=candidate.max_tokens)
        try:
            fitted = candidate.fit(
                texts.examples(TRAIN, to_ids),
                texts.examples(VALIDATION, to_ids),
                vocabulary=vocabulary,
                seed=options.seed,
                progress=options.progress,
                report=report,
            )
        except TrialPruned:
            return None
        rows = {role: texts.held_out(role, to_ids) for role in (VALIDATION, CALIBRATION)}
        calibration = calibrate(fitted.logits(rows[CALIBRATION].ids), rows[CALIBRATION])
        results = evaluate(fitted.logits(rows[VALIDATION].ids), rows[VALIDATION], calibration)
        figures = as_metrics(VALIDATION, results)
        mlflow.log_metrics({**figures, "train_seconds": time.monotonic() - started})
        return figures[CRITERION]


def search_space(candidate: Candidate) -> list[str]:
    """The names of the hyperparameters that a search draws."""
    trial = optuna.create_study().ask()
    candidate.tuned(trial)
    return list(trial.params)
