"""A model that needs no training."""

import pytest

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.function_app.handmade import write_bundle


@pytest.fixture(scope="session")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    return Predictor(read_bundle(write_bundle(tmp_path_factory.mktemp("bundle"))))
