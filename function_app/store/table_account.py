"""The tables of a storage account: made when they are missed, and one error for all that can go wrong."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, TableServiceClient, TableTransactionError, UpdateMode

from function_app.errors import StoreUnavailableError
from function_app.store.entities import Entity, batches

T = TypeVar("T")

PAGE_ENTITIES = 1_000
"""Most entities that a table gives at once."""

_KNOWN = "EntityAlreadyExists"
_NEVER = {"EntityTooLarge", "InvalidInput", "OutOfRangeInput", "PropertyValueTooLarge", "RequestBodyTooLarge"}


class TableAccount:
    """Opens the account when it is needed. May be used from several threads.

    Every method raises `StoreUnavailableError` when the account cannot be reached or refuses the credential,
    and `HttpResponseError` for an entity that it will never take.
    """

    def __init__(self, connect: Callable[[], TableServiceClient], *, prefix: str) -> None:
        self._connect = connect
        self._prefix = prefix
        self._lock = threading.Lock()
        self._service: TableServiceClient | None = None

    def create(self, table: str, entity: Entity) -> str | None:
        """Adds an entity durably; its ETag, or None when there is one of its keys."""

        def add(client: TableClient) -> str | None:
            try:
                return str(client.create_entity(entity)["etag"])
            except ResourceExistsError as error:
                if _code(error) != _KNOWN:
                    raise
                return None

        return self._do(table, add)

    def create_all(self, table: str, entities: Sequence[Entity]) -> None:
        """Adds entities, a partition's in a transaction or a few; passes over those whose keys are there."""
        for batch in batches(entities):
            left = batch
            while left:
                known = self._do(table, partial(_create_together, entities=left))
                left = [] if known is None else [*left[:known], *left[known + 1 :]]

    def create_together(self, table: str, entities: Sequence[Entity]) -> bool:
        """Adds all of a few entities of one partition; none, and False, when one of their keys is there."""
        return self._do(table, partial(_create_together, entities=entities)) is None

    def get(self, table: str, partition: str, row: str) -> Mapping[str, Any] | None:
        """The entity of these keys; its `metadata` holds `etag` and `timestamp`."""

        def read(client: TableClient) -> Mapping[str, Any] | None:
            try:
                return client.get_entity(partition, row)
            except ResourceNotFoundError as error:
                if _misses_table(error):
                    raise
                return None

        return self._do(table, read)

    def replace(self, table: str, entity: Entity, *, etag: str) -> str | None:
        """Replaces the entity that has this ETag; its new one, or None when it has changed or is gone."""

        def write(client: TableClient) -> str | None:
            try:
                written = client.update_entity(
                    entity,
                    mode=UpdateMode.REPLACE,
                    etag=etag,
                    match_condition=MatchConditions.IfNotModified,
                )
            except ResourceModifiedError:
                return None
            except ResourceNotFoundError as error:
                if _misses_table(error):
                    raise
                return None
            return str(written["etag"])

        return self._do(table, write)

    def put(self, table: str, entity: Entity) -> None:
        """Adds or replaces an entity."""
        self._do(table, lambda client: client.upsert_entity(entity, mode=UpdateMode.REPLACE))

    def page(
        self,
        table: str,
        where: str,
        limit: int,
        *,
        token: Mapping[str, str | None] | None = None,
        select: list[str] | None = None,
    ) -> tuple[list[Mapping[str, Any]], Mapping[str, str | None] | None]:
        """Up to `limit` entities by partition and row key, and where to go on, None at the end."""

        def read(client: TableClient) -> tuple[list[Mapping[str, Any]], Mapping[str, str | None] | None]:
            found: list[Mapping[str, Any]] = []
            onwards: Any = token
            while True:
                size = min(limit - len(found), PAGE_ENTITIES)
                query = client.query_entities(where, results_per_page=size, select=select)
                pages: Any = query.by_page(onwards)
                found.extend(next(pages, ()))
                onwards = pages.continuation_token
                if onwards is None or len(found) >= limit:
                    return found, onwards

        return self._do(table, read)

    def delete_all(self, table: str, entities: Sequence[Mapping[str, Any]]) -> None:
        """Deletes entities by their keys; those that are gone are passed over."""
        keys: list[Entity] = [{name: one[name] for name in ("PartitionKey", "RowKey")} for one in entities]
        for batch in batches(keys):
            self._do(table, partial(_delete, entities=batch))

    def close(self) -> None:
        """Lets go of the connections; a later call opens new ones."""
        with self._lock:
            service, self._service = self._service, None
        if service is not None:
            service.close()

    def _do(self, table: str, action: Callable[[TableClient], T]) -> T:
        """Runs an action on a table, which is made when the action finds that it is missing."""
        with _available():
            client = self._client(table)
            try:
                return action(client)
            except HttpResponseError as error:
                if not _misses_table(error):
                    raise
            self._open().create_table_if_not_exists(client.table_name)
            return action(client)

    def _client(self, table: str) -> TableClient:
        return self._open().get_table_client(self._prefix + table)

    def _open(self) -> TableServiceClient:
        with self._lock:
            if self._service is None:
                self._service = self._connect()
            return self._service


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except AzureError as error:
        if isinstance(error, HttpResponseError) and _code(error) in _NEVER:
            raise  # trying again later would not help
        raise StoreUnavailableError(f"The store cannot be reached ({type(error).__name__})") from error


def _misses_table(error: HttpResponseError) -> bool:
    return _code(error) == "TableNotFound"


def _code(error: HttpResponseError) -> object:
    """Azure's name of the error, which is in the response, in the exception, or in both."""
    response: Any = error.response
    return getattr(error, "error_code", None) or (response and response.headers.get("x-ms-error-code"))


def _create_together(client: TableClient, entities: Sequence[Entity]) -> int | None:
    """Adds all; or none, and says which of them is there already."""
    try:
        client.submit_transaction([("create", entity) for entity in entities])
    except TableTransactionError as error:
        if _code(error) != _KNOWN:
            raise
        return int(error.index)
    return None


def _delete(client: TableClient, entities: Sequence[Entity]) -> None:
    try:
        client.submit_transaction([("delete", entity) for entity in entities])
    except TableTransactionError as error:
        if error.status_code != 404 or _misses_table(error):
            raise
        for entity in entities:
            client.delete_entity(entity)  # passes over one that is gone
