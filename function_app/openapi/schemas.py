"""JSON Schemas of the contract's types, with the limits that requests are checked against."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from function_app.alerts import CONDITIONS, MOST_CHARACTERS, MOST_TARGETS, SCHEMA, SEVERITIES
from function_app.contract import Limits
from function_app.openapi.operations import Schema

REFERENCE = "#/components/schemas/{name}"

UUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

_ID: Schema = {"format": "uuid"}
_MOMENT: Schema = {"format": "date-time"}
_PROBABILITY: Schema = {"minimum": 0, "maximum": 1}

Rules = Mapping[str, Mapping[str, Schema]]
"""What a field's schema gets beside its type's, by the names of the type and the field."""

_ANSWER_RULES: Rules = {
    "PredictionAnswer": {"id": _ID, "confidence": _PROBABILITY},
    "Probabilities": {"negative": _PROBABILITY, "positive": _PROBABILITY},
    "FeedbackAnswer": {"feedback_id": _ID},
    "RetrainAnswer": {"example_id": _ID, "next_training": _MOMENT, "waiting": {"minimum": 0}},
    "AlertAnswer": {"alert_id": _ID},
    "AlertSummary": {"id": _ID, "created": _MOMENT},
    "DriftReport": {"id": _ID, "created": _MOMENT, "since": _MOMENT},
    "DriftAnswer": {"id": _ID, "created": _MOMENT, "since": _MOMENT},
    "DriftExample": {"prediction_id": _ID, "confidence": _PROBABILITY},
    "DriftTest": {"since": _MOMENT},
}


def request_rules(limits: Limits) -> Rules:
    """What `check` of the request types refuses, as far as JSON Schema can say it."""
    characters: Schema = {"maxLength": limits.text_characters, "pattern": "^[^\\x00]*$"}
    text: Schema = {
        "minLength": 1,
        "maxLength": limits.text_characters,
        "pattern": "^[^\\x00]*[^\\s\\x00][^\\x00]*$",
    }
    short: Schema = {"maxLength": MOST_CHARACTERS}
    named: Schema = {"minLength": 1, **short}
    return {
        "PredictRequest": {"text": text},
        "PredictBatchRequest": {"texts": {"minItems": 1, "maxItems": limits.batch_texts, "items": text}},
        "FeedbackRequest": {
            "prediction_id": {"pattern": UUID_PATTERN},
            "text": text,
            "comment": characters,
        },
        "RetrainRequest": {"text": text},
        "AlertRequest": {"schemaId": {"const": SCHEMA}},
        "Essentials": {
            "alertId": named,
            "alertRule": named,
            "severity": {"enum": list(SEVERITIES)},
            "signalType": short,
            "monitorCondition": {"enum": list(CONDITIONS)},
            "monitoringService": short,
            "alertTargetIDs": {"maxItems": MOST_TARGETS, "items": short},
            "firedDateTime": _MOMENT,
            "description": short,
        },
    }


_WHOLE: Mapping[str, Schema] = {
    "FeedbackRequest": {"oneOf": [{"required": ["correct"]}, {"required": ["label"]}]},
    "Essentials": {
        "if": {"properties": {"monitorCondition": {"const": "Resolved"}}},
        "then": {
            "properties": {"resolvedDateTime": {"type": "string", **_MOMENT}},
            "required": ["resolvedDateTime"],
        },
    },
}
"""What holds between the fields of a type."""


def component_schemas(
    types: Sequence[type[Any]], limits: Limits
) -> tuple[dict[type[Any], Schema], dict[str, Schema]]:
    """How to refer to each of the types, and the schemas by name."""
    references, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    for name, fields in (*_ANSWER_RULES.items(), *request_rules(limits).items()):
        if name in components:
            for field, rule in fields.items():
                _refine(components[name]["properties"][field], rule)
    for name, rule in _WHOLE.items():
        if name in components:
            components[name].update(rule)
    _each(components, _plain_description)
    return dict(zip(types, references, strict=True)), components


def _refine(schema: Schema, rule: Schema) -> None:
    """Adds the rule to the schema; where the value may be null, to its other choice."""
    if "anyOf" in schema:
        schema = next(choice for choice in schema["anyOf"] if choice.get("type") != "null")
    for name, value in rule.items():
        if name == "items":
            _refine(schema["items"], value)
        else:
            schema[name] = value


def _each(value: Any, act: Callable[[Schema], None]) -> None:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        act(value)
        for inner in value.values():
            _each(inner, act)
    elif isinstance(value, list):
        for inner in value:
            _each(inner, act)


def _plain_description(schema: Schema) -> None:
    if isinstance(schema.get("description"), str):
        schema["description"] = inspect.cleandoc(schema["description"])
