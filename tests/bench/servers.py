"""What is asked for sentiments over HTTP: our functions, and what others serve such a model with."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from function_app.settings import SETTINGS
from tests.bench.texts import ROOT
from tests.function_app.running import AT_NEW_YEAR

PEERS = ROOT / ".venv-bench" / "bin"
MLSERVER = ROOT / ".venv-bench-mlserver" / "bin"
ONNX = ("onnxruntime", "onnxruntime-extensions", "numpy")
TENSORFLOW = ("keras", "tensorflow", "tensorflow-cpu", "onnx", *ONNX)
OURS, NOT_RECORDING = "our functions", "our functions, recording nothing"
KERAS = "FastAPI + Keras BiLSTM"
BATCHING = ", batching"
"""How the name of a server ends that joins requests."""

NOT_SETTINGS = ("AzureWebJobsStorage", "LOCAL_FUNCTION_KEY", "HOST")
"""What else the local host reads, but for PORT, which it is always given."""


def plain(text: str) -> bytes:
    """The request that all but MLServer take."""
    return json.dumps({"text": text}).encode()


def listed(text: str) -> bytes:
    """A request for a list of texts, which BentoML joins with others."""
    return json.dumps({"texts": [text]}).encode()


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
    """Our functions in the local host, with the defaults, a store of their own and no drift check."""
    return Server(
        name,
        (sys.executable, "-m", "function_app.localhost"),
        {
            "PORT": "{port}",
            "STORE_PATH": "{folder}/store.sqlite3",
            "DRIFT_SCHEDULE": AT_NEW_YEAR,
            **environment,
        },
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


def bentoml(name: str, module: str, body: Callable[[str], bytes] = plain) -> Server:
    """A service of BentoML."""
    return Server(
        name,
        (str(PEERS / "bentoml"), "serve", f"tests.bench.peers.{module}:Sentiment", "--port", "{port}"),
        {"BENTOML_HOME": "{folder}", "BENTOML_DO_NOT_TRACK": "True", "BENTOML_HOST": "127.0.0.1"},
        body=body,
        python=PEERS / "python",
        packages=("bentoml", *ONNX),
    )


def litserve(name: str, *options: str) -> Server:
    """A server of LitServe."""
    return Server(
        name,
        (str(PEERS / "python"), "-m", "tests.bench.peers.litserve_api", "{port}", *options),
        python=PEERS / "python",
        packages=("litserve", *ONNX),
    )


def mlserver(name: str, folder: str) -> Server:
    """MLServer with the model settings of the folder."""
    return Server(
        name,
        (str(MLSERVER / "mlserver"), "start", str(ROOT / "tests" / "bench" / "peers" / folder)),
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
    )


SERVERS = (
    ours(OURS),
    ours(NOT_RECORDING, PREDICTION_SAMPLE="0"),
    Server(
        "FastAPI + onnxruntime",
        uvicorn(PEERS / "python", "fastapi_onnx"),
        python=PEERS / "python",
        packages=("fastapi", "uvicorn[standard]", *ONNX),
    ),
    bentoml("BentoML", "bentoml_service"),
    bentoml(f"BentoML{BATCHING}", "bentoml_batching", body=listed),
    litserve("LitServe"),
    litserve(f"LitServe{BATCHING}", "batching"),
    mlserver("MLServer", "mlserver"),
    mlserver(f"MLServer{BATCHING}", "mlserver_batching"),
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
    return {**os.environ, **no_settings(), "PYTHONPATH": str(ROOT), **named}


def no_settings() -> dict[str, str]:
    """All settings empty: their defaults count, whatever a shell or local.settings.json says.

    The local host takes from that file only what no variable has, and an empty one takes its default.
    """
    return dict.fromkeys([*(setting.name for setting in SETTINGS), *NOT_SETTINGS], "")


def versions_of(server: Server) -> dict[str, str]:
    """The versions of the packages that are installed for the server, where it is run."""
    names = [name.partition("[")[0] for name in server.packages]
    done = subprocess.run(
        [str(server.python), "-c", _VERSIONS, *names], stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(json.loads(done.stdout))


_VERSIONS = """
import json, sys
from importlib import metadata
versions = {}
for name in sys.argv[1:]:
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(json.dumps(versions))
"""
