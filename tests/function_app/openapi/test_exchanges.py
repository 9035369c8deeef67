"""The examples in the documentation are what the app answers."""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import pytest

from function_app.openapi.exchanges import exchanges
from function_app.openapi.operations import OPERATIONS
from tests.function_app.openapi.replay import IDENTIFIERS, Apps, Replayed, replay

BY_SHAPE = {"drift", "simulate_drift", "health"}
"""What they answer depends on the time, chance and machine; only its form is compared."""

NEW_EVERY_TIME = IDENTIFIERS | {"created", "next_training"}
HINT = "run `python -m tests.function_app.openapi.record` if this change is meant"


@pytest.fixture(scope="module")
def replayed(apps: Apps) -> list[Replayed]:
    return list(replay(apps, exchanges()))


def test_every_example_is_answered_as_printed(replayed: list[Replayed]) -> None:
    for sent in replayed:
        where = f"{sent.exchange.operation}, {sent.exchange.name}"
        assert sent.response.status_code == sent.exchange.status, where
        by_shape = sent.exchange.status < 400 and sent.exchange.operation in BY_SHAPE
        wrong = (other_fields if by_shape else differences)(sent.exchange.answer, sent.answer)
        assert wrong == [], f"{where}: {wrong}; {HINT}"


def test_a_difference_is_seen() -> None:
    assert differences({"a": [1.0, {"id": "x"}]}, {"a": [1.0005, {"id": "y"}]}) == []
    assert differences({"a": [1.0]}, {"a": [1.1]}) == ["a.0: 1.0, now 1.1"]
    assert differences({"a": 1}, {"b": 1}) == [": ['a'], now ['b']"]
    assert other_fields({"a": [{"b": 1}]}, {"a": [{"b": 2}, {"c": 3}]}) == []
    assert other_fields({"a": [{"b": 1}]}, {"a": [{"c": 1}]}) == ["a.0: ['b'], now ['c']"]


def test_every_answer_and_request_fits_its_schema(apps: Apps, replayed: list[Replayed]) -> None:
    document = apps.document()
    found = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}

    def validator(content: Mapping[str, Any]) -> jsonschema_rs.Validator:
        schema = {**content["schema"], "components": document["components"]}
        return jsonschema_rs.validator_for(schema, validate_formats=True)

    for sent in replayed:
        operation = found[sent.exchange.operation]
        (media, content), *_ = operation["responses"][str(sent.exchange.status)]["content"].items()
        assert sent.response.headers["Content-Type"] == media
        validator(content).validate(sent.response.json())
        validator(content).validate(sent.exchange.answer)
        if "requestBody" in operation and sent.exchange.status < 400:
            request = operation["requestBody"]["content"]["application/json"]
            validator(request).validate(sent.exchange.body)
            assert sent.exchange.name in request["examples"]


def test_requests_that_are_refused_do_not_fit_their_schema(apps: Apps, replayed: list[Replayed]) -> None:
    document = apps.document()
    found = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    refused = [sent.exchange for sent in replayed if sent.exchange.status == 400]
    assert len(refused) >= 6
    for exchange in refused:
        operation = found[exchange.operation]
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            whole = {**schema, "components": document["components"]}
            assert not jsonschema_rs.validator_for(whole).is_valid(exchange.body), exchange.name


def test_every_function_that_answers_json_has_an_example() -> None:
    shown = {exchange.operation for exchange in exchanges() if exchange.status < 400}
    assert set(OPERATIONS) - shown == {"openapi", "docs", "ui", "ui_file"}


def other_fields(printed: Any, found: Any, where: str = "") -> list[str]:
    """Where the names of two answers' fields differ; of a list, in the first item."""
    inner = f"{where}." if where else ""
    if isinstance(printed, dict) and isinstance(found, dict):
        if printed.keys() != found.keys():
            return [f"{where}: {sorted(printed)}, now {sorted(found)}"]
        return [one for name in printed for one in other_fields(printed[name], found[name], inner + name)]
    if isinstance(printed, list) and isinstance(found, list) and printed and found:
        return other_fields(printed[0], found[0], f"{inner}0")
    return []


def differences(printed: Any, found: Any, where: str = "") -> list[str]:
    """Where two answers differ, but for what is new every time; numbers to three digits."""
    inner = f"{where}." if where else ""
    if isinstance(printed, dict) and isinstance(found, dict) and printed.keys() == found.keys():
        names = printed.keys() - NEW_EVERY_TIME
        return [
            one for name in sorted(names) for one in differences(printed[name], found[name], inner + name)
        ]
    if isinstance(printed, list) and isinstance(found, list) and len(printed) == len(found):
        pairs = enumerate(zip(printed, found, strict=True))
        return [one for at, pair in pairs for one in differences(*pair, f"{inner}{at}")]
    if isinstance(printed, float) and found == pytest.approx(printed, abs=2e-3):
        return []
    if isinstance(printed, dict) and isinstance(found, dict):
        printed, found = sorted(printed), sorted(found)
    return [] if printed == found else [f"{where}: {printed}, now {found}"]
