import json
from pathlib import Path

import pytest

from function_app.errors import SettingsError
from function_app.settings import APP_FOLDER, SETTINGS, ManagedIdentity, Settings

UUID = "0A1B2C3D-0000-4000-8000-0123456789ab"
SAMPLE = json.loads((APP_FOLDER / "local.settings.sample.json").read_text())["Values"]
HOST_OWN = {
    "FUNCTIONS_WORKER_RUNTIME": "python",
    "PYTHON_SCRIPT_FILE_NAME": "main.py",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
}


def test_the_sample_holds_the_table_and_what_the_host_needs() -> None:
    assert {setting.name: setting.default for setting in SETTINGS} | HOST_OWN == SAMPLE


def test_each_row_of_the_table_is_a_field() -> None:
    assert {setting.name.lower() for setting in SETTINGS} == set(Settings.__struct_fields__)
    assert all(setting.help.endswith(".") for setting in SETTINGS)


def test_defaults_stand_where_nothing_is_set() -> None:
    settings = Settings.from_environment({"MAX_BATCH_TEXTS": "  ", "OTHER": "x"})
    assert settings.max_batch_texts == 1000
    assert settings.max_body_bytes == 262_144
    assert settings.store_text is True
    assert settings.model_dir == APP_FOLDER / "function_app" / "model"
    assert settings == Settings.from_environment(SAMPLE)


def test_values_are_read(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "STORE_PATH": str(tmp_path / "s"),
            "STORE_TEXT": "False",
            "DRIFT_FALSE_ALARMS_PER_MONTH": ".001",
            "STORE": "Tables",
            "PREDICTION_SAMPLE": "0.25",
            "LOG_LEVEL": "debug",
            "DRIFT_SCHEDULE": "*/5  0-10 * * JAN,FEB 1",
        }
    )
    assert settings.store_path == tmp_path / "s"
    assert settings.store_text is False
    assert settings.drift_false_alarms_per_month == 0.001
    assert settings.drift_error_rate is None
    assert (settings.store, settings.prediction_sample) == ("tables", 0.25)
    assert settings.log_level == "DEBUG"
    assert settings.drift_schedule == "*/5 0-10 * * JAN,FEB 1"


def test_events_go_to_application_insights_where_it_is_named() -> None:
    connection = f"InstrumentationKey={UUID};IngestionEndpoint=https://westeurope-5.in.example/"
    named = {"APPLICATIONINSIGHTS_CONNECTION_STRING": connection}
    assert Settings.from_environment({}).telemetry == "console"
    assert Settings.from_environment(named | {"TELEMETRY": "off"}).telemetry == "off"
    settings = Settings.from_environment(named)
    assert settings.telemetry == "appinsights"
    assert settings.applicationinsights_connection_string == (
        f"instrumentationkey={UUID.lower()};ingestionendpoint=https://westeurope-5.in.example"
    )
    with pytest.raises(SettingsError, match="APPLICATIONINSIGHTS_CONNECTION_STRING must be set"):
        Settings.from_environment({"TELEMETRY": "appinsights"})


@pytest.mark.parametrize(
    ("value", "identity"),
    [
        ("", None),
        ("Authorization=AAD", ManagedIdentity(None)),
        (f"authorization=aad;clientid={UUID}", ManagedIdentity(UUID)),
        (f"ClientId={UUID};Authorization=AAD", ManagedIdentity(UUID)),
    ],
)
def test_the_identity_that_sends_events_is_read(value: str, identity: ManagedIdentity | None) -> None:
    settings = Settings.from_environment({"APPLICATIONINSIGHTS_AUTHENTICATION_STRING": value})
    assert settings.applicationinsights_authentication_string == identity


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("MAX_BODY_BYTES", "many", "a whole number from 1024 to"),
        ("MAX_BODY_BYTES", "-1", "a whole number"),
        ("MAX_TEXT_CHARACTERS", "2e3", "a whole number"),
        ("MAX_TEXT_CHARACTERS", "٣", "a whole number"),
        ("MAX_BATCH_TEXTS", "0", "a whole number from 1 to"),
        ("STORE_PATH", "a\0b", "a path"),
        ("STORE_TEXT", "maybe", "true or false"),
        ("DRIFT_SCHEDULE", "0 * * * *", "six fields"),
        ("DRIFT_SCHEDULE", "0 0 * * * ;", "six fields"),
        ("DRIFT_MIN_SAMPLES", "1.5", "a whole number"),
        ("DRIFT_MIN_EFFECT", "5", "above 0 and below 1"),
        ("DRIFT_FALSE_ALARMS_PER_MONTH", "0.0", "above 0 and below 1"),
        ("DRIFT_FALSE_ALARMS_PER_MONTH", "nan", "above 0 and below 1"),
        ("DRIFT_ERROR_RATE", "12%", "above 0 and below 1"),
        ("DRIFT_SAMPLE_PER_HOUR", "0", "from 1 to"),
        ("STORE", "cloud", "one of sqlite, tables"),
        ("STORE_PREFIX", "1a", "up to 40 ASCII letters and digits"),
        ("STORE_ACCOUNT_URL", "account", "an address such as https://"),
        ("PREDICTION_SAMPLE", "1.1", "from 0 to 1"),
        ("PREDICTION_SAMPLE", "-0.1", "from 0 to 1"),
        ("PREDICTION_SAMPLE", "half", "from 0 to 1"),
        ("RETENTION_DAYS", "0", "a whole number from 1 to"),
        ("RETENTION_SCHEDULE", "daily", "six fields"),
        ("RETRAIN_SCHEDULE", "0 0 0 31 2 *", "that comes true"),
        ("RETRAIN_SCHEDULE", "0 0 99 * * *", "that comes true"),
        ("STREAM_QUEUE", "Tweets", "3 to 56 lower-case letters"),
        ("STREAM_QUEUE", "a--b", "3 to 56 lower-case letters"),
        ("STREAM_QUEUE", "a" * 57, "3 to 56 lower-case letters"),
        ("STREAM_RESULT_QUEUE", "-ab", "3 to 56 lower-case letters"),
        ("STREAM_RESULT_QUEUE", "tweets", "another queue than STREAM_QUEUE"),
        ("LOG_LEVEL", "loud", "one of DEBUG, INFO, WARNING, ERROR"),
        ("PYTHON_THREADPOOL_THREAD_COUNT", "1001", "a whole number from 1 to 1000"),
        ("TELEMETRY", "smoke", "one of appinsights, console, off"),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", "IngestionEndpoint=https://e", "InstrumentationKey="),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=abc", "InstrumentationKey="),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", f"InstrumentationKey={UUID};", "no semicolon at its end"),
        ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "Authorization=Basic", "Authorization=AAD"),
        ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "Authorization=AAD;ClientId=x", "Authorization=AAD"),
        ("TELEMETRY_TIMEOUT_SECONDS", "0", "above 0 and up to 30"),
        ("TELEMETRY_TIMEOUT_SECONDS", "31", "above 0 and up to 30"),
        ("TELEMETRY_TIMEOUT_SECONDS", "1e1", "above 0 and up to 30"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: str, right: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({name: value})
    assert caught.value.detail.startswith(f"{name} must be ")
    assert right in caught.value.detail
