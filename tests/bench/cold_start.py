"""Cold start: from the start of a process to its first answer, what is imported on the way, and sizes."""

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from delivery.errors import DeliveryError
from delivery.package import build
from tests.bench.cores import measured_core, on
from tests.bench.processes import cpu_seconds, peak_mb
from tests.bench.results import Figure, Table
from tests.bench.running import ServerError, running
from tests.bench.servers import BATCHING, EMPTY, NOT_RECORDING, SERVERS, Server, no_settings
from tests.bench.texts import MODEL, ROOT
from tests.bench.whole_request import QUICK

ROUNDS, QUICK_ROUNDS = 5, 1
PACKAGES_SHOWN = 12
OUR_APP = "import function_app.app"
EMPTY_APP = "import azure.functions as func; func.FunctionApp()"
"""What any app imports, whatever its functions do."""
STEPS = """
import json, time
start = time.perf_counter()
taken = {}
def step(name):
    global start
    taken[name] = time.perf_counter() - start
    start = time.perf_counter()
from function_app.app import service
step("our modules and all that they import")
from function_app import bundle, predictor
read = bundle.read_bundle(service.settings.model_dir)
step("the bundle read and its hashes compared")
class Session(predictor.ort.InferenceSession):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        step("onnxruntime's session")
predictor.ort.InferenceSession = Session
predictor.Predictor(read)
step("a first run and the self-test")
print(json.dumps(taken))
"""


def tables(quick: bool = False) -> list[Table]:
    """First answers, steps of our start, imports, sizes."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    return [first_answers(quick, rounds), steps(rounds), imports(rounds), sizes(quick)]


def first_answers(quick: bool, rounds: int) -> Table:
    """Each server started anew in every round."""
    table = Table(
        "cold-start",
        "From the start of the process to the first answer",
        ("server", "first answer", "× the empty app", "CPU until then", "peak memory", "packages"),
        note="On one core, as an instance has; files are in the system's cache. Ratios are of a round. "
        "Memory is the most that each process of the server ever had, added up, so that what processes share "
        "counts once for each. “Packages” is what is installed for it, with all that it needs, without byte "
        "code.",
    )
    servers = [
        server
        for server in (EMPTY, *SERVERS)
        if server.name != NOT_RECORDING and not server.name.endswith(BATCHING)
    ]
    found: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for number in range(rounds):
        sys.stderr.write(f"cold start: round {number + 1} of {rounds}\n")
        for server in servers:
            if quick and server.name not in (*QUICK, EMPTY.name):
                continue
            if (reason := server.why_not()) is not None:
                sys.stderr.write(f"cold start: {server.name} is left out: {reason}\n")
                continue
            try:
                with running(server) as one:
                    pid = one.process.pid
                    found[server.name].append((one.first_answer, cpu_seconds(pid), peak_mb(pid)))
            except ServerError as error:
                sys.stderr.write(f"cold start: {server.name} is left out: {error}\n")
    empty = [seconds for seconds, _, _ in found[EMPTY.name]]
    for server in servers:
        measured = found.get(server.name, [])
        if len(measured) != rounds:
            continue
        seconds, cpu, memory = (list(column) for column in zip(*measured, strict=True))
        beside = [one / other for one, other in zip(seconds, empty, strict=False)]
        table.add(
            server.name,
            Figure.of(seconds, "s"),
            Figure.of(beside, "") if len(empty) == rounds else "—",
            Figure.of(cpu, "s"),
            f"{statistics.median(memory):.0f} MB",
            f"{installed_mb(server):,.0f} MB" if server.packages else "—",
        )
    return table


def steps(rounds: int) -> Table:
    """What our start consists of, in a fresh process each."""
    table = Table(
        "cold-start-steps",
        "Steps of our start",
        ("step", "milliseconds"),
        note="In a process of its own, without an HTTP server; Python itself comes before it.",
    )
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for name, seconds in json.loads(_python("-c", STEPS).stdout).items():
            found[name].append(1000 * seconds)
    for name, milliseconds in found.items():
        table.add(name, Figure.of(milliseconds, "ms"))
    return table


@dataclass
class Imports:
    """Milliseconds by module, one for each round, of what was imported after Python's own start."""

    taken: dict[str, list[float]]

    @classmethod
    def of(cls, code: str, rounds: int) -> "Imports":
        """What the code imports, in a fresh process each round."""
        taken: dict[str, list[float]] = defaultdict(list)
        for _ in range(rounds):
            for name, milliseconds in import_times(_python("-X", "importtime", "-c", code).stderr).items():
                taken[name].append(milliseconds)
        return cls(dict(taken))

    def packages(self) -> dict[str, list[str]]:
        """The modules of each package."""
        found: dict[str, list[str]] = defaultdict(list)
        for module in self.taken:
            found[package_of(module)].append(module)
        return dict(found)

    def figure(self, modules: Iterable[str]) -> Figure | None:
        """Of all these modules together; a round that did not import one counts nothing for it."""
        taken = [self.taken[module] for module in modules]
        sums = [sum(values) for values in itertools.zip_longest(*taken, fillvalue=0.0)]
        return Figure.of(sums, "ms") if sums else None


def imports(rounds: int) -> Table:
    """What `import function_app.app` imports, by package, beside what an app without functions does."""
    ours, empty = Imports.of(OUR_APP, rounds), Imports.of(EMPTY_APP, rounds)
    table = Table(
        "imports",
        "Imports of our app, by package",
        ("package", "modules", "milliseconds", "an empty FunctionApp"),
        note="Each module's own time as `python -X importtime` tells it, which makes imports slower; what "
        "Python imports for itself is left out.",
        kept={
            name: {module: statistics.median(taken) for module, taken in one.taken.items()}
            for name, one in (("our app", ours), ("an empty FunctionApp", empty))
        },
    )
    of_empty = empty.packages()
    figures = {name: (modules, ours.figure(modules)) for name, modules in ours.packages().items()}
    slowest = sorted(figures, key=lambda name: -_median(figures[name][1]))
    for name in slowest[:PACKAGES_SHOWN]:
        modules, figure = figures[name]
        table.add(name, len(modules), figure, empty.figure(of_empty.get(name, [])))
    table.add("all of them", len(ours.taken), ours.figure(ours.taken), empty.figure(empty.taken))
    return table


def import_times(listing: str) -> dict[str, float]:
    """Milliseconds by module, of what was imported after Python's own start."""
    lines = [line for line in listing.splitlines() if line.startswith("import time:") and "us]" not in line]
    names = [line.rpartition("|")[2].strip() for line in lines]
    begin = names.index("site") + 1 if "site" in names else 0
    taken: dict[str, float] = defaultdict(float)
    for line, name in zip(lines[begin:], names[begin:], strict=True):
        taken[name] += int(line.removeprefix("import time:").partition("|")[0]) / 1000
    return dict(taken)


def package_of(module: str) -> str:
    """The package that a module is counted with.

    >>> [package_of(name) for name in ("json.decoder", "azure.functions.http", "numpy._core")]
    ['standard library', 'azure.functions', 'numpy']
    """
    first, _, rest = module.partition(".")
    if first in sys.stdlib_module_names:
        return "standard library"
    return f"{first}.{rest.partition('.')[0]}" if first == "azure" and rest else first


def sizes(quick: bool) -> Table:
    """The deployment package and what is in it."""
    table = Table("sizes", "Sizes", ("what", "MB"))
    table.add("model.onnx", (MODEL / "model.onnx").stat().st_size / 1e6)
    if quick:
        return table
    sys.stderr.write("cold start: building the package\n")
    with tempfile.TemporaryDirectory() as folder:
        try:
            built = build(Path(folder) / "function-app.zip")
        except DeliveryError as error:
            sys.stderr.write(f"cold start: the package is left out: {error}\n")
            return table
        with zipfile.ZipFile(built.path) as file:
            unpacked = sum(one.file_size for one in file.infolist())
        table.add("function-app.zip, all that an instance gets", built.size_mb)
        table.add("the same unpacked, byte code included", unpacked / 1e6)
    return table


def installed_mb(server: Server) -> float:
    """What the server's packages take in its environment."""
    done = subprocess.run(
        [str(server.python), "-m", "tests.bench.sizes", *server.packages],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    return int(done.stdout) / 1e6


def _median(figure: Figure | None) -> float:
    return figure.median if figure else 0.0


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A fresh Python on the measured core, with a store of its own."""
    with tempfile.TemporaryDirectory() as folder, on(measured_core()):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **no_settings(), "STORE_PATH": str(Path(folder) / "store.sqlite3")},
            capture_output=True,
            text=True,
            check=True,
        )
