"""The places where records lie, one for each back end; the shared tests run in all of them."""

import itertools
from pathlib import Path
from typing import Any, Protocol

from azure.data.tables import TableServiceClient

from function_app.store.sqlite import SqliteStore
from function_app.store.table_account import TableAccount
from function_app.store.tables import TableStore
from tests.azurite import Azurite

_numbers = itertools.count()


class Place(Protocol):
    """A place of its own for a test's records; can be sent to another process."""

    def open(self) -> Any:
        """Another store on the same records, as another instance has it."""

    def settings(self) -> dict[str, str]:
        """The settings of an app that keeps its records here."""


class SqlitePlace:
    """A file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self) -> SqliteStore:
        return SqliteStore(self._path, busy_seconds=10)

    def settings(self) -> dict[str, str]:
        return {"STORE_PATH": str(self._path)}


class TablesPlace:
    """Tables with a prefix of their own in a storage account. Readers see at once what was written."""

    def __init__(self, connection: str, prefix: str) -> None:
        self.connection = connection
        self.prefix = prefix

    def account(self) -> TableAccount:
        return TableAccount(self._connect, prefix=self.prefix)

    def open(self, *, settle_seconds: float = 0.0) -> TableStore:
        return TableStore(self.account(), settle_seconds=settle_seconds)

    def settings(self) -> dict[str, str]:
        return {"STORE": "tables", "STORE_CONNECTION": self.connection, "STORE_PREFIX": self.prefix}

    def _connect(self) -> TableServiceClient:
        return TableServiceClient.from_connection_string(
            self.connection, retry_total=0, connection_timeout=1, read_timeout=10
        )


def tables_place(azurite: Azurite) -> TablesPlace:
    """Tables of names that no other test uses."""
    return TablesPlace(azurite.connection, f"test{next(_numbers)}")
