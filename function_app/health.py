"""Whether this instance can do its work, and with which versions."""

import platform
from typing import Literal

import msgspec
import onnxruntime

from function_app import __version__
from function_app.errors import ModelUnavailableError, StoreUnavailableError
from function_app.recorder import RecorderCounts
from function_app.telemetry import TelemetryCounts


class ModelHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the model is loaded, and its version."""

    loaded: bool
    version: str | None


class StoreHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the store can be read and written, and which kind it is."""

    reachable: bool
    kind: str


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET health`; `reasons` says what is missing, in sentences."""

    status: Literal["ok", "unavailable"]
    reasons: list[str]
    model: ModelHealth
    store: StoreHealth
    predictions: RecorderCounts
    telemetry: TelemetryCounts
    app: str
    python: str
    onnxruntime: str

    @property
    def http_status(self) -> int:
        """200 when this instance can serve, else 503."""
        return 503 if self.reasons else 200


def health(
    *,
    version: str | None,
    kind: str,
    counts: RecorderCounts,
    telemetry: TelemetryCounts,
    model_fault: ModelUnavailableError | None,
    store_fault: StoreUnavailableError | None,
) -> Health:
    """Puts the findings together."""
    reasons = [fault.detail for fault in (model_fault, store_fault) if fault is not None]
    return Health(
        status="unavailable" if reasons else "ok",
        reasons=reasons,
        model=ModelHealth(loaded=model_fault is None, version=version),
        store=StoreHealth(reachable=store_fault is None, kind=kind),
        predictions=counts,
        telemetry=telemetry,
        app=__version__,
        python=platform.python_version(),
        onnxruntime=onnxruntime.__version__,
    )
