"""What is asked for sentiments over HTTP: our functions, and what others serve such a model with."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.texts import ROOT

PEERS = ROOT / ".venv-bench" / "bin"
MLSERVER = ROOT / ".venv-bench-mlserver" / "bin"
ONNX = ("onnxruntime", "onnxruntime-extensions", "numpy")
TENSORFLOW = ("keras", "tensorflow", "tensorflow-cpu", "onnx", *ONNX)
OURS, NOT_RECORDING = "our functions", "our functions, recording nothing"
KERAS = "FastAPI + Keras BiLSTM"


def plain(text: str) -> bytes:
    """The request that all but MLServer take."""
    return json.dumps({"text": text}).encode()


def v2(text: str) -> bytes:
    """A request in the V2 inference protocol."""
    given = {"name": "text", "shape": [1], "datatype": "BYTES", "data": [text]}
    return json.dumps({"inputs": [given]}).encode()


@dataclass(frozen=True)
class Server:
    """One kind of server. ``{port}`` and ``{folder}``, a temporary one, stand in command and environment.

    `same_model` says whether it serves the shipped ``model.onnx`` and must give its probabilities. `packages`
    are what is installed for it, in the environment of `python`.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    path: str = "/predict"
    body: Callable[[str], bytes] = plain
    same_model: bool = True
    python: Path = Path(sys.executable)
    packages: tuple[str, ...] = ()

    def why_not(self) -> str | None:
        """Why it cannot be started here; None where it can."""
        program = Path(self.command[0])
        return None if program.exists() else f"{program.relative_to(ROOT)} is missing (make bench-setup)"


def ours(name: str, **environment: str) -> Server:
    """Our functions in the local host, with the defaults and a store of their own."""
    return Server(
        name,
        (sys.executable, "-m", "function_app.localhost"),
        {"PORT": "{port}", "STORE_PATH": "{folder}/store.sqlite3", **environment},
        path="/api/predict",
        packages=serving_packages(),
    )


def serving_packages() -> tuple[str, ...]:
    """What requirements.txt names."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.partition("==")[0] for line in lines if "==" in line and not line.startswith("#"))


def uvicorn(program: Path, module: str) -> tuple[str, ...]:
    """The command of a FastAPI application that one process serves."""
    return (
        str(program),
        "-m",
        "uvicorn",
        "--factory",
        f"tests.bench.peers.{module}:create",
        "--port",
        "{port}",
    )


def keras(name: str, network: str) -> Server:
    """FastAPI with a network of Keras."""
    environment = {"BENCH_NETWORK": network, "TF_CPP_MIN_LOG_LEVEL": "2"}
    packages = ("fastapi", "uvicorn", *TENSORFLOW)
    command = uvicorn(Path(sys.executable), "fastapi_keras")
    return Server(name, command, environment, same_model=False, packages=packages)


SERVERS = (
    ours(OURS),
    ours(NOT_RECORDING, PREDICTION_SAMPLE="0"),
    Server(
        "FastAPI + onnxruntime",
        uvicorn(PEERS / "python", "fastapi_onnx"),
        python=PEERS / "python",
        packages=("fastapi", "uvicorn[standard]", *ONNX),
    ),
    Server(
        "BentoML",
        (str(PEERS / "bentoml"), "serve", "tests.bench.peers.bentoml_service:Sentiment", "--port", "{port}"),
        {"BENTOML_HOME": "{folder}", "BENTOML_DO_NOT_TRACK": "True", "BENTOML_HOST": "127.0.0.1"},
        python=PEERS / "python",
        packages=("bentoml", *ONNX),
    ),
    Server(
        "LitServe",
        (str(PEERS / "python"), "-m", "tests.bench.peers.litserve_api", "{port}"),
        python=PEERS / "python",
        packages=("litserve", *ONNX),
    ),
    Server(
        "MLServer",
        (str(MLSERVER / "mlserver"), "start", str(ROOT / "tests" / "bench" / "peers" / "mlserver")),
        {
            "MLSERVER_HOST": "127.0.0.1",
            "MLSERVER_HTTP_PORT": "{port}",
            "MLSERVER_GRPC_PORT": "{port2}",
            "MLSERVER_METRICS_PORT": "{port3}",
            "MLSERVER_PARALLEL_WORKERS": "0",
        },
        path="/v2/models/sentiment/infer",
        body=v2,
        python=MLSERVER / "python",
        packages=("mlserver", *ONNX),
    ),
    keras(KERAS, "bilstm"),
    keras("FastAPI + Keras transformer", "transformer"),
)
TRIVIAL = Server(
    "answering at once",
    (sys.executable, "-m", "tests.bench.peers.trivial", "{port}"),
    same_model=False,
)
EMPTY = Server(
    "an empty FunctionApp in our local host",
    (sys.executable, "-m", "tests.bench.peers.empty", "{port}"),
    path="/api/predict",
    same_model=False,
)


def environment_of(server: Server, **values: str) -> dict[str, str]:
    """The variables that the server is started with; of ours only what it names, so that defaults count."""
    named = {name: value.format(**values) for name, value in server.environment.items()}
    return {**os.environ, "PYTHONPATH": str(ROOT), **named}
