"""The documentation's exchanges, sent again to apps that run."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec
import requests

from function_app.openapi.exchanges import Exchange, Setting
from function_app.openapi.operations import ModelAnswer
from tests.function_app.running import ROOT, RunningHost
from tests.function_app.waiting import wait_until

KEY = "a key for tests"
SHIFTED = ROOT / "tests" / "corpus" / "shifted.csv"
IDENTIFIERS = {"id", "feedback_id", "example_id", "prediction_id", "alert_id"}
MODEL_FIELDS = {field.name for field in msgspec.structs.fields(ModelAnswer)} - {"self_test"}


class Replayed(NamedTuple):
    """An exchange with its request as it was sent now, and what came."""

    exchange: Exchange
    response: requests.Response

    @property
    def answer(self) -> Any:
        """The answer's JSON; of the manifest, the fields that are documented, and no texts."""
        found = self.response.json()
        if self.exchange.operation == "model":
            return {name: value for name, value in found.items() if name in MODEL_FIELDS}
        return found


class Apps:
    """The apps that the exchanges need, with the shipped model; the first one has checked for drift."""

    def __init__(self, folder: Path) -> None:
        usual = {
            "LOCAL_FUNCTION_KEY": KEY,
            "STORE_PATH": str(folder / "store.sqlite3"),
            "DRIFT_SCHEDULE": "0 0 0 1 1 *",
            "DRIFT_SAMPLE_PER_HOUR": "1000000",
        }
        # Without a store it does not simulate either, so that one app fewer is needed.
        self._settings: dict[Setting, dict[str, str]] = {
            "": {**usual, "ALLOW_DRIFT_SIMULATION": "true"},
            "without a store": {**usual, "STORE_PATH": "/dev/null/store.sqlite3"},
        }
        self._running: dict[Setting, RunningHost] = {}

    def __enter__(self) -> Self:
        for name, settings in self._settings.items():
            self._running[name] = RunningHost(**settings)
            self._running[name].session.headers["x-functions-key"] = KEY
        self._watch()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in self._running.values():
            running.kill()

    @property
    def base(self) -> str:
        """The address of the usual app."""
        return self._running[""].base

    def running(self, setting: Setting) -> RunningHost:
        """The app that runs with that setting."""
        return self._running["without a store" if setting == "without simulations" else setting]

    def document(self) -> dict[str, Any]:
        """The OpenAPI document of the usual app."""
        return self._running[""].get("openapi.json").json()

    def _watch(self) -> None:
        app = self._running[""]
        with SHIFTED.open(newline="", encoding="utf-8") as stream:
            texts = [row["text"] for row in csv.DictReader(stream)]
        assert app.post("predict/batch", json={"texts": texts}).status_code == 200
        address = f"{app.base}/admin/functions/drift_check"
        assert app.session.post(address, json={"input": ""}, timeout=30).status_code == 202
        wait_until(lambda: app.get("drift").json()["history"])


def replay(apps: Apps, recorded: Sequence[Exchange]) -> Iterator[Replayed]:
    """Sends each request in turn; ids of earlier answers become those that were given now."""
    routes = {
        operation["operationId"]: (method, path)
        for path, methods in apps.document()["paths"].items()
        for method, operation in methods.items()
    }
    meant: dict[str, str] = {}
    for exchange in recorded:
        method, path = routes[exchange.operation]
        sent = msgspec.structs.replace(exchange, body=_renamed(exchange.body, meant))
        content = {} if sent.body is msgspec.UNSET else {"data": json.dumps(sent.body).encode()}
        app = apps.running(exchange.setting)
        response = app.session.request(
            method,
            f"{app.base}/api{path}",
            params=sent.query,
            headers={**({"Content-Type": "application/json"} if content else {}), **sent.headers},
            timeout=60,
            **content,
        )
        found = Replayed(sent, response)
        _learn(exchange.answer, found.answer, meant)
        yield found


def _renamed(body: Any, meant: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _renamed(value, meant) for name, value in body.items()}
    return meant.get(body, body) if isinstance(body, str) else body


def _learn(recorded: Any, found: Any, meant: dict[str, str]) -> None:
    if isinstance(recorded, dict) and isinstance(found, dict):
        for name in recorded.keys() & found.keys() & IDENTIFIERS:
            meant[recorded[name]] = found[name]
