"""How fast and how large the shipped model is: ``python -m tests.bench.speed``.

One thread, one process. Texts are those of tests/corpus; to reach a length in tokens, some are joined. Every
figure is the median of several rounds, so that other work on the machine counts little; one process for each
round tells what loading takes there.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from function_app.bundle import read_bundle
from function_app.explanation import explain
from function_app.predictor import Predictor
from tests.bench.texts import MODEL, ROOT, corpus, repeated, texts_of

LENGTHS = (8, 24, 60)
BATCH = 1000
EXPLAINED = 24
"""Tokens of the texts that are explained."""


@dataclass(frozen=True)
class Latency:
    """Milliseconds that half, and 99 in 100, of the calls stay below."""

    p50: float
    p99: float


@dataclass(frozen=True)
class Load:
    """Seconds from the first import to a model that has tested itself; the process's peak memory in MB."""

    seconds: float
    peak_mb: float


def latency(call: Callable[[str], object], texts: Sequence[str], rounds: int) -> Latency:
    """Of `call` on each text, one after the other; the medians of the rounds."""
    p50, p99 = [], []
    call(texts[0])
    for _ in range(rounds):
        taken = []
        for text in texts:
            start = time.perf_counter()
            call(text)
            taken.append(1000 * (time.perf_counter() - start))
        cut = statistics.quantiles(taken, n=100, method="inclusive")
        p50.append(cut[49])
        p99.append(cut[98])
    return Latency(statistics.median(p50), statistics.median(p99))


def texts_a_second(model: Predictor, rounds: int) -> float:
    """In batches of `BATCH`."""
    batch = repeated(corpus(), BATCH)
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        model.predict(batch)
        taken.append(time.perf_counter() - start)
    return BATCH / statistics.median(taken)


def loads(rounds: int) -> Load:
    """What a fresh process needs; the medians of the rounds."""
    code = (
        "import time; start = time.perf_counter()\n"
        "import json\n"
        "from pathlib import Path\n"
        "from function_app.bundle import read_bundle\n"
        "from function_app.predictor import Predictor\n"
        "Predictor(read_bundle(Path('function_app/model')))\n"
        "seconds = time.perf_counter() - start\n"
        "status = Path('/proc/self/status').read_text().splitlines()\n"
        "peak = next(line for line in status if line.startswith('VmHWM:'))\n"
        "print(json.dumps({'seconds': seconds, 'peak_mb': int(peak.split()[1]) / 1000}))\n"
    )
    found = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
            ).stdout
        )
        for _ in range(rounds)
    ]
    return Load(
        statistics.median(one["seconds"] for one in found), statistics.median(one["peak_mb"] for one in found)
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print, one figure a line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.speed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default: %(default)s")
    rounds = parser.parse_args(arguments).rounds
    model = Predictor(read_bundle(MODEL))
    lines = {
        f"{tokens} tokens": latency(lambda text: model.predict([text]), texts_of(tokens, model), rounds)
        for tokens in LENGTHS
    }
    lines[f"{EXPLAINED} tokens, explained"] = latency(
        lambda text: explain(model, text), texts_of(EXPLAINED, model), rounds
    )
    for name, found in lines.items():
        _say(f"{name:<22} p50 {found.p50:8.2f} ms   p99 {found.p99:8.2f} ms")
    _say(f"{f'batches of {BATCH:,}':<22} {texts_a_second(model, rounds):,.0f} texts/s")
    if Path("/proc/self/status").exists():
        load = loads(rounds)
        _say(f"{'load':<22} {load.seconds:.2f} s; the process holds {load.peak_mb:,.0f} MB at most")
    _say(f"{'model.onnx':<22} {(MODEL / 'model.onnx').stat().st_size / 1e6:.1f} MB")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
