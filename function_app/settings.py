"""All settings of the app in one table. They are environment variables ("app settings" in Azure)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from function_app.errors import SettingsError
from function_app.schedule import next_time

APP_FOLDER = Path(__file__).parent.parent
"""The folder with `main.py` and `host.json`; relative paths in settings start here."""

_SCHEDULE_FIELD = re.compile(r"[0-9A-Za-z*,/-]+")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_QUEUE_NAME = re.compile(r"[a-z0-9](-?[a-z0-9])*")
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_TELEMETRY_KINDS = ("", "appinsights", "console", "off")
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_NAMED_VALUE = re.compile(r"(?P<name>[A-Za-z]+)=(?P<value>[^;=\s]+)")
_STORE_KINDS = ("sqlite", "tables")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One row of the table. `read` returns the value or raises `ValueError` saying what it should be."""

    name: str
    type: str
    default: str
    help: str
    read: Callable[[str], Any]


def _whole_number(*, least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def _fraction(text: str) -> float:
    if not re.fullmatch(r"0?\.[0-9]{1,9}", text) or float(text) == 0:
        raise ValueError("a decimal number above 0 and below 1, such as 0.05")
    return float(text)


def _optional_fraction(text: str) -> float | None:
    return _fraction(text) if text else None


def _share(text: str) -> float:
    if not re.fullmatch(r"[01]|[01]?\.[0-9]{1,9}", text) or float(text) > 1:
        raise ValueError("a decimal number from 0 to 1, such as 0.25")
    return float(text)


def _https_url(text: str) -> str:
    if not re.fullmatch(r"(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9]*)?)?", text):
        raise ValueError("an address such as https://account.table.core.windows.net")
    return text


class ManagedIdentity(msgspec.Struct, frozen=True):
    """Which of the app's identities: the one of this client id, or the app's own."""

    client_id: str | None


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", text) or not 0 < float(text) <= 30:
        raise ValueError("a decimal number of seconds above 0 and up to 30, such as 2.5")
    return float(text)


def _insights_connection(text: str) -> str:
    """The connection string as the exporter wants it: the key in lower case, no slash at an address's end."""
    if not text:
        return ""
    parts = [_NAMED_VALUE.fullmatch(part) for part in text.split(";")]
    named = {part["name"].lower(): part["value"].rstrip("/") for part in parts if part is not None}
    key = named.get("instrumentationkey", "")
    if None in parts or not re.fullmatch(_UUID, key) or "authorization" in named:
        raise ValueError(
            "a connection string such as InstrumentationKey=00000000-0000-0000-0000-000000000000;"
            "IngestionEndpoint=https://region.in.applicationinsights.azure.com/, no semicolon at its end"
        )
    named["instrumentationkey"] = key.lower()
    return ";".join(f"{name}={value}" for name, value in named.items())


def _insights_identity(text: str) -> ManagedIdentity | None:
    client = rf"ClientId=({_UUID})"
    found = re.fullmatch(rf"(?:(?:{client};)?Authorization=AAD(?:;{client})?)?", text, re.IGNORECASE)
    if found is None:
        raise ValueError("Authorization=AAD, or ClientId=, an identity's client id and ;Authorization=AAD")
    return ManagedIdentity(found[1] or found[2]) if text else None


def _table_prefix(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,39}", text):
        raise ValueError("up to 40 ASCII letters and digits, the first a letter")
    return text


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError("true or false") from None


def _choice(choices: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        for choice in choices:
            if choice.lower() == text.lower():
                return choice
        raise ValueError("one of " + ", ".join(filter(None, choices)))

    return read


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("a path")
    return APP_FOLDER / text


def _queue(text: str) -> str:
    if (
        not _QUEUE_NAME.fullmatch(text) or not 3 <= len(text) <= 56
    ):  # the host adds "-poison", and 63 is the most
        raise ValueError("3 to 56 lower-case letters, digits and single hyphens between them")
    return text


def _schedule(text: str) -> str:
    fields = text.split()
    if len(fields) != 6 or not all(_SCHEDULE_FIELD.fullmatch(field) for field in fields):
        raise ValueError(
            "an NCRONTAB expression of six fields (second minute hour day month weekday), such as 0 0 * * * *"
        )
    return " ".join(fields)


def _schedule_that_comes_true(text: str) -> str:
    schedule = _schedule(text)
    try:
        next_time(schedule, datetime.now(UTC))
    except ValueError:
        raise ValueError("an NCRONTAB expression that comes true, such as 0 0 3 * * 1") from None
    return schedule


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="MAX_BODY_BYTES",
        type="whole number",
        default="262144",
        help="Largest request body, in bytes.",
        read=_whole_number(least=1_024, most=100_000_000),
    ),
    Setting(
        name="MAX_TEXT_CHARACTERS",
        type="whole number",
        default="2000",
        help="Longest text, in characters.",
        read=_whole_number(least=1, most=100_000),
    ),
    Setting(
        name="MAX_BATCH_TEXTS",
        type="whole number",
        default="1000",
        help="Most texts in one batch.",
        read=_whole_number(least=1, most=100_000),
    ),
    Setting(
        name="MODEL_DIR",
        type="path",
        default="function_app/model",
        help="Folder of the model bundle; a relative path starts at the app's folder.",
        read=_path,
    ),
    Setting(
        name="STORE",
        type="name",
        default="sqlite",
        help="Where records are kept: sqlite (one file on this machine) or tables (Azure Table Storage).",
        read=_choice(_STORE_KINDS),
    ),
    Setting(
        name="STORE_PATH",
        type="path",
        default=".local/store.sqlite3",
        help="File of the embedded store; a relative path starts at the app's folder.",
        read=_path,
    ),
    Setting(
        name="STORE_CONNECTION",
        type="connection string",
        default="",
        help="Storage account of the tables, with its key; `UseDevelopmentStorage=true` means Azurite.",
        read=str,
    ),
    Setting(
        name="STORE_ACCOUNT_URL",
        type="URL",
        default="",
        help="Storage account of the tables where no connection is set; reached with the managed identity.",
        read=_https_url,
    ),
    Setting(
        name="STORE_PREFIX",
        type="name",
        default="tweets",
        help="How the tables' names start; apps that share a storage account need different ones.",
        read=_table_prefix,
    ),
    Setting(
        name="STORE_TEXT",
        type="true or false",
        default="true",
        help="Whether texts and comments are kept; if not, only their SHA-256 and length are.",
        read=_boolean,
    ),
    Setting(
        name="PREDICTION_SAMPLE",
        type="share",
        default="1.0",
        help="Share of the predictions that is recorded.",
        read=_share,
    ),
    Setting(
        name="RETENTION_DAYS",
        type="whole number",
        default="90",
        help="How long records are kept, in days.",
        read=_whole_number(least=1, most=36_500),
    ),
    Setting(
        name="RETENTION_SCHEDULE",
        type="NCRONTAB",
        default="0 30 2 * * *",
        help="When older records are deleted, in UTC.",
        read=_schedule,
    ),
    Setting(
        name="RETRAIN_SCHEDULE",
        type="NCRONTAB",
        default="0 0 3 * * 1",
        help="When training runs, in UTC; only told to callers, nothing trains here.",
        read=_schedule_that_comes_true,
    ),
    Setting(
        name="DRIFT_SCHEDULE",
        type="NCRONTAB",
        default="0 0 * * * *",
        help="When drift is checked, in UTC.",
        read=_schedule,
    ),
    Setting(
        name="DRIFT_MIN_SAMPLES",
        type="whole number",
        default="50",
        help="Fewest predictions on which drift is judged.",
        read=_whole_number(least=1, most=1_000_000_000),
    ),
    Setting(
        name="DRIFT_MIN_EFFECT",
        type="fraction",
        default="0.03",
        help="Smallest shift of the positive rate that may raise an alarm, as a share: 0.03 is three points.",
        read=_fraction,
    ),
    Setting(
        name="DRIFT_FALSE_ALARMS_PER_MONTH",
        type="fraction",
        default="0.01",
        help="False alarms in a month without drift, all tests together: 0.01 is one in 100 months.",
        read=_fraction,
    ),
    Setting(
        name="DRIFT_SAMPLE_PER_HOUR",
        type="whole number",
        default="8",
        help="Predictions an hour, in the long run, that drift is judged on; drawn by their ids.",
        read=_whole_number(least=1, most=1_000_000),
    ),
    Setting(
        name="DRIFT_ERROR_RATE",
        type="fraction",
        default="",
        help="Share of wrong answers in feedback that is tolerated; by default the model's on its test data.",
        read=_optional_fraction,
    ),
    Setting(
        name="ALLOW_DRIFT_SIMULATION",
        type="true or false",
        default="false",
        help="Whether POST drift/simulate may be called; each call costs seconds of computing.",
        read=_boolean,
    ),
    Setting(
        name="STREAM_QUEUE",
        type="queue",
        default="tweets",
        help="Storage queue whose messages are scored; what fails again and again goes to its -poison queue.",
        read=_queue,
    ),
    Setting(
        name="STREAM_RESULT_QUEUE",
        type="queue",
        default="tweet-sentiments",
        help="Storage queue that takes the results.",
        read=_queue,
    ),
    Setting(
        name="LOG_LEVEL",
        type="name",
        default="INFO",
        help="Least severe log line that is written: DEBUG, INFO, WARNING or ERROR.",
        read=_choice(_LOG_LEVELS),
    ),
    Setting(
        name="PYTHON_THREADPOOL_THREAD_COUNT",
        type="whole number",
        default="8",
        help="Requests handled at once; the Azure worker and the local host both read it.",
        read=_whole_number(least=1, most=1_000),
    ),
    Setting(
        name="TELEMETRY",
        type="name",
        default="",
        help="Where events go: appinsights, console (one JSON line in the log) or off; by default "
        "appinsights where its connection string is set, else console.",
        read=_choice(_TELEMETRY_KINDS),
    ),
    Setting(
        name="APPLICATIONINSIGHTS_CONNECTION_STRING",
        type="connection string",
        default="",
        help="Application Insights that takes the events; the Functions host reads it too.",
        read=_insights_connection,
    ),
    Setting(
        name="APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        type="identity",
        default="",
        help="`Authorization=AAD` sends with the app's managed identity, `;ClientId=…` behind it with that "
        "user-assigned one; the Functions host reads it too.",
        read=_insights_identity,
    ),
    Setting(
        name="TELEMETRY_TIMEOUT_SECONDS",
        type="seconds",
        default="2",
        help="Longest that feedback or a drift check waits for its event to be sent.",
        read=_seconds,
    ),
    Setting(
        name="TELEMETRY_INCLUDE_TEXT",
        type="true or false",
        default="false",
        help="Whether the event of a feedback carries the tweet.",
        read=_boolean,
    ),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, read and checked; a field is called like its variable, in lower case."""

    max_body_bytes: int
    max_text_characters: int
    max_batch_texts: int
    model_dir: Path
    store: str
    store_path: Path
    store_connection: str
    store_account_url: str
    store_prefix: str
    store_text: bool
    prediction_sample: float
    retention_days: int
    retention_schedule: str
    retrain_schedule: str
    drift_schedule: str
    drift_min_samples: int
    drift_min_effect: float
    drift_false_alarms_per_month: float
    drift_sample_per_hour: int
    drift_error_rate: float | None
    allow_drift_simulation: bool
    stream_queue: str
    stream_result_queue: str
    log_level: str
    python_threadpool_thread_count: int
    telemetry: str
    applicationinsights_connection_string: str
    applicationinsights_authentication_string: ManagedIdentity | None
    telemetry_timeout_seconds: float
    telemetry_include_text: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Reads the table's variables; an absent or empty one takes its default.

        Raises `SettingsError` that names the variable and what it should be.
        """
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            text = environment.get(setting.name, "").strip() or setting.default
            try:
                values[setting.name.lower()] = setting.read(text)
            except ValueError as error:
                raise SettingsError(f"{setting.name} must be {error}") from None
        if values["stream_queue"] == values["stream_result_queue"]:
            raise SettingsError("STREAM_RESULT_QUEUE must be another queue than STREAM_QUEUE")
        connection = values["applicationinsights_connection_string"]
        values["telemetry"] = values["telemetry"] or ("appinsights" if connection else "console")
        if values["telemetry"] == "appinsights" and not connection:
            raise SettingsError("APPLICATIONINSIGHTS_CONNECTION_STRING must be set for TELEMETRY=appinsights")
        return cls(**values)
