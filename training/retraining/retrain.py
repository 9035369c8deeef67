"""Retraining, from start to end: plan, train, compare, decide, promote."""

from dataclasses import dataclass
from pathlib import Path

from export.bundle import BundleOptions
from export.history import publish
from function_app.bundle import read_bundle
from function_app.clock import utc_now
from function_app.predictor import Predictor
from training import tracking
from training.data import prepare
from training.data.records import POSITIVE, TEST
from training.feedback.versions import FeedbackVersion
from training.retraining.challenger import train_challenger
from training.retraining.evidence import gather
from training.retraining.gate import Finding, GateRules, enough_feedback, judge
from training.retraining.plan import Plan, Wishes, make_plan
from training.retraining.report import Report


@dataclass(frozen=True, kw_only=True)
class RetrainOptions:
    """``served`` is the bundle in use, ``history`` keeps it when it is replaced.

    ``out`` gets a folder for this retraining with the report and, once there is one, the challenger's bundle.
    A ``dry_run`` does everything but promote.
    """

    served: Path
    history: Path
    out: Path
    feedback: FeedbackVersion
    wishes: Wishes
    rules: GateRules
    bundle: BundleOptions
    dry_run: bool = False
    progress: bool = False


def retrain(options: RetrainOptions) -> Report:
    """Train a challenger and put it in the present model's place if it passes the gate; say why or why not.

    Where the held-out feedback could not show anything, nothing is trained. Raises `BundleError`,
    `DataError`, `ExportError` and `HyperparameterError`.
    """
    present = Predictor(read_bundle(options.served))
    plan = make_plan(present, options.wishes)
    created = utc_now()
    folder = options.out / created.translate(str.maketrans("", "", "-:."))
    enough = _worth_training(present, plan, options)
    report = _without_training(enough, present, created, plan, options)
    if enough.holds:
        report = _with_training(present, created, plan, folder, options)
    report.write(folder)
    return report


def _worth_training(present: Predictor, plan: Plan, options: RetrainOptions) -> Finding:
    rows = prepare([str(options.feedback.data)], seed=plan.seed, limit=plan.limit, progress=False).frame
    held_out = rows[rows["role"] == TEST]
    predicted = present.predict(held_out["text"].tolist()).probability >= 0.5
    wrong = int((predicted != (held_out["label"] == POSITIVE).to_numpy()).sum())
    return enough_feedback(len(held_out), wrong, options.rules)


def _without_training(
    enough: Finding, present: Predictor, created: str, plan: Plan, options: RetrainOptions
) -> Report:
    return Report(
        created=created,
        decision="kept",
        present=present.version,
        challenger=None,
        run_id=None,
        feedback=options.feedback.manifest.version,
        findings=(enough,),
        evidence=None,
        notes=plan.notes,
    )


def _with_training(
    present: Predictor, created: str, plan: Plan, folder: Path, options: RetrainOptions
) -> Report:
    challenger = train_challenger(
        plan, options.feedback, folder / "bundle", bundle=options.bundle, progress=options.progress
    )
    evidence = gather(challenger.holdout, present=present, challenger=challenger.predictor)
    findings = tuple(judge(evidence, options.rules))
    promote = all(finding.holds for finding in findings)
    if promote and not options.dry_run:
        files = {file.name: file.read_bytes() for file in sorted(challenger.folder.iterdir())}
        publish(options.served, files, history=options.history)
        tracking.connect().set_registered_model_alias(
            tracking.REGISTERED_MODEL, tracking.SELECTED, challenger.registered
        )
    return Report(
        created=created,
        decision="kept" if not promote else "would be promoted" if options.dry_run else "promoted",
        present=present.version,
        challenger=challenger.predictor.version,
        run_id=challenger.run_id,
        feedback=options.feedback.manifest.version,
        findings=findings,
        evidence=evidence,
        notes=(*plan.notes, *challenger.notes),
    )
