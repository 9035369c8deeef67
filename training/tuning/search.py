"""A search for hyperparameters, tracked: trials in Optuna's study, a run of MLflow for each."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import mlflow
import msgspec
import optuna
from optuna import Study
from optuna.trial import FixedTrial, FrozenTrial, TrialState

from training import tracking
from training.candidates import CANDIDATES, Candidate
from training.candidates.base import HyperparameterError
from training.candidates.hyperparameters import named_candidate
from training.data import prepare
from training.options import RunOptions
from training.training_texts import TrainingTexts
from training.tuning.objective import CRITERION, TAG, Objective, search_space
from training.tuning.plots import figures
from training.tuning.studies import TuningError, default_url, open_study, study_name

BEST_FILE = "best.json"


@dataclass(frozen=True, kw_only=True)
class SearchOptions:
    """``trials`` more, none begun after ``timeout`` seconds; ``storage``: the URL of Optuna's database."""

    trials: int
    timeout: float | None = None
    storage: str | None = None


class Best(msgspec.Struct, frozen=True, kw_only=True):
    """What a study has found so far, as ``best.json`` keeps it.

    ``trials``: how many ended in which way. ``log_loss``: the figure of the best, by `objective.CRITERION`.
    ``parameters``: those of its hyperparameters that differ from the candidate's defaults.
    """

    candidate: str
    study: str
    trials: dict[str, int]
    trial: int
    log_loss: float
    parameters: dict[str, str]
    data_sha256: str


def search(
    name: str,
    given: Mapping[str, str],
    options: RunOptions,
    how: SearchOptions,
    *,
    say: Callable[[str], None],
) -> Best:
    """Add trials to the study of this candidate, data and seed, and tell its best one.

    ``given``: hyperparameters that the search does not draw. ``say`` is told each trial's outcome.

    Raises:
        HyperparameterError: there is no such candidate, or a given one is none or is drawn.
        DataError: the data cannot be read.
        TuningError: the study's database cannot be opened, or no trial came to its end.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    candidate = named_candidate(name, given)
    _require_not_drawn(candidate, given)
    tracking.connect()
    prepared = prepare(options.data, seed=options.seed, limit=options.limit, progress=options.progress)
    data_sha256 = prepared.fingerprint.sha256
    texts = TrainingTexts(prepared.frame, options)
    study = open_study(
        how.storage or default_url(),
        study_name(name, candidate, options, data_sha256=data_sha256),
        seed=options.seed,
    )
    say(f"study {study.study_name}: {len(study.trials)} trials before")
    with mlflow.start_run(run_name=f"{name}: tuning", tags={TAG: name, "study": study.study_name}):
        mlflow.log_params({"trials": how.trials, "seed": options.seed, "data_sha256": data_sha256})
        study.optimize(
            Objective(name, candidate, texts, options),
            n_trials=how.trials,
            timeout=how.timeout,
            callbacks=[lambda study, trial: say(_outcome(study, trial))],
        )
        best = _best(study, name, candidate, data_sha256=data_sha256)
        mlflow.log_metric(CRITERION, best.log_loss)
        mlflow.log_text(msgspec.json.format(msgspec.json.encode(best), indent=2).decode() + "\n", BEST_FILE)
        for file, figure in figures(study).items():
            mlflow.log_figure(figure, f"plots/{file}")
    return best


def _require_not_drawn(candidate: Candidate, given: Mapping[str, str]) -> None:
    drawn = [key for key in search_space(candidate) if key in given]
    if drawn:
        raise HyperparameterError(f"--set {drawn[0]}: the search draws it; set what it does not draw")


def _outcome(study: Study, trial: FrozenTrial) -> str:
    drawn = ", ".join(
        f"{key} {value:.3g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in trial.params.items()
    )
    if trial.state is TrialState.COMPLETE:
        value = f"log-loss {trial.value:.4f}, best {study.best_value:.4f} (trial {study.best_trial.number})"
    elif trial.state is TrialState.PRUNED:
        value = "given up on the way"
    else:
        value = "failed: its log-loss is no number"
    return f"trial {trial.number}: {value}; {drawn}"


def _best(study: Study, name: str, candidate: Candidate, *, data_sha256: str) -> Best:
    ended = Counter(trial.state.name.lower() for trial in study.trials)
    if not ended["complete"]:
        raise TuningError(f"no trial of the study {study.study_name} came to its end: add some with --trials")
    trial = study.best_trial
    tuned = asdict(candidate.tuned(FixedTrial(trial.params)))  # type: ignore[arg-type, call-overload]
    defaults = asdict(CANDIDATES[name]())  # type: ignore[call-overload]
    return Best(
        candidate=name,
        study=study.study_name,
        trials=dict(sorted(ended.items())),
        trial=trial.number,
        log_loss=study.best_value,
        parameters={key: str(value) for key, value in tuned.items() if value != defaults[key]},
        data_sha256=data_sha256,
    )
