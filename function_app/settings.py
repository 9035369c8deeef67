"""All settings of the app in one table. They are environment variables ("app settings" in Azure)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from function_app.errors import SettingsError

APP_FOLDER = Path(__file__).parent.parent
"""The folder with `main.py` and `host.json`; relative paths in settings start here."""

_SCHEDULE_FIELD = re.compile(r"[0-9A-Za-z*,/-]+")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_TELEMETRY_KINDS = ("console", "off")


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
        raise ValueError("one of " + ", ".join(choices))

    return read


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("a path")
    return APP_FOLDER / text


def _schedule(text: str) -> str:
    fields = text.split()
    if len(fields) != 6 or not all(_SCHEDULE_FIELD.fullmatch(field) for field in fields):
        raise ValueError(
            "an NCRONTAB expression of six fields (second minute hour day month weekday), such as 0 0 * * * *"
        )
    return " ".join(fields)


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
        read=_whole_number(least=1, most=1_000_000),
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
        name="STORE_PATH",
        type="path",
        default=".local/store.sqlite3",
        help="File of the embedded store; a relative path starts at the app's folder.",
        read=_path,
    ),
    Setting(
        name="STORE_TEXT",
        type="true or false",
        default="true",
        help="Whether texts are kept; if not, only their SHA-256 and length are.",
        read=_boolean,
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
        default="300",
        help="Fewest predictions on which drift is judged.",
        read=_whole_number(least=1, most=1_000_000_000),
    ),
    Setting(
        name="DRIFT_MIN_EFFECT",
        type="fraction",
        default="0.05",
        help="Smallest shift of the score distribution that matters (total variation distance).",
        read=_fraction,
    ),
    Setting(
        name="DRIFT_ALPHA",
        type="fraction",
        default="0.01",
        help="Chance of ever raising a false alarm while one model is deployed.",
        read=_fraction,
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
        default="console",
        help="Where events go: console (one JSON line in the log) or off.",
        read=_choice(_TELEMETRY_KINDS),
    ),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, read and checked; a field is called like its variable, in lower case."""

    max_body_bytes: int
    max_text_characters: int
    max_batch_texts: int
    model_dir: Path
    store_path: Path
    store_text: bool
    drift_schedule: str
    drift_min_samples: int
    drift_min_effect: float
    drift_alpha: float
    log_level: str
    python_threadpool_thread_count: int
    telemetry: str

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
        return cls(**values)
