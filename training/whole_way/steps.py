"""Data, candidates, selection, bundle, report: one step after the other."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mlflow import MlflowClient

from export.bundle import Bundle, BundleOptions, write_bundle
from export.trained import load_trained
from training import selection, tracking
from training.assessment.assess import AssessOptions, assess_and_select
from training.assessment.choice import Budget
from training.candidates import Candidate
from training.data import Prepared, prepare
from training.report.figures import duration
from training.report.writing import write_report
from training.run import RunOptions, TrainingTexts, parameters, train_on

CHECKPOINTS = "checkpoints"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``candidates`` are trained by ``options``, unless they were on the same data and ``again`` is false.

    ``out`` is the folder of the bundle, ``report`` the page; a long training keeps its state in ``state``.
    """

    candidates: Mapping[str, Candidate]
    options: RunOptions
    assessment: AssessOptions
    bundle: BundleOptions
    out: Path
    report: Path
    state: Path
    again: bool = False


def go(plan: Plan, *, say: Callable[[str], None]) -> Bundle:
    """The whole way; ``say`` is told in a line what each step did. Stopped, it goes on when called again.

    Raises:
        DataError, SelectionError, ExportError, ReportError: as the steps do.
    """
    client = tracking.connect()
    options = plan.options
    with _Step(say, "data") as step:
        prepared = prepare(options.data, seed=options.seed, limit=options.limit, progress=options.progress)
        step.did(f"{prepared.fingerprint.rows:,} rows, fingerprint {prepared.fingerprint.sha256[:12]}")
    texts = cache(lambda: TrainingTexts(prepared.frame, options))
    for number, name in enumerate(plan.candidates, start=1):
        with _Step(say, f"candidate {number} of {len(plan.candidates)}, {name}") as step:
            step.did(_train(client, prepared, texts, plan, name))
    with _Step(say, "assessment and selection") as step:
        choice = assess_and_select(
            client,
            selection.contenders(client, list(plan.candidates)),
            Budget(max_size_mb=plan.bundle.max_bytes / 1e6),
            plan.assessment,
            say=say,
        )
        step.did(f"{choice.selected} is {choice.verdicts[choice.selected]}")
    with _Step(say, "bundle") as step:
        bundle = write_bundle(load_trained(), plan.out, plan.bundle)
        step.did(f"{bundle.folder}: {bundle.manifest['version']}")
    with _Step(say, "report") as step:
        findings = write_report(plan.report, look_at_data=True, texts=True, progress=options.progress)
        step.did(" ".join([str(plan.report), *findings.missing]))
    return bundle


def finished_before(
    client: MlflowClient, name: str, candidate: Candidate, options: RunOptions, *, data_sha256: str
) -> str | None:
    """The id of the candidate's newest finished run, if it is the very run that these would repeat."""
    wanted = {**parameters(candidate, options), "data_sha256": data_sha256}
    for run in tracking.finished_runs(client):
        if run.data.tags["candidate"] == name:
            same = all(run.data.params.get(key) == str(value) for key, value in wanted.items())
            return str(run.info.run_id) if same else None
    return None


def _train(
    client: MlflowClient, prepared: Prepared, texts: Callable[[], TrainingTexts], plan: Plan, name: str
) -> str:
    candidate = plan.candidates[name]
    sha256 = prepared.fingerprint.sha256
    before = finished_before(client, name, candidate, plan.options, data_sha256=sha256)
    if before is not None and not plan.again:
        return f"as before (run {before}; --again trains it anew)"
    described = json.dumps([sha256, parameters(candidate, plan.options)], sort_keys=True, default=str)
    own = f"{name}-{hashlib.sha256(described.encode()).hexdigest()[:12]}"
    state = plan.state / CHECKPOINTS / own
    if plan.again:
        shutil.rmtree(state, ignore_errors=True)
    options = replace(plan.options, checkpoints=state)
    results = train_on(prepared, texts(), name, candidate, options).results
    shutil.rmtree(state, ignore_errors=True)
    return ", ".join(f"{dataset} {result.scores.accuracy:.3f}" for dataset, result in results.items())


class _Step:
    """Says what a step did and how long it took, or that it failed."""

    def __init__(self, say: Callable[[str], None], name: str) -> None:
        self._say, self._name = say, name
        self._did = "done"
        self._started = time.monotonic()

    def did(self, told: str) -> None:
        """What there is to say of it."""
        self._did = told

    def __enter__(self) -> "_Step":
        self._say(f"{self._name} …")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        told = "failed" if kind is not None else self._did
        self._say(f"{self._name}: {told} ({duration(time.monotonic() - self._started)})")
