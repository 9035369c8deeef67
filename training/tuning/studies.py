"""Studies that outlast their process: Optuna's, in a database that several processes may share."""

import hashlib
import json
import os
import time
import warnings

import optuna
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from optuna import Study
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import MedianPruner
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial
from sqlalchemy import make_url
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from export.tracking import DEFAULT_URI
from training.candidates import Candidate
from training.options import RunOptions, unusual
from training.run import parameters
from training.tuning.sampling import SeededByNumber

HEARTBEAT = 20
"""Seconds between two signs of life of a running trial."""
GRACE = 120
"""Seconds without one after which a trial counts as killed."""
RUN = "mlflow_run"
"""What a trial keeps the id of its run in MLflow under."""
RETRY_OF = "retry_of"
_ATTEMPTS = 10
_SECONDS_WAITING_FOR_SQLITE = 60
_NAMED_APART = ("seed", "data", "limit")


class TuningError(Exception):
    """The search cannot be begun, or found nothing; the message says why."""


def default_url() -> str:
    """``tuning.db`` beside MLflow's database where that is one of SQLite, else in the working directory."""
    uri = os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI
    place = uri.rpartition("/")[0] if uri.startswith("sqlite:///") else "sqlite://"
    return f"{place}/tuning.db"


def study_name(name: str, candidate: Candidate, options: RunOptions, *, data_sha256: str) -> str:
    """The same for a search that may go on: same candidate, data and seed, and what else decides a score."""
    settings = unusual(parameters(candidate, options))
    for key in _NAMED_APART:
        settings.pop(key, None)
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    return f"{name}, data {data_sha256[:12]}, settings {digest[:8]}, seed {options.seed}"


def open_study(url: str, name: str, *, seed: int, heartbeat: int = HEARTBEAT, grace: int = GRACE) -> Study:
    """The study of that name, a new one where there is none.

    Trials of killed processes become failed ones, whose hyperparameters are tried once more. Raises
    `TuningError` when the database cannot be opened.
    """
    try:
        storage = _storage(url, heartbeat=heartbeat, grace=grace)
        return optuna.create_study(
            storage=storage,
            study_name=name,
            load_if_exists=True,
            direction="minimize",
            sampler=SeededByNumber(seed),
            # A first step says more about the learning rate than about where it leads.
            pruner=MedianPruner(n_warmup_steps=2),
        )
    except (SQLAlchemyError, ImportError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise TuningError(f"--study {_shown(url)}: cannot be opened as a database: {reason}") from error


def _storage(url: str, *, heartbeat: int, grace: int) -> RDBStorage:
    waiting = {"connect_args": {"timeout": _SECONDS_WAITING_FOR_SQLITE}} if url.startswith("sqlite") else {}
    for attempt in range(_ATTEMPTS):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ExperimentalWarning)
                return RDBStorage(
                    url,
                    engine_kwargs=waiting,
                    heartbeat_interval=heartbeat,
                    grace_period=grace,
                    heartbeat_stale_trial_callback=_try_again,
                )
        except (IntegrityError, OperationalError) as error:
            # Two processes create the tables at once: the one that comes too late looks again.
            late = isinstance(error, IntegrityError) or "already exists" in str(error)
            if not late or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(0.2)
    raise AssertionError("the last attempt returns or raises")


def _try_again(study: Study, killed: FrozenTrial) -> None:
    """Enqueue what a killed trial drew, unless it was itself a second try, and end its runs in MLflow."""
    if RETRY_OF not in killed.user_attrs:
        study.enqueue_trial(killed.params, user_attrs={RETRY_OF: killed.number})
    if RUN in killed.user_attrs:
        client = MlflowClient()
        try:
            run = client.get_run(killed.user_attrs[RUN])
            for run_id in (run.info.run_id, run.data.tags["mlflow.parentRunId"]):
                client.set_terminated(run_id, "KILLED")
        except MlflowException:
            return  # kept in another database, or deleted


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return "URL"
