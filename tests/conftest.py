"""What tests of several folders share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.azurite import Azurite, why_not
from tests.function_app.places import Place, SqlitePlace, tables_place


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """A running storage emulator; the test is skipped, with the reason, where it cannot run."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    running = Azurite(tmp_path_factory.mktemp("azurite"))
    yield running
    running.stop()


@pytest.fixture(params=["sqlite", "tables"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a store of either back end can be opened, more than once."""
    if request.param == "sqlite":
        return SqlitePlace(tmp_path / "store.sqlite3")
    return tables_place(request.getfixturevalue("azurite"))
