"""Data, candidates, selection, bundle, report: one step after the other."""

import shutil
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from mlflow import MlflowClient

from export.bundle import Bundle, BundleOptions
from export.trained import load_trained
from training import selection, tracking
from training.assessment.assess import AssessOptions, assess_and_select
from training.assessment.choice import Budget
from training.assessment.exporting import exported
from training.assessment.rows import imdb_rows
from training.candidates import Candidate
from training.data import DataError, Prepared, prepare
from training.learning_curve.learning import feedback_rows, learn_on, within
from training.learning_curve.points import points
from training.options import RunOptions
from training.report.writing import write_report
from training.run import train_on
from training.training_texts import TrainingTexts
from training.whole_way.resuming import (
    begin_again,
    finished_before,
    give_up,
    has_hyperparameters,
    state_of,
)
from training.whole_way.telling import Step, reason

Say = Callable[[str], None]


class WholeWayError(Exception):
    """No candidate could be trained; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The learning curve of one candidate: training rows of its points."""

    name: str
    candidate: Candidate
    sizes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``candidates`` are trained by ``options``, unless they were on the same data and ``again`` is false.

    ``budget`` bounds what is selected, and ``bundle`` in place of its own bound. ``out`` is the folder of the
    bundle, ``report`` the page; a long training keeps its state in ``state``. ``debug``: print tracebacks of
    what fails where the way goes on.
    """

    candidates: Mapping[str, Candidate]
    options: RunOptions
    assessment: AssessOptions
    bundle: BundleOptions
    out: Path
    report: Path
    state: Path
    budget: Budget = field(default_factory=Budget)
    curve: Curve | None = None
    again: bool = False
    debug: bool = False


@dataclass(frozen=True)
class Arrival:
    """The bundle at the end of the way, and what failed on it: why, by candidate or step."""

    bundle: Bundle
    failed: dict[str, str]


def go(plan: Plan, *, say: Say) -> Arrival:
    """The whole way; ``say`` is told in a line what each step did. Stopped, it goes on when called again.

    A candidate that fails stops no other, and is named at the end, also where a later step raises.

    Raises:
        WholeWayError: every candidate failed.
        DataError, SelectionError, ExportError, ReportError: as the steps do.
    """
    client = tracking.connect()
    options = plan.options
    with Step(say, "data") as step:
        prepared = prepare(options.data, seed=options.seed, limit=options.limit, progress=options.progress)
        step.did(f"{prepared.fingerprint.rows:,} rows, fingerprint {prepared.fingerprint.sha256[:12]}")
    failed = _train_each(client, prepared, plan, say=say)
    trained = [name for name in plan.candidates if name not in failed]
    if not trained:
        told = "; ".join(f"{name}: {why}" for name, why in failed.items())
        raise WholeWayError(f"no candidate could be trained: {told}")
    try:
        with Step(say, "assessment and selection") as step:
            choice = assess_and_select(
                client, selection.contenders(client, trained), plan.budget, _assessment(plan, say), say=say
            )
            step.did(f"{choice.selected} is {choice.verdicts[choice.selected]}")
        failed |= {
            name: verdict
            for name, verdict in choice.verdicts.items()
            if verdict.startswith(selection.NOT_ASSESSED)
        }
        with Step(say, "bundle") as step:
            within_budget = replace(plan.bundle, max_bytes=round(plan.budget.max_size_mb * 1e6))
            bundle, note = exported(load_trained(), plan.out, within_budget)
            written = f"{bundle.folder}: {bundle.manifest['version']}"
            step.did(f"{written}, {note}" if note else written)
        if plan.curve is not None:
            failed |= _learn(client, prepared, plan, plan.curve, say=say)
        with Step(say, "report") as step:
            findings = write_report(plan.report, look_at_data=True, texts=True, progress=options.progress)
            step.did(" ".join([str(plan.report), *findings.missing]))
    finally:
        for name, why in failed.items():
            say(f"failed: {name}: {why}")
    return Arrival(bundle, failed)


def _train_each(client: MlflowClient, prepared: Prepared, plan: Plan, *, say: Say) -> dict[str, str]:
    """Why each candidate failed that did. Raises `DataError` where none can learn from the data."""
    texts = cache(lambda: TrainingTexts(prepared.frame, plan.options))
    failed = {}
    for number, name in enumerate(plan.candidates, start=1):
        with Step(say, f"candidate {number} of {len(plan.candidates)}, {name}") as step:
            try:
                step.did(_train(client, prepared, texts, plan, name))
            except DataError:
                raise
            except Exception as error:  # noqa: BLE001 - the others may do better
                failed[name] = _told(error, plan)
                step.did(f"failed: {failed[name]}")
    return failed


def _train(
    client: MlflowClient, prepared: Prepared, texts: Callable[[], TrainingTexts], plan: Plan, name: str
) -> str:
    candidate = plan.candidates[name]
    sha256 = prepared.fingerprint.sha256
    before = finished_before(client, name, candidate, plan.options, data_sha256=sha256)
    if before is not None and not plan.again:
        return f"as before (run {before}; --again trains it anew)"
    state = state_of(plan.state, name, candidate, plan.options, data_sha256=sha256)
    if plan.again:
        begin_again(state)
    options = replace(plan.options, checkpoints=state)
    try:
        results = train_on(prepared, texts(), name, candidate, options).results
    except Exception:
        give_up(state)
        raise
    shutil.rmtree(state, ignore_errors=True)
    return ", ".join(f"{dataset} {result.scores.accuracy:.3f}" for dataset, result in results.items())


def _assessment(plan: Plan, say: Say) -> AssessOptions:
    """With film reviews only where they are there."""
    if plan.assessment.imdb is not None:
        try:
            imdb_rows(1, progress=False)
        except DataError as error:
            say(f"not measured on film reviews: {error}")
            return replace(plan.assessment, imdb=None)
    return plan.assessment


def _learn(client: MlflowClient, prepared: Prepared, plan: Plan, curve: Curve, *, say: Say) -> dict[str, str]:
    """Points of the learning curve that are not there yet; why it failed, if it did."""
    with Step(say, f"learning curve of {curve.name}") as step:
        try:
            known = points(client, data_sha256=prepared.fingerprint.sha256)
            of_feedback = feedback_rows(prepared)
            drawn = {
                one.train_rows - of_feedback
                for one in known
                if one.candidate == curve.name and has_hyperparameters(curve.candidate, one.hyperparameters)
            }
            sizes = within(prepared, curve.sizes, most=plan.options.train_rows)
            missing = [size for size in sizes if size not in drawn]
            if not missing:
                step.did(f"as before, {len(drawn)} points")
                return {}
            found = list(learn_on(prepared, curve.name, curve.candidate, plan.options, sizes=missing))
            step.did(", ".join(f"{point.train_rows:,} rows {point.mean_accuracy:.3f}" for point in found))
        except Exception as error:  # noqa: BLE001 - the report can do without it
            why = _told(error, plan)
            step.did(f"failed: {why}")
            return {"learning curve": why}
    return {}


def _told(error: Exception, plan: Plan) -> str:
    if plan.debug:
        traceback.print_exception(error)
    return reason(error)
