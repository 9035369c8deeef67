import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "function_app.drift.eprocess",
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
