"""The registered scorer runs where there is neither this repository nor a training framework."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.function_app.handmade import VERSION, write_bundle

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = """
import json, sys
import mlflow.pyfunc
import pandas as pd

scorer = mlflow.pyfunc.load_model(sys.argv[1])
table = scorer.predict(pd.DataFrame({"text": ["I love it", None, "worst"]}))
print(json.dumps({
    "rows": json.loads(table.to_json(orient="records", double_precision=15)),
    "files": [module.__file__ for name, module in sys.modules.items() if name.startswith("function_app")],
    "frameworks": sorted({"tensorflow", "keras", "sklearn", "tf2onnx", "training"} & set(sys.modules)),
}))
"""


@dataclass(frozen=True)
class Registry:
    """An MLflow database of its own, beside a bundle made by hand."""

    folder: Path

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        uri = {"MLFLOW_TRACKING_URI": f"sqlite:///{self.folder}/mlflow.db"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**own, **uri, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def register(self, bundle: Path) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "export", "register", "--bundle", str(bundle), PYTHONPATH=str(ROOT))

    def logged(self) -> Path:
        (description,) = self.folder.rglob("MLmodel")
        return description.parent


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    made = Registry(tmp_path_factory.mktemp("registry"))
    done = made.register(write_bundle(made.folder / "bundle"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"models:/tweet-sentiment-scorer/1: {VERSION}\n"
    return made


def test_it_scores_from_the_logged_files_alone(registry):
    done = registry.python("-c", ELSEWHERE, "models:/tweet-sentiment-scorer@newest")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [row["label"] for row in found["rows"]] == ["positive", "", "negative"]
    expected = Predictor(read_bundle(registry.folder / "bundle")).predict(["I love it", "worst"]).probability
    scored = [row["probability"] for row in found["rows"]]
    assert scored == [pytest.approx(expected[0], abs=1e-9), None, pytest.approx(expected[1], abs=1e-9)]
    assert {Path(file).parent for file in found["files"]} == {registry.logged() / "code" / "function_app"}
    assert found["frameworks"] == []


def test_its_requirements_are_the_serving_packages_as_pinned(registry):
    pinned = set((ROOT / "requirements.txt").read_text().splitlines())
    required = (registry.logged() / "requirements.txt").read_text().splitlines()
    own = [line for line in required if not line.startswith("mlflow")]
    names = [line.partition("==")[0] for line in own]
    assert names == ["msgspec", "numpy", "onnxruntime", "onnxruntime-extensions"]
    assert set(own) <= pinned


def test_the_app_itself_does_not_travel(registry):
    code = registry.logged() / "code"
    shipped = {path.relative_to(code).as_posix() for path in code.rglob("*.py")}
    assert {"export/scorer.py", "function_app/predictor.py", "function_app/bundle.py"} <= shipped
    assert not {"function_app/app.py", "function_app/service.py", "export/registration.py"} & shipped


def test_a_logged_model_that_was_changed_is_refused(registry):
    model = registry.logged() / "data" / "bundle" / "model.onnx"
    whole = model.read_bytes()
    model.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        done = registry.python("-c", ELSEWHERE, str(registry.logged()))
    finally:
        model.write_bytes(whole)
    assert done.returncode != 0
    assert "BundleError: model.onnx" in done.stderr


def test_a_bundle_that_is_not_whole_is_not_registered(registry, tmp_path):
    bundle = write_bundle(tmp_path / "bundle")
    (bundle / "reference.json").unlink()
    done = registry.register(bundle)
    assert done.returncode == 2
    assert "reference.json" in done.stderr.splitlines()[-1]
