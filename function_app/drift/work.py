"""What the app computes about drift. Few requests need it, so it is imported by the first that does."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from function_app.bundle import Reference
from function_app.contract import SimulateRequest
from function_app.drift.check import check_drift
from function_app.drift.memory import MemoryStore
from function_app.drift.monitor import rule_of
from function_app.drift.simulation import SimulationAnswer, recent_texts, simulate
from function_app.predictor import Predictor
from function_app.settings import Settings
from function_app.store import DriftReport, Prediction, Store

Score = Callable[[Sequence[str]], list[Prediction]]


def run_check(store: Store, predictor: Predictor, settings: Settings) -> DriftReport:
    """One drift check on what came in. Raises `ConflictError` when another one came first."""
    return check_drift(store, model=predictor.version, reference=predictor.reference, rule=rule_of(settings))


def run_simulation(
    request: SimulateRequest, store: Store, predictor: Predictor, settings: Settings, *, rows_of: Score
) -> SimulationAnswer:
    """What the check makes of a stream that shifts; `rows_of` gives the predictions of texts.

    Nothing is recorded. Raises `StoreUnavailableError`.
    """
    rule = rule_of(settings)

    def score(texts: Sequence[str]) -> list[Prediction]:
        # A simulation shows its texts, whether the app may keep them or not.
        return [
            msgspec.structs.replace(row, text=text) for row, text in zip(rows_of(texts), texts, strict=True)
        ]

    def check(kept: MemoryStore, reference: Reference) -> DriftReport:
        return check_drift(kept, model=predictor.version, reference=reference, rule=rule)

    return simulate(
        request,
        recent=recent_texts(store),
        reference=predictor.reference,
        score=score,
        check=check,
        per_hour=rule.sample_per_hour,
        end=datetime.now(UTC),
    )
