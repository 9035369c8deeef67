"""How the Azure Functions worker finds the app: a root file, named by a setting, with one app in it."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import azure.functions as func
import pytest

ROOT = Path(__file__).parents[2]
ROUTES = {
    "predict": ("predict", ["POST"], "FUNCTION"),
    "predict_batch": ("predict/batch", ["POST"], "FUNCTION"),
    "feedback": ("feedback", ["POST"], "FUNCTION"),
    "retrain": ("retrain", ["POST"], "FUNCTION"),
    "alerts": ("alerts", ["POST"], "FUNCTION"),
    "list_alerts": ("alerts", ["GET"], "FUNCTION"),
    "drift": ("drift", ["GET"], "FUNCTION"),
    "simulate_drift": ("drift/simulate", ["POST"], "FUNCTION"),
    "health": ("health", ["GET"], "ANONYMOUS"),
    "model": ("model", ["GET"], "FUNCTION"),
    "openapi": ("openapi.json", ["GET"], "ANONYMOUS"),
    "docs": ("docs", ["GET"], "ANONYMOUS"),
    "ui": ("ui", ["GET"], "ANONYMOUS"),
    "ui_file": ("ui/{version}/{*file}", ["GET"], "ANONYMOUS"),
}


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    monkeypatch.setenv("STORE_PATH", str(tmp_path / "store.sqlite3"))
    monkeypatch.setenv("MODEL_DIR", str(tmp_path))
    return importlib.import_module("main")


def test_the_setting_names_the_entry() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())
    assert sample["Values"]["PYTHON_SCRIPT_FILE_NAME"] == "main.py"
    assert (ROOT / "main.py").is_file()


def test_no_root_file_is_shadowed_by_the_package() -> None:
    assert not (ROOT / "function_app.py").exists()
    assert (ROOT / "function_app" / "__init__.py").is_file()


def test_the_entry_has_one_app(main: object) -> None:
    apps = [name for name in dir(main) if isinstance(getattr(main, name), func.FunctionApp)]
    assert apps == ["app"]


def test_every_function_has_its_route_methods_and_key(main: object) -> None:
    found, timers, queues = {}, {}, {}
    for function in main.app.get_functions():
        trigger = function.get_trigger().get_dict_repr()
        if trigger["type"] == "httpTrigger":
            methods = [str(method) for method in trigger["methods"]]
            found[function.get_function_name()] = (trigger["route"], methods, str(trigger["authLevel"]))
        elif trigger["type"] == "queueTrigger":
            queues[function.get_function_name()] = [
                (one["type"], one["name"], one["queueName"], one["connection"])
                for one in (binding.get_dict_repr() for binding in function.get_bindings())
            ]
        else:
            timers[function.get_function_name()] = trigger["schedule"]
    assert found == ROUTES
    assert timers == {"drift_check": "0 0 * * * *", "retention": "0 30 2 * * *"}
    assert queues == {
        "stream": [
            ("queue", "results", "tweet-sentiments", "AzureWebJobsStorage"),
            ("queueTrigger", "message", "tweets", "AzureWebJobsStorage"),
        ]
    }


def run_python(code: str, **environment: str) -> None:
    """Runs `code` in a process of its own; it must end well and say nothing."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_entry_loads_the_model_and_opens_nothing_else(tmp_path: Path) -> None:
    code = (
        "import threading, main\n"
        "from function_app.app import service\n"
        "[one.join() for one in threading.enumerate() if one.name == 'load-ahead']\n"
        "assert threading.active_count() == 1\n"
        "assert service._load_failure is not None\n"
        "assert service._predictor is None\n"
        "import sys\n"
        "assert {'opencensus', 'requests', 'azure.identity'}.isdisjoint(sys.modules)\n"
    )
    run_python(
        code,
        STORE_PATH=str(tmp_path / "deep" / "store.sqlite3"),
        MODEL_DIR=str(tmp_path / "none"),
        APPLICATIONINSIGHTS_CONNECTION_STRING="InstrumentationKey=0a1b2c3d-0000-4000-8000-0123456789ab",
    )
    assert list(tmp_path.iterdir()) == []


def test_the_app_predicts_where_only_serving_packages_are(bundle_folder: Path, tmp_path: Path) -> None:
    """Packages that an instance does not have are hidden, so that importing one of them fails."""
    code = (
        "import sys\n"
        "for name in ('onnx', 'tensorflow', 'keras', 'sklearn', 'pandas', 'scipy', 'waitress', 'croniter'):\n"
        "    sys.modules[name] = None\n"
        "import main\n"
        "from function_app.app import service\n"
        "from function_app.contract import PredictRequest\n"
        "assert service.predict(PredictRequest('love it')).label == 'positive'\n"
    )
    run_python(code, STORE_PATH=str(tmp_path / "store.sqlite3"), MODEL_DIR=str(bundle_folder))


def test_the_host_file_says_what_the_app_counts_on() -> None:
    host = json.loads((ROOT / "host.json").read_text())
    assert host["version"] == "2.0"
    assert host["extensions"]["http"] == {"routePrefix": "api", "dynamicThrottlesEnabled": False}
    assert host["extensions"]["queues"] == {
        "batchSize": 16,
        "newBatchThreshold": 8,
        "maxDequeueCount": 5,
        "maxPollingInterval": "00:00:02",
        "messageEncoding": "base64",
        "visibilityTimeout": "00:00:30",
    }
    assert host["concurrency"] == {"dynamicConcurrencyEnabled": False}
    assert host["functionTimeout"] == "00:05:00"
    assert host["extensionBundle"]["version"] == "[4.*, 5.0.0)"
    assert host["logging"]["applicationInsights"]["samplingSettings"] == {
        "isEnabled": True,
        "excludedTypes": "Request",
    }
