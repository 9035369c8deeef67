import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "function_app.drift.checkpoint",
        "function_app.drift.sentence",
        "function_app.drift.slices",
        "function_app.drift.watches",
        "function_app.drift.words",
        "function_app.ids",
        "function_app.recorder",
        "function_app.schedule",
        "function_app.store.entities",
    ],
)
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
