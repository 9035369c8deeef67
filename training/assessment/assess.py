"""Assessing candidates: the newest run of each as the bundle that would be served."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mlflow import MlflowClient

from export.bundle import BundleOptions
from export.errors import ExportError
from export.trained import TrainedModel, load_trained
from function_app.errors import BundleError
from training import tracking
from training.assessment import kept
from training.assessment.choice import Budget, Choice
from training.assessment.cost import ROUNDS, CostError
from training.assessment.exporting import exported
from training.assessment.kept import Assessed
from training.assessment.measuring import measure
from training.assessment.record import QUANTISATION, Assessment
from training.assessment.rows import IMDB, AssessmentError, assessed_rows, imdb_note, imdb_rows
from training.data import DataError
from training.data.datasets import FEEDBACK
from training.data.records import TRAIN
from training.selection import Contender, require_same_data, select

LOCAL = Path(__file__).resolve().parents[2] / ".local"
MAX_BYTES = 1_000_000_000
"""Of a bundle that is only measured: the budget is the selection's business."""


@dataclass(frozen=True, kw_only=True)
class AssessOptions:
    """How candidates are assessed.

    ``bundles``: the folder that gets a bundle named after each candidate. ``imdb``: reviews of IMDB to test
    on as well, None for none; what was assessed on fewer of them is assessed anew. ``again``: also what was
    assessed before. ``rounds``: see `cost.measured`.
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
        note = self.record.notes.get(QUANTISATION)
        told = [self.record.version, *([note] if note else [])]
        return f"{name}: {'assessed' if self.new else 'as assessed before'}, {', '.join(told)}"


def assess(
    client: MlflowClient, contenders: Sequence[Contender], options: AssessOptions
) -> Iterator[Outcome]:
    """Assess each in turn, and keep the assessment in its run.

    One that cannot be exported, served or measured stops no other.
    """
    reviews = cache(lambda most: len(imdb_rows(most, progress=options.progress)))
    for contender in contenders:
        known = None if options.again else kept.read_record(client, contender.run_id)
        try:
            if known is not None and _has_imdb(known, options.imdb, reviews):
                yield Outcome(contender, known, new=False)
                continue
            assessed = _assess(client, contender, options)
        except (DataError, ExportError, AssessmentError, BundleError, CostError) as error:
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


def _has_imdb(known: Assessment, asked: int | None, reviews: Callable[[int], int]) -> bool:
    """Whether all reviews that are asked for were measured; ``reviews``: how many of so many there are."""
    if asked is None:
        return True
    if IMDB not in known.sets:
        return False
    of_its_own_data = IMDB not in known.notes
    rows = known.sets[IMDB].rows
    return of_its_own_data or rows >= asked or rows >= reviews(asked)


def _assess(client: MlflowClient, contender: Contender, options: AssessOptions) -> Assessed:
    version = tracking.registered_version(client, contender.run_id)
    if version is None:
        raise AssessmentError(f"run {contender.run_id} has no registered model: train it again")
    trained = load_trained(f"models:/{tracking.REGISTERED_MODEL}/{version}")
    rows = assessed_rows(trained.holdout, trained.parameters, imdb=options.imdb, progress=options.progress)
    folder = options.bundles / contender.candidate
    _, in_32_bits = exported(
        trained,
        folder,
        BundleOptions(
            max_bytes=MAX_BYTES, min_parity_texts=options.min_parity_texts, progress=options.progress
        ),
    )
    found = measure(folder, rows, progress=options.progress, rounds=options.rounds)
    notes = {}
    if IMDB in found.sets and IMDB not in set(trained.holdout["dataset"]):
        notes[IMDB] = imdb_note(trained.max_tokens)
    if in_32_bits is not None:
        notes[QUANTISATION] = in_32_bits
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
        notes=notes,
    )
    return Assessed(record=record, test=found.test, validation=found.validation)


def training_rows(trained: TrainedModel) -> int:
    """Negative and positive rows that the run learned from; ``train_rows`` bounds all but feedback."""
    counts = [one for one in trained.data["fingerprint"]["counts"] if one["role"] == TRAIN]
    of_feedback = sum(one["negative"] + one["positive"] for one in counts if one["dataset"] == FEEDBACK)
    others = sum(one["negative"] + one["positive"] for one in counts) - of_feedback
    most = trained.parameters.get("train_rows", "None")
    rows: int = of_feedback + (others if most == "None" else min(others, int(most)))
    return rows
