"""The document is valid, complete, and says what the app holds requests to."""

import copy
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from function_app.app import app, service
from function_app.contract import Limits
from function_app.functions import Route
from function_app.openapi import api_document
from function_app.openapi.operations import OPERATIONS, TAGS
from tests.function_app.running import HostStarter

LIMITS = Limits(body_bytes=4_096, text_characters=140, batch_texts=7)


def documented(**change: Any) -> dict[str, Any]:
    return api_document(app.routes(), change.get("limits", LIMITS), url="https://host/api/openapi.json")


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }


def test_it_is_an_openapi_3_1_document() -> None:
    validator = jsonschema_rs.validator_for(OPENAPI_31)
    validator.validate(documented())
    wrong = copy.deepcopy(documented())
    del wrong["paths"]["/predict"]["post"]["responses"]["200"]["description"]
    assert not validator.is_valid(wrong)


def test_every_schema_and_reference_in_it_is_sound() -> None:
    document = documented()
    for name in document["components"]["schemas"]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema_rs.validator_for(schema)


def test_every_registered_function_is_in_it_and_no_other() -> None:
    found = {
        (operation["operationId"], path, method.upper(), bool(operation["security"]))
        for path, methods in documented()["paths"].items()
        for method, operation in methods.items()
    }
    assert found == {
        (route.name, "/" + route.path.replace("*", ""), method, route.needs_key)
        for route in app.routes()
        for method in route.methods
    }
    assert set(OPERATIONS) == {route.name for route in app.routes()}
    assert {said.tag for said in OPERATIONS.values()} == set(TAGS)


def test_a_function_that_nothing_is_said_about_is_refused() -> None:
    extra = Route(name="extra", path="extra", methods=("GET",), needs_key=True, summary="More.")
    with pytest.raises(KeyError, match="extra"):
        api_document([*app.routes(), extra], LIMITS, url="https://host/api/openapi.json")


def test_the_functions_can_be_listed_again() -> None:
    assert app.get_functions() == app.get_functions()


def test_its_limits_are_those_of_the_settings() -> None:
    schemas = documented()["components"]["schemas"]
    assert schemas["PredictRequest"]["properties"]["text"]["maxLength"] == 140
    texts = schemas["PredictBatchRequest"]["properties"]["texts"]
    assert (texts["maxItems"], texts["items"]["maxLength"]) == (7, 140)
    assert "4,096 bytes" in documented()["info"]["description"]


def test_its_addresses_are_where_it_was_asked_for() -> None:
    document = documented()
    assert document["servers"] == [{"url": "/api"}]
    assert "https://host/api/predict" in operations(document)["predict"]["x-codeSamples"][0]["source"]


def test_keys_bodies_and_errors_have_their_answers() -> None:
    found = operations(documented())
    assert list(found["feedback"]["responses"]) == [
        *("200", "201", "400", "401", "413", "415", "422", "500", "503")
    ]
    assert list(found["health"]["responses"]) == ["200", "500", "503"]
    assert "Retry-After" in found["feedback"]["responses"]["503"]["headers"]
    assert "content" not in found["feedback"]["responses"]["401"]


def test_the_app_serves_it_without_a_key(start_host: HostStarter, tmp_path: Path) -> None:
    host = start_host(
        LOCAL_FUNCTION_KEY="secret", STORE_PATH=str(tmp_path / "store"), MAX_TEXT_CHARACTERS="140"
    )
    response = host.get("openapi.json")
    assert response.headers["Content-Type"] == "application/json"
    limits = msgspec.structs.replace(service.limits, text_characters=140)
    assert response.json() == api_document(app.routes(), limits, url=response.url)
