"""A bundle in MLflow's model registry, for scoring without a Functions app: on Spark, in a notebook."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from modulefinder import ModuleFinder
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from export import scorer
from export.errors import ExportError
from export.tracking import connect
from function_app.bundle import Bundle, read_bundle
from function_app.errors import BundleError
from function_app.predictor import Predictor

REGISTERED_SCORER = "tweet-sentiment-scorer"
NEWEST = "newest"
PACKAGES = ("msgspec", "numpy", "onnxruntime", "onnxruntime-extensions")
"""What scoring imports besides MLflow, which brings pandas with it."""

SIGNATURE = ModelSignature(
    inputs=Schema([ColSpec(DataType.string, scorer.TEXT)]),
    outputs=Schema(
        [
            ColSpec(DataType.string, "label"),
            ColSpec(DataType.double, "confidence"),
            ColSpec(DataType.double, "probability"),
            ColSpec(DataType.string, "model"),
        ]
    ),
)
EXAMPLE = pd.DataFrame({scorer.TEXT: ["great crew", "my bag is lost", ""]})
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class RegisteredScorer:
    """A version in the registry, and the bundle's own version that it scores with."""

    uri: str
    bundle: str


def register_scorer(folder: Path, *, name: str = REGISTERED_SCORER) -> RegisteredScorer:
    """Log the bundle in ``folder`` as a pyfunc, register it as ``name`` and move the alias `NEWEST` to it.

    Raises `ExportError` when the bundle is not whole, does not pass its self-test here, or when MLflow cannot
    be written.
    """
    try:
        bundle = read_bundle(folder)
        Predictor(bundle)
    except BundleError as error:
        raise ExportError(f"{folder}: {error.detail}") from error
    try:
        client = connect()
        mlflow.set_experiment(name)
        version = _log(folder, bundle, name)
        client.set_model_version_tag(name, version, "bundle", bundle.manifest.version)
        client.set_registered_model_alias(name, NEWEST, version)
    except (MlflowException, OSError) as error:
        raise ExportError(f"{mlflow.get_tracking_uri()} cannot be written: {error}") from error
    return RegisteredScorer(uri=f"models:/{name}/{version}", bundle=bundle.manifest.version)


def _log(folder: Path, bundle: Bundle, name: str) -> str:
    with TemporaryDirectory() as place, mlflow.start_run(run_name=bundle.manifest.version):
        data = Path(place) / "bundle"
        data.mkdir()
        for file in ("manifest.json", *bundle.manifest.files):
            shutil.copyfile(folder / file, data / file)
        logged = mlflow.pyfunc.log_model(
            name="scorer",
            loader_module=scorer.__name__,
            data_path=str(data),
            code_paths=[str(path) for path in _copy_code(Path(place) / "code")],
            pip_requirements=[f"{package}=={metadata.version(package)}" for package in PACKAGES],
            signature=SIGNATURE,
            input_example=EXAMPLE,
            registered_model_name=name,
        )
    return str(logged.registered_model_version)


def _copy_code(target: Path) -> list[Path]:
    """Copy what scoring imports of this repository; gives the packages' folders in ``target``."""
    for source in scoring_modules():
        copy = target / source.relative_to(_ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    return sorted(target.iterdir())


def scoring_modules() -> Iterator[Path]:
    """The files of this repository that `export.scorer` imports, directly or not, and itself."""
    finder = ModuleFinder(path=[str(_ROOT)])
    finder.import_hook(scorer.__name__)
    for module in finder.modules.values():
        file = getattr(module, "__file__", None)  # None: built in
        if file is not None:
            yield Path(file)
