"""Requests that are right, of which hostile ones are made."""

import random
from collections.abc import Mapping

from tests.chaos.hostile.attack import Attack, post

MARK = "zqxwv"
"""In texts; no line of the log may hold it."""

BODY_BYTES = 262_144
"""The default of MAX_BODY_BYTES."""

UUID = "0192f0c1-2345-7abc-8def-0123456789ab"
VALID: Mapping[str, dict[str, object]] = {
    "predict": {"text": f"great crew {MARK}"},
    "predict/batch": {"texts": [f"great crew {MARK}", "late"]},
    "feedback": {"prediction_id": UUID, "correct": False, "text": MARK, "comment": MARK},
    "retrain": {"text": f"late again {MARK}", "label": "negative"},
    "alerts": {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": {
                "alertId": "/a/1",
                "alertRule": "r",
                "severity": "Sev1",
                "signalType": "Log",
                "monitorCondition": "Fired",
                "monitoringService": "m",
                "alertTargetIDs": [],
                "firedDateTime": "2020-01-01T00:00:00Z",
            }
        },
    },
}
FIELDS = {
    "predict": ("text", "explain", "record"),
    "predict/batch": ("texts",),
    "feedback": ("prediction_id", "correct", "label", "text", "comment"),
    "retrain": ("text", "label"),
    "alerts": ("schemaId", "data"),
}


def to_any(kind: str, chance: random.Random, body: bytes, **headers: str) -> Attack:
    """A body sent to a function that chance chooses."""
    route = chance.choice(list(VALID))
    return Attack(kind=kind, pieces=(post(route, body, headers),))
