"""Apps with the shipped model that the documentation's requests are sent to."""

from collections.abc import Iterator

import pytest

from tests.function_app.openapi.replay import Apps


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    with Apps(tmp_path_factory.mktemp("stores")) as running:
        yield running
