"""Training a challenger and making it what would be served: a bundle."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from export.bundle import BundleOptions
from export.trained import load_trained
from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from training import tracking
from training.assessment.choice import SelectionError
from training.assessment.exporting import exported
from training.feedback.versions import FeedbackVersion
from training.options import RunOptions
from training.retraining.evidence import without_joined
from training.retraining.plan import Plan
from training.run import train


@dataclass(frozen=True)
class Challenger:
    """A trained and exported model. ``holdout`` has the columns dataset, role, label and text.

    Its usual test rows are test rows without feedback too, see `evidence.without_joined`. ``notes``: what its
    export told.
    """

    run_id: str
    registered: str
    folder: Path
    predictor: Predictor
    holdout: pd.DataFrame
    notes: tuple[str, ...]


def train_challenger(
    plan: Plan, feedback: FeedbackVersion, folder: Path, *, bundle: BundleOptions, progress: bool
) -> Challenger:
    """Train on the usual data sets and on what users said, and export into `folder`.

    Raises `DataError` and `ExportError` as training and export do.
    """
    finished = train(
        plan.name,
        plan.candidate,
        RunOptions(
            data=(*plan.data, _spec(feedback.data)),
            seed=plan.seed,
            limit=plan.limit,
            train_rows=plan.train_rows,
            human_weight=plan.human_weight,
            balanced=plan.balanced,
            emoticons=plan.emoticons,
            nonsense=plan.nonsense,
            progress=progress,
        ),
    )
    version = tracking.registered_version(tracking.connect(), finished.run_id)
    if version is None:
        raise SelectionError(f"run {finished.run_id} has no registered model")
    trained = load_trained(f"models:/{tracking.REGISTERED_MODEL}/{version}")
    _, in_32_bits = exported(trained, folder, bundle)
    return Challenger(
        run_id=finished.run_id,
        registered=version,
        folder=folder,
        predictor=Predictor(read_bundle(folder)),
        holdout=without_joined(trained.holdout, plan),
        notes=() if in_32_bits is None else (f"the challenger is {in_32_bits}",),
    )


def _spec(path: Path) -> str:
    """The path as it goes into manifests, which are published: below the working folder if it can be."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
