"""What the functions do, on the parts that live as long as the process: model, store, recorder, telemetry."""

import hashlib
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from function_app.alerts import AlertAnswer, AlertRequest, AlertsAnswer, list_alerts, take_alert
from function_app.arenas import give_back, share_arenas
from function_app.bundle import read_bundle
from function_app.clock import process_seconds, utc_now
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
    SimulateRequest,
)
from function_app.drift.event import drift_event
from function_app.drift.history import DriftAnswer, NoDriftAnswer, read_history
from function_app.errors import (
    ConflictError,
    ForbiddenError,
    ModelUnavailableError,
    StoreUnavailableError,
)
from function_app.events import ModelLoadedEvent
from function_app.examples import take_example
from function_app.explanation import explain
from function_app.feedback import ELSEWHERE_SECONDS, take_feedback
from function_app.health import Health, health
from function_app.ids import new_id
from function_app.invocation import current
from function_app.predictor import Predictor, Scores
from function_app.recorder import Recorder
from function_app.retention import delete_expired
from function_app.settings import Settings
from function_app.store import DriftReport, Prediction, StreamMessage, open_store
from function_app.stream import keep_predictions, read_message, result_messages
from function_app.telemetry import Telemetry, open_telemetry, track
from function_app.telemetry.summary import PredictionSummary

if TYPE_CHECKING:
    from function_app.drift.simulation import SimulationAnswer

LOAD_AGAIN_SECONDS = 5.0
"""How long a model that did not load counts as unavailable before it is tried again."""


class Service:
    """One for a process. Opens and loads nothing until it is needed; may be used from several threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits = Limits(
            body_bytes=settings.max_body_bytes,
            text_characters=settings.max_text_characters,
            batch_texts=settings.max_batch_texts,
        )
        self.telemetry: Telemetry = open_telemetry(settings)
        self.store = open_store(settings)
        self.recorder = Recorder(self.store, share=settings.prediction_sample)
        self.summary = PredictionSummary(
            lambda event: track(self.telemetry, event), dropped=lambda: self.recorder.counts().dropped
        )
        self._loading = threading.Lock()
        self._predictor: Predictor | None = None
        self._awaited = False
        self._load_failure: ModelUnavailableError | None = None
        self._load_again = 0.0
        self._simulating = threading.Lock()

    def predictor(self) -> Predictor:
        """The deployed model, loaded by the first call. Raises `ModelUnavailableError`."""
        if self._predictor is not None:
            return self._predictor
        if current() is not None:
            self._awaited = True
        with self._loading:
            if self._predictor is not None:
                return self._predictor
            if self._load_failure is not None and time.monotonic() < self._load_again:
                raise ModelUnavailableError(self._load_failure.detail)
            started = time.perf_counter()
            share_arenas()
            try:
                predictor = Predictor(read_bundle(self.settings.model_dir))
            except ModelUnavailableError as error:
                self._load_failure = error
                self._load_again = time.monotonic() + LOAD_AGAIN_SECONDS
                raise
            loaded = ModelLoadedEvent(
                model=predictor.version,
                load_seconds=time.perf_counter() - started,
                process_seconds=process_seconds(),
                cold_start=self._awaited,
            )
            track(self.telemetry, loaded)
            self._predictor = predictor
            return predictor

    def load_ahead(self) -> None:
        """Begins to load the model, so that the first caller waits less, or not at all.

        Where it cannot be loaded, each caller and `health` are told.
        """

        def load() -> None:
            with suppress(ModelUnavailableError):
                self.predictor()

        # No daemon: a process that ends waits for it, rather than pull the ground from under onnxruntime.
        threading.Thread(target=load, name="load-ahead").start()

    def predict(self, request: PredictRequest) -> PredictionAnswer:
        """Scores one text, with its words' weights when they are asked for."""
        started = time.perf_counter()
        predictor = self.predictor()
        rows = self._rows(predictor, [request.text])
        (self.recorder.record if request.record else self.recorder.set_aside)(rows)
        answer = _prediction_answer(rows[0])
        if request.explain:
            answer = msgspec.structs.replace(answer, words=explain(predictor, request.text))
            give_back()
        self.summary.add(rows, seconds=time.perf_counter() - started)
        return answer

    def predict_batch(self, request: PredictBatchRequest) -> BatchAnswer:
        """Scores texts, in order."""
        started = time.perf_counter()
        predictor = self.predictor()
        rows = self._rows(predictor, request.texts)
        self.recorder.record(rows)
        answer = BatchAnswer([_prediction_answer(row) for row in rows], predictor.version)
        self.summary.add(rows, seconds=time.perf_counter() - started)
        return answer

    def feedback(self, request: FeedbackRequest, key: str | None) -> tuple[FeedbackAnswer, bool]:
        """Keeps feedback durably; says whether it is new. A prediction made a moment ago is known by then."""
        comes = self.recorder.bring(request.prediction_id.lower())
        return take_feedback(
            request,
            key=key,
            store=self.store,
            store_text=self.settings.store_text,
            telemetry=self.telemetry,
            include_text=self.settings.telemetry_include_text,
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
        started = time.perf_counter()
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
        kept = keep_predictions(self.store, message, rows)
        self.summary.add(kept, seconds=time.perf_counter() - started)
        return result_messages(message_id, tweets, kept)

    def drift(self, *, limit: int, before: int | None, to_label: int = 0) -> DriftAnswer | NoDriftAnswer:
        """The last drift report and a page of the history."""
        return read_history(self.store, limit=limit, before=before, to_label=to_label)

    def check_drift(self) -> DriftReport:
        """Runs one drift check and sends its event. Raises `ConflictError` when another one came first."""
        from function_app.drift.work import run_check  # noqa: PLC0415 - not for the first prediction

        self.recorder.flush()
        report = run_check(self.store, self.predictor(), self.settings)
        track(self.telemetry, drift_event(report))
        return report

    def simulate_drift(self, request: SimulateRequest) -> "SimulationAnswer":
        """What the drift check makes of a stream that shifts. One at a time; nothing is recorded.

        Raises `ConflictError` while another one runs, `ModelUnavailableError` and `StoreUnavailableError`.
        """
        from function_app.drift.work import run_simulation  # noqa: PLC0415 - not for the first prediction

        predictor = self.predictor()
        if not self._simulating.acquire(blocking=False):
            raise ConflictError("Another simulation is running; ask again when it has ended")
        try:
            return run_simulation(
                request,
                self.store,
                predictor,
                self.settings,
                rows_of=lambda texts: self._rows(predictor, texts),
            )
        finally:
            self._simulating.release()

    def require_simulation(self) -> None:
        """Raises `ForbiddenError` unless the settings allow simulations."""
        if not self.settings.allow_drift_simulation:
            raise ForbiddenError("Simulations need the setting ALLOW_DRIFT_SIMULATION=true")

    def alert(self, request: AlertRequest, body: bytes) -> AlertAnswer:
        """Keeps an alert durably; `body` is the request as it came."""
        return take_alert(request, body, store=self.store)

    def alerts(self, limit: int) -> AlertsAnswer:
        """The last alerts."""
        return list_alerts(self.store, limit)

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
            telemetry=self.telemetry.counts(),
            model_fault=model_fault,
            store_fault=store_fault,
        )

    def close(self) -> None:
        """Writes and sends what waits, and lets go of the store."""
        self.recorder.close()
        self.summary.send()
        self.telemetry.close()
        self.store.close()

    def _rows(self, predictor: Predictor, texts: Sequence[str]) -> list[Prediction]:
        scores = predictor.predict(texts)
        return [self._row(predictor.version, text, scores, at) for at, text in enumerate(texts)]

    def _row(self, version: str, text: str, scores: Scores, at: int) -> Prediction:
        probability = float(scores.probability[at])
        label: Label = "positive" if probability >= 0.5 else "negative"
        return Prediction(
            id=new_id(),
            created=utc_now(),
            model=version,
            label=label,
            probability=probability,
            tokens=int(scores.tokens[at]),
            unknown_tokens=int(scores.unknown_tokens[at]),
            characters=len(text),
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            text=text if self.settings.store_text else None,
            topic=None if scores.topic is None else int(scores.topic[at]),
            foreign=None if scores.foreign is None else bool(scores.foreign[at]),
        )


def _prediction_answer(row: Prediction) -> PredictionAnswer:
    return PredictionAnswer.of(id=row.id, label=row.label, probability=row.probability, model=row.model)
