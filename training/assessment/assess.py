"""Assessing candidates: the newest run of each as the bundle that would be served."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient

from export.bundle import BundleOptions, write_bundle
from export.errors import ExportError
from export.trained import TrainedModel, load_trained
from training import tracking
from training.assessment import kept
from training.assessment.choice import Budget, Choice
from training.assessment.cost import ROUNDS
from training.assessment.kept import Assessed
from training.assessment.measuring import measure
from training.assessment.record import Assessment
from training.assessment.rows import IMDB, AssessmentError, assessed_rows, imdb_note
from training.selection import Contender, require_same_data, select

LOCAL = Path(__file__).resolve().parents[2] / ".local"
MAX_BYTES = 1_000_000_000
"""Of a bundle that is only measured: the budget is the selection's business."""


@dataclass(frozen=True, kw_only=True)
class AssessOptions:
    """How candidates are assessed.

    ``bundles``: the folder that gets a bundle named after each candidate. ``imdb``: reviews of IMDB to test
    on as well, None for none. ``again``: also what was assessed before. ``rounds``: see `cost.measured`.
    """

    bundles: Path = LOCAL / "candidates"
    imdb: int | None = None
    min_parity_texts: int = 2_000
    again: bool = False
    rounds: int = ROUNDS
    progress: bool = False


@dataclass(frozen=True)
class Outcome:
    """A candidate's assessment, or why there is none; ``new`` where it was not there before."""

    contender: Contender
    record: Assessment | None
    problem: str | None = None
    new: bool = True

    def __str__(self) -> str:
        name = self.contender.candidate
        if self.record is None:
            return f"{name}: not assessed: {self.problem}"
        return f"{name}: {'assessed' if self.new else 'as assessed before'}, {self.record.version}"


def assess(
    client: MlflowClient, contenders: Sequence[Contender], options: AssessOptions
) -> Iterator[Outcome]:
    """Assess each in turn, and keep the assessment in its run. One that cannot be exported stops no other."""
    for contender in contenders:
        known = None if options.again else kept.read_record(client, contender.run_id)
        if known is not None and (options.imdb is None or IMDB in known.sets):
            yield Outcome(contender, known, new=False)
            continue
        try:
            assessed = _assess(client, contender, options)
        except (ExportError, AssessmentError) as error:
            yield Outcome(contender, None, str(error))
            continue
        kept.keep(client, assessed)
        yield Outcome(contender, assessed.record)


def assess_and_select(
    client: MlflowClient,
    contenders: Sequence[Contender],
    budget: Budget,
    options: AssessOptions,
    *,
    say: Callable[[str], None],
) -> Choice:
    """Assess what is not assessed yet, and select (see `training.selection.select`).

    ``say`` is told in a line of each new assessment. Raises `SelectionError`.
    """
    require_same_data(contenders)
    problems = {}
    for outcome in assess(client, contenders, options):
        if outcome.problem is not None:
            problems[outcome.contender.candidate] = outcome.problem
        if outcome.new:
            say(str(outcome))
    return select(client, contenders, budget, problems=problems)


def _assess(client: MlflowClient, contender: Contender, options: AssessOptions) -> Assessed:
    version = tracking.registered_version(client, contender.run_id)
    if version is None:
        raise AssessmentError(f"run {contender.run_id} has no registered model: train it again")
    trained = load_trained(f"models:/{tracking.REGISTERED_MODEL}/{version}")
    rows = assessed_rows(trained.holdout, trained.parameters, imdb=options.imdb, progress=options.progress)
    folder = options.bundles / contender.candidate
    write_bundle(
        trained,
        folder,
        BundleOptions(
            max_bytes=MAX_BYTES, min_parity_texts=options.min_parity_texts, progress=options.progress
        ),
    )
    found = measure(folder, rows, progress=options.progress, rounds=options.rounds)
    of_imdb = IMDB in found.sets and IMDB not in set(trained.holdout["dataset"])
    record = Assessment(
        candidate=contender.candidate,
        run_id=contender.run_id,
        version=found.version,
        data_sha256=contender.data_sha256,
        train_rows=training_rows(trained),
        train_seconds=contender.metrics.get("train_seconds", 0.0),
        parameters=trained.parameters,
        sets=found.sets,
        slices=found.slices,
        behaviours=found.behaviours,
        cost=found.cost,
        mistakes=found.mistakes,
        validation=found.validation.accuracy(),
        notes={IMDB: imdb_note(trained.max_tokens)} if of_imdb else {},
    )
    return Assessed(record=record, test=found.test, validation=found.validation)


def training_rows(trained: TrainedModel) -> int:
    """Negative and positive rows that the run learned from."""
    counts = trained.data["fingerprint"]["counts"]
    rows: int = sum(one["negative"] + one["positive"] for one in counts if one["role"] == "train")
    most = trained.parameters.get("train_rows", "None")
    return rows if most == "None" else min(rows, int(most))
