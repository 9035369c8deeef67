"""The files that `func` reads: `host.json` and `local.settings.json`, the parts that matter here."""

import re
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from function_app.errors import SettingsError

T = TypeVar("T")

_TIME_SPAN = re.compile(r"([0-9]{1,2}):([0-5]?[0-9]):([0-5]?[0-9])(\.[0-9]{1,7})?")


class LocalSettings(msgspec.Struct, frozen=True):
    """`local.settings.json`."""

    values: dict[str, str] = msgspec.field(name="Values", default_factory=dict)


class HttpExtension(msgspec.Struct, frozen=True):
    """`extensions.http` of `host.json`."""

    prefix: str = msgspec.field(name="routePrefix", default="api")


class QueueOptions(msgspec.Struct, frozen=True, rename="camel"):
    """`extensions.queues` of `host.json`, with the host's defaults but for the polling interval."""

    batch_size: int = 16
    new_batch_threshold: int | None = None
    max_dequeue_count: int = 5
    max_polling_interval: str = "00:00:02"
    visibility_timeout: str = "00:00:00"
    message_encoding: Literal["base64", "none"] = "base64"

    @property
    def polling_seconds(self) -> float:
        """The longest pause between two looks into an empty queue. Raises `SettingsError`."""
        return _seconds("maxPollingInterval", self.max_polling_interval)

    @property
    def retry_seconds(self) -> float:
        """How long a message that failed stays hidden. Raises `SettingsError`."""
        return _seconds("visibilityTimeout", self.visibility_timeout)


class Extensions(msgspec.Struct, frozen=True):
    """`extensions` of `host.json`."""

    http: HttpExtension = HttpExtension()
    queues: QueueOptions = QueueOptions()


class HostFile(msgspec.Struct, frozen=True):
    """`host.json`."""

    extensions: Extensions = Extensions()


def read_file(path: Path, kind: type[T]) -> T:
    """The file as `kind`, or its defaults where there is no file. Raises `SettingsError`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return kind()
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise SettingsError(f"{path.name} cannot be read ({error})") from error


def _seconds(name: str, span: str) -> float:
    found = _TIME_SPAN.fullmatch(span)
    if found is None:
        raise SettingsError(f"extensions.queues.{name} in host.json must be a time such as 00:00:30")
    hours, minutes, seconds, fraction = found.groups(default="0")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(fraction)
