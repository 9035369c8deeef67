"""What the functions do, on the parts that live as long as the process: model, store, recorder, telemetry."""

import hashlib
import threading
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from function_app.bundle import read_bundle
from function_app.clock import utc_now
from function_app.contract import (
    BatchAnswer,
    FeedbackAnswer,
    FeedbackRequest,
    Label,
    Limits,
    PredictBatchRequest,
    PredictionAnswer,
    PredictRequest,
    RetrainAnswer,
    RetrainRequest,
)
from function_app.drift.check import DriftRule, check_drift
from function_app.errors import ModelUnavailableError, StoreUnavailableError
from function_app.examples import take_example
from function_app.explanation import explain
from function_app.feedback import ELSEWHERE_SECONDS, take_feedback
from function_app.health import Health, health
from function_app.ids import new_id
from function_app.predictor import Predictor
from function_app.recorder import Recorder
from function_app.retention import delete_expired
from function_app.settings import Settings
from function_app.store import DriftReport, Prediction, StreamMessage, open_store
from function_app.stream import keep_predictions, read_message, result_messages
from function_app.telemetry import Telemetry, open_telemetry

LOAD_AGAIN_SECONDS = 5.0
"""How long a model that did not load counts as unavailable before it is tried again."""


class DriftAnswer(DriftReport, frozen=True, kw_only=True):
    """The answer of `GET drift`: the last report, and the last ones with it, newest first."""

    history: list[DriftReport]


class NoDriftAnswer(msgspec.Struct, frozen=True):
    """The answer of `GET drift` before the first report."""

    drift: bool
    status: str
    history: list[DriftReport]


class Service:
    """One for a process. Opens and loads nothing until it is needed; may be used from several threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits = Limits(
            body_bytes=settings.max_body_bytes,
            text_characters=settings.max_text_characters,
            batch_texts=settings.max_batch_texts,
        )
        self.telemetry: Telemetry = open_telemetry(settings.telemetry)
        self.store = open_store(settings)
        self.recorder = Recorder(self.store, share=settings.prediction_sample)
        self._loading = threading.Lock()
        self._predictor: Predictor | None = None
        self._load_failure: ModelUnavailableError | None = None
        self._load_again = 0.0

    def predictor(self) -> Predictor:
        """The deployed model, loaded by the first call. Raises `ModelUnavailableError`."""
        with self._loading:
            if self._predictor is not None:
                return self._predictor
            if self._load_failure is not None and time.monotonic() < self._load_again:
                raise ModelUnavailableError(self._load_failure.detail)
            try:
                self._predictor = Predictor(read_bundle(self.settings.model_dir))
            except ModelUnavailableError as error:
                self._load_failure = error
                self._load_again = time.monotonic() + LOAD_AGAIN_SECONDS
                raise
            return self._predictor

    def predict(self, request: PredictRequest) -> PredictionAnswer:
        """Scores one text, with its words' weights when they are asked for."""
        predictor = self.predictor()
        (answer,) = self._answer(predictor, [request.text])
        if request.explain:
            return msgspec.structs.replace(answer, words=explain(predictor, request.text))
        return answer

    def predict_batch(self, request: PredictBatchRequest) -> BatchAnswer:
        """Scores texts, in order."""
        predictor = self.predictor()
        return BatchAnswer(predictions=self._answer(predictor, request.texts), model=predictor.version)

    def feedback(self, request: FeedbackRequest, key: str | None) -> tuple[FeedbackAnswer, bool]:
        """Keeps feedback durably; says whether it is new. A prediction made a moment ago is known by then."""
        comes = self.recorder.bring(request.prediction_id.lower())
        return take_feedback(
            request,
            key=key,
            store=self.store,
            store_text=self.settings.store_text,
            telemetry=self.telemetry,
            elsewhere_seconds=ELSEWHERE_SECONDS if comes else 0.0,
        )

    def retrain(self, request: RetrainRequest, key: str | None) -> tuple[RetrainAnswer, bool]:
        """Keeps a labelled example durably; says whether it is new. Nothing trains here."""
        return take_example(
            request,
            key=key,
            store=self.store,
            store_text=self.settings.store_text,
            schedule=self.settings.retrain_schedule,
        )

    def delete_expired(self) -> int:
        """Deletes records that are older than the settings allow; how many."""
        return delete_expired(self.store, days=self.settings.retention_days)

    def stream(self, message_id: str, body: bytes) -> list[str]:
        """Scores a queue message; its result messages. What it predicts is in the store by then, once.

        Raises `InvalidRequestError` for a message that no retry can mend, and `UnavailableError`.
        """
        tweets = read_message(body, self.limits)
        predictor = self.predictor()
        rows = self._rows(predictor, [tweet.text for tweet in tweets])
        message = StreamMessage(
            id=message_id,
            created=utc_now(),
            model=predictor.version,
            texts=len(tweets),
            first_id=rows[0].id,
        )
        return result_messages(message_id, tweets, keep_predictions(self.store, message, rows))

    def drift(self, limit: int) -> DriftAnswer | NoDriftAnswer:
        """The last drift report and the history."""
        history = self.store.drift_reports(limit)
        if not history:
            return NoDriftAnswer(drift=False, status="insufficient_data", history=[])
        return DriftAnswer(**msgspec.structs.asdict(history[0]), history=history)

    def check_drift(self) -> DriftReport:
        """Runs one drift check and sends its event. Raises `ConflictError` when another one came first."""
        self.recorder.flush()
        predictor = self.predictor()
        rule = DriftRule(
            min_samples=self.settings.drift_min_samples,
            min_effect=self.settings.drift_min_effect,
            alpha=self.settings.drift_alpha,
        )
        report = check_drift(self.store, model=predictor.version, reference=predictor.reference, rule=rule)
        self.telemetry.track_event("drift", _drift_dimensions(report))
        return report

    def model(self) -> dict[str, Any]:
        """The manifest as it was shipped, with this app's limits."""
        manifest: dict[str, Any] = msgspec.json.decode(self.predictor().manifest_json)
        return manifest | {"limits": msgspec.to_builtins(self.limits)}

    def health(self) -> Health:
        """Whether the model loads and the store can be written."""
        version: str | None = None
        model_fault: ModelUnavailableError | None = None
        store_fault: StoreUnavailableError | None = None
        try:
            version = self.predictor().version
        except ModelUnavailableError as error:
            model_fault = error
        try:
            self.store.check()
        except StoreUnavailableError as error:
            store_fault = error
        return health(
            version=version,
            kind=self.store.kind,
            counts=self.recorder.counts(),
            model_fault=model_fault,
            store_fault=store_fault,
        )

    def close(self) -> None:
        """Writes what waits and lets go of the store."""
        self.recorder.close()
        self.store.close()

    def _answer(self, predictor: Predictor, texts: Sequence[str]) -> list[PredictionAnswer]:
        rows = self._rows(predictor, texts)
        self.recorder.record(rows)
        return [_prediction_answer(row) for row in rows]

    def _rows(self, predictor: Predictor, texts: Sequence[str]) -> list[Prediction]:
        scores = predictor.predict(texts)
        return [
            self._row(predictor.version, text, float(probability), int(tokens), int(unknown))
            for text, probability, tokens, unknown in zip(
                texts, scores.probability, scores.tokens, scores.unknown_tokens, strict=True
            )
        ]

    def _row(
        self, version: str, text: str, probability: float, tokens: int, unknown_tokens: int
    ) -> Prediction:
        label: Label = "positive" if probability >= 0.5 else "negative"
        return Prediction(
            id=new_id(),
            created=utc_now(),
            model=version,
            label=label,
            probability=probability,
            tokens=tokens,
            unknown_tokens=unknown_tokens,
            characters=len(text),
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            text=text if self.settings.store_text else None,
        )


def _prediction_answer(row: Prediction) -> PredictionAnswer:
    return PredictionAnswer.of(id=row.id, label=row.label, probability=row.probability, model=row.model)


def _drift_dimensions(report: DriftReport) -> dict[str, str]:
    return {
        "drift": str(report.drift).lower(),
        "status": report.status,
        "model": report.model,
        "samples": str(report.samples),
        "new_samples": str(report.new_samples),
        "log_e": f"{report.evidence.log_e:.6f}",
        "alarm_at": f"{report.evidence.alarm_at:.6f}",
        "total_variation": f"{report.effect.total_variation:.6f}",
        "positive_rate": "unknown" if report.positive_rate is None else f"{report.positive_rate:.6f}",
        "reference_positive_rate": f"{report.reference_positive_rate:.6f}",
        "sentence": report.sentence,
    }
