"""Every error that this app raises on purpose.

    AppError                      500
    ├── SettingsError             a setting has a value that cannot be used
    ├── InvalidRequestError       400
    ├── ForbiddenError            403
    ├── NotFoundError             404
    ├── MethodNotAllowedError     405
    ├── ConflictError             409
    ├── TooLargeError             413
    ├── UnsupportedMediaError     415
    ├── KeyReusedError            422
    └── UnavailableError          503, with Retry-After
        ├── ModelUnavailableError
        │   └── BundleError       the model folder is incomplete or was changed
        └── StoreUnavailableError

Each class carries its HTTP status and title; `http.answers` turns it into a response.
"""

from typing import ClassVar


class AppError(Exception):
    """Root of the tree. `detail` is one sentence for the caller: no internals, no text of a user."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers that go with the error."""
        return {}


class SettingsError(AppError):
    """A setting has a value that cannot be used; `detail` names the variable and what it should be."""

    title = "Invalid setting"


class InvalidRequestError(AppError):
    """The request cannot be understood or breaks a limit."""

    status = 400
    title = "Invalid request"


class ForbiddenError(AppError):
    """The settings of this app forbid it."""

    status = 403
    title = "Forbidden"


class NotFoundError(AppError):
    """Nothing is served at this address."""

    status = 404
    title = "Not found"


class MethodNotAllowedError(AppError):
    """The address is served, but not with this method."""

    status = 405
    title = "Method not allowed"

    def __init__(self, detail: str, *, allowed: tuple[str, ...]) -> None:
        super().__init__(detail)
        self.allowed = allowed

    @property
    def headers(self) -> dict[str, str]:
        """`Allow`, as RFC 9110 asks for."""
        return {"Allow": ", ".join(self.allowed)}


class ConflictError(AppError):
    """Someone else has written the same place in a log meanwhile."""

    status = 409
    title = "Conflict"


class TooLargeError(AppError):
    """The body is over the limit."""

    status = 413
    title = "Body too large"


class UnsupportedMediaError(AppError):
    """The body is not declared as plain JSON."""

    status = 415
    title = "Unsupported media type"


class KeyReusedError(AppError):
    """An Idempotency-Key came again with another body."""

    status = 422
    title = "Idempotency-Key reused"

    def __init__(self) -> None:
        super().__init__(
            "Idempotency-Key: the key of an earlier request was given; a new request needs a new key"
        )


class UnavailableError(AppError):
    """Something that the request needs is away; asking again later may help."""

    status = 503
    title = "Unavailable"
    retry_after_seconds: ClassVar[int] = 5

    @property
    def headers(self) -> dict[str, str]:
        """`Retry-After`, in seconds."""
        return {"Retry-After": str(self.retry_after_seconds)}


class ModelUnavailableError(UnavailableError):
    """The model cannot be used."""

    title = "Model unavailable"


class BundleError(ModelUnavailableError):
    """The model folder is missing, incomplete, unreadable or was changed."""


class StoreUnavailableError(UnavailableError):
    """The store cannot be reached."""

    title = "Store unavailable"
