"""Whole requests: our functions in the local host beside what others serve such a model with.

All servers are started, each held to the same core; the clients have the others. In a round every server is
asked in turn, so that other work on the machine meets all of them, and the others rest meanwhile: some are
busy even when nobody asks them. A ratio compares two servers in one round.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.cores import measured_core, on, other_cores
from tests.bench.load import Found, Job
from tests.bench.processes import awake, cpu_seconds, peak_mb, resume
from tests.bench.results import Figure, Table
from tests.bench.running import Running, ServerError, running
from tests.bench.servers import BATCHING, KERAS, NOT_RECORDING, OURS, SERVERS, TRIVIAL, Server, no_settings
from tests.bench.texts import ROOT, corpus

CLIENTS = (1, 8, 32)
ROUNDS, QUICK_ROUNDS = 3, 1
SECONDS, QUICK_SECONDS = 4.0, 1.0
QUICK = (OURS, "FastAPI + onnxruntime")
WARM_UP_SECONDS = 1.0
FEWEST = 200
"""Answers of a round below which its slowest twentieth and hundredth are little but its slowest answers."""
TOLERANCE = 1e-3
"""How far a probability of the same model may be from ours."""
DIRECT = "our function called directly, no HTTP"


@dataclass(frozen=True)
class Round:
    """What a round found of a server: `p50` and so on in milliseconds, `cpu` in milliseconds a request.

    `p95` and `p99` are None of fewer than `FEWEST` answers, `p50` of none.
    """

    throughput: float
    p50: float | None
    p95: float | None
    p99: float | None
    errors: int
    cpu: float

    @classmethod
    def of(cls, found: Found, cpu: float) -> "Round":
        """The figures of a generator's answers and the seconds of CPU that they took."""
        count = len(found.milliseconds)
        shares = percentiles(found.milliseconds, 50, 95, 99)
        told = [
            share if count >= fewest else None
            for share, fewest in zip(shares, (1, FEWEST, FEWEST), strict=True)
        ]
        return cls(count / found.seconds, *told, found.errors, 1000 * cpu / max(count, 1))


@dataclass(frozen=True)
class Asked:
    """Something that answers: how it is asked, and the process that does the work."""

    name: str
    pid: int
    ask: Callable[[Job], Found]
    port: int
    path: str
    bodies: list[str]

    def round(self, clients: int, seconds: float) -> Round:
        """So many clients for so many seconds."""
        before = cpu_seconds(self.pid)
        found = self.ask(Job(self.port, self.path, self.bodies, clients, seconds))
        return Round.of(found, cpu_seconds(self.pid) - before)


def tables(quick: bool = False) -> list[Table]:
    """A table for each number of clients."""
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if quick else (ROUNDS, SECONDS)
    texts = corpus()
    servers = [server for server in (*SERVERS, TRIVIAL) if not quick or server.name in (*QUICK, TRIVIAL.name)]
    found: dict[tuple[int, str], list[Round]] = {}
    with ExitStack() as stack:
        asked = [*_started(servers, texts, stack), stack.enter_context(_direct(texts))]
        for one in asked:
            with awake(one.pid):
                one.round(2, WARM_UP_SECONDS)
        for number in range(rounds):
            for clients in CLIENTS:
                sys.stderr.write(f"requests: round {number + 1} of {rounds}, {clients} clients\n")
                for one in asked:
                    with awake(one.pid):
                        found.setdefault((clients, one.name), []).append(one.round(clients, seconds))
        memory = {one.name: peak_mb(one.pid) for one in asked}
    return [_table(clients, found, memory) for clients in CLIENTS]


def percentiles(values: Sequence[float], *shares: int) -> list[float]:
    """What so many in a hundred of the values stay at or below, between two values in proportion.

    >>> percentiles([1.0, 2.0, 3.0, 4.0, 5.0], 50, 95)
    [3.0, 4.8]
    """
    if len(values) < 2:
        return [values[0] if values else float("nan")] * len(shares)
    cut = statistics.quantiles(values, n=100, method="inclusive")
    return [round(cut[share - 1], 9) for share in shares]


def generate(job: Job) -> Found:
    """Let the load generator do the job, on cores of its own."""
    with on(other_cores()):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.load"],
            cwd=ROOT,
            input=json.dumps(asdict(job)),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return Found(**json.loads(done.stdout))


def _started(servers: Sequence[Server], texts: Sequence[str], stack: ExitStack) -> Iterator[Asked]:
    """The servers that can be started here; of the others is said why not."""
    expected: list[float] = []
    for server in servers:
        reason = server.why_not()
        if reason is None:
            try:
                started = stack.enter_context(running(server))
            except ServerError as error:
                reason = str(error)
        if reason is not None:
            sys.stderr.write(f"requests: {server.name} is left out: {reason}\n")
            continue
        if server.same_model:
            expected = expected or [started.probability(text) for text in texts[:10]]
            _check(started, texts[:10], expected)
        bodies = [server.body(text).decode() for text in texts]
        yield Asked(server.name, started.process.pid, generate, started.port, server.path, bodies)


def _check(started: Running, texts: Sequence[str], expected: Sequence[float]) -> None:
    for text, right in zip(texts, expected, strict=True):
        if abs(started.probability(text) - right) > TOLERANCE:
            raise ServerError(f"{started.server.name} does not give the probabilities of the shipped model")


@contextmanager
def _direct(texts: Sequence[str]) -> Iterator[Asked]:
    """Our function in a process of its own, with a store of its own."""
    with TemporaryDirectory() as folder, on(measured_core()):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.direct"],
            cwd=ROOT,
            env={**os.environ, **no_settings(), "STORE_PATH": str(Path(folder) / "store.sqlite3")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        reading: Any = process.stdout
        writing: Any = process.stdin

        def ask(job: Job) -> Found:
            writing.write(json.dumps(asdict(job)) + "\n")
            writing.flush()
            return Found(**json.loads(reading.readline()))

        bodies = [json.dumps({"text": text}) for text in texts]
        try:
            yield Asked(DIRECT, process.pid, ask, 0, "/api/predict", bodies)
        finally:
            resume(process.pid)
            writing.close()
            process.wait()
            reading.close()


def _table(clients: int, found: dict[tuple[int, str], list[Round]], memory: dict[str, float]) -> Table:
    table = Table(
        f"requests-{clients}",
        f"Whole requests, {clients} client{'s' if clients > 1 else ''}",
        (
            "server",
            "requests/s",
            "× FastAPI + Keras",
            "× ours",
            "p50",
            "p95",
            "p99",
            "errors",
            "CPU a request",
            "peak memory",
        ),
        note=ABOUT if clients == max(CLIENTS) else "",
    )
    for name, peak in memory.items():
        rounds = found[clients, name]
        table.add(
            name,
            Figure.of([one.throughput for one in rounds], ""),
            _beside(rounds, found.get((clients, KERAS))),
            _beside(rounds, found.get((clients, OURS))),
            _latency([one.p50 for one in rounds]),
            _latency([one.p95 for one in rounds]),
            _latency([one.p99 for one in rounds]),
            sum(one.errors for one in rounds),
            Figure.of([one.cpu for one in rounds], "ms"),
            f"{peak:.0f} MB",
        )
    return table


def _latency(values: Sequence[float | None]) -> Figure | None:
    """None where a round does not tell it."""
    told = [value for value in values if value is not None]
    return Figure.of(told, "ms") if len(told) == len(values) else None


def _beside(rounds: Sequence[Round], others: Sequence[Round] | None) -> Figure | str:
    if others is None:
        return "—"
    if not all(other.throughput for other in others):
        return "—"
    ratios = [one.throughput / other.throughput for one, other in zip(rounds, others, strict=True)]
    return Figure.of(ratios, "")


ABOUT = (
    "Each server has one core, as an instance has, and the clients the others; texts are those of "
    "tests/corpus, connections are kept open, and a server rests while another is asked. All but the "
    "Keras rows serve the shipped `model.onnx` with one thread of onnxruntime. Our functions record "
    f"every prediction, as by default, and with `PREDICTION_SAMPLE=0` in the row “{NOT_RECORDING}”; "
    "the others record nothing. Who batches: our functions, which join what waits while the model "
    f"computes and never wait for more, and the rows that end in “{BATCHING.strip(', ')}”, with the "
    "server's own adaptive batching: up to 32 requests; LitServe and MLServer wait up to 1 ms for "
    "more, BentoML finds out itself how long. No other row does. LitServe always has two processes "
    "for a model. MLServer is asked in its V2 protocol, and BentoML, where it batches, with a list of "
    f"one text. “{TRIVIAL.name}” is the most that the load generator can find; the last row has no "
    "HTTP and no local host, which in Azure is the Functions host's part; it handles as many requests "
    "at once as `PYTHON_THREADPOOL_THREAD_COUNT` says by default, and clients beyond wait, as in the "
    "host. Median of the rounds, with the lowest and the highest; ratios are of the same round. p95 "
    f"and p99 are told of no server that gave fewer than {FEWEST} answers in a round. Memory is the "
    "most so far, with any number of clients: of each process of the server the most that it ever "
    "had, added up, so that what processes share counts once for each."
)
