"""What tests of several folders share."""

from collections.abc import Iterator

import pytest

from tests.azurite import Azurite, why_not


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """A running storage emulator; the test is skipped, with the reason, where it cannot run."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    running = Azurite(tmp_path_factory.mktemp("azurite"))
    yield running
    running.stop()
