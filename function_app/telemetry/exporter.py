"""Application Insights through `opencensus-ext-azure`, the package of which this is the only user.

The package is retired. What it is used for here: the envelope of an event, and one POST of envelopes with the
connection string's endpoint and, if wanted, a token. Its queue, thread, files and statistics are not used.
"""

import contextlib
import logging
from collections.abc import Sequence
from typing import Any, Protocol

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError, ManagedIdentityCredential
from opencensus.ext.azure.common.transport import TransportStatusCode
from opencensus.ext.azure.log_exporter import AzureEventHandler

from function_app.telemetry.outgoing import Outcome, Outgoing


class Credential(Protocol):
    """What the package wants of a credential."""

    def get_token(self, *scopes: str, **_: Any) -> Any:  # noqa: ANN401 - azure.core's AccessToken
        """A token."""


class PatientCredential:
    """The app's managed identity. While it gives no token events wait; the package would drop them."""

    def __init__(self, client_id: str | None, *, timeout_seconds: float) -> None:
        self._identity = ManagedIdentityCredential(
            client_id=client_id,
            retry_total=0,
            connection_timeout=timeout_seconds,
            read_timeout=timeout_seconds,
        )

    def get_token(self, *scopes: str, **_: Any) -> Any:  # noqa: ANN401 - azure.core's AccessToken
        """A token. Raises `ClientAuthenticationError`."""
        try:
            return self._identity.get_token(*scopes)
        except CredentialUnavailableError as error:
            raise ClientAuthenticationError("The managed identity gives no token now") from error


class Exporter(AzureEventHandler):  # type: ignore[misc]  # the package has no types
    """Sends batches of events, in the calling thread, one POST each. Used by one thread only."""

    def __init__(
        self, connection_string: str, *, role: str, timeout_seconds: float, credential: Credential | None
    ) -> None:
        # Its messages quote envelopes, and so what users wrote. What they say is told by the outcome.
        logging.getLogger("opencensus.ext.azure.common.transport").setLevel(logging.CRITICAL + 1)
        self._ready = False
        super().__init__(
            connection_string=connection_string,
            credential=credential,
            timeout=timeout_seconds,
            enable_local_storage=False,
        )
        self._worker.stop(timeout_seconds)
        self._role = role
        self.storage = _Again()
        self._ready = True

    def send(self, events: Sequence[Outgoing]) -> Outcome:
        """Sends the events. Never raises."""
        batch = _Batch(self._envelope(event) for event in events)
        self.storage.take()
        code = self._transmit(batch)
        if code == TransportStatusCode.SUCCESS:
            return Outcome(sent=len(batch), refused=0, again=[])
        if code == TransportStatusCode.RETRY:
            return Outcome(sent=0, refused=0, again=list(range(len(batch))))
        # Some events were refused, the first time any of them was looked at, or else all of them.
        again = [batch.place(envelope) for envelope in self.storage.take()]
        refused = (len(batch.refused) or len(batch)) - len(again)
        return Outcome(sent=len(batch) - len(again) - refused, refused=refused, again=again)

    def _check_stats_collection(self) -> bool:
        # The package asks this at first, to start sending statistics to Microsoft, which it must not; then
        # after each failed connection, for which it says "drop", not "retry", unless the answer is yes.
        return self._ready

    def _envelope(self, event: Outgoing) -> Any:  # noqa: ANN401 - the package has no types
        record = logging.makeLogRecord(
            {
                "msg": event.name,
                "created": event.created,
                "custom_dimensions": event.dimensions,
            }
        )
        envelope = self.log_record_to_envelope(record)
        envelope.tags["ai.cloud.role"] = self._role
        for tag, value in (("ai.operation.id", event.operation), ("ai.operation.parentId", event.span)):
            if value is None:
                del envelope.tags[tag]
            else:
                envelope.tags[tag] = value
        return envelope


class _Again:
    """Stands where the package keeps files of envelopes that the service took only a part of."""

    def __init__(self) -> None:
        self._kept: list[Any] = []

    def put(self, envelopes: Sequence[Any], _lease: float = 0) -> None:
        self._kept.extend(envelopes)

    def take(self) -> list[Any]:
        kept, self._kept = self._kept, []
        return kept

    def close(self) -> None:
        """Nothing to close."""


class _Batch(list[Any]):
    """Envelopes, and which of them the package looked up, which it does for each that was refused."""

    def __init__(self, envelopes: Any) -> None:  # noqa: ANN401
        super().__init__(envelopes)
        self.refused: set[int] = set()

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401
        with contextlib.suppress(TypeError):
            self.refused.add(index)
        return super().__getitem__(index)

    def place(self, envelope: Any) -> int:  # noqa: ANN401
        return next(index for index, one in enumerate(self) if one is envelope)
