"""What a bundle takes: size, start, memory, latency, throughput. `python -m training.assessment.cost BUNDLE`.

Only what serves is imported before measuring, so that memory is that of an instance's model and nothing
else's.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

import msgspec
import numpy as np

from function_app.bundle import MODEL, read_bundle
from function_app.command_line import guarded, positive
from function_app.predictor import Predictor
from training.assessment.record import Cost, Latency

SERVED = Path(__file__).resolve().parents[2] / "function_app" / "model"
LENGTHS = (5, 10, 24, 50)
BATCH = 64
TEXTS = 20
"""Different texts of each length, in turn."""
ROUNDS = 5
SENTENCE = (
    "we waited at the gate for hours and nobody said a word until the crew came by with water and a smile "
    "so it was not that bad after all but my bag is still lost and the phone line is busy again today"
)


class CostError(Exception):
    """The process that measures did not end well; the message is its last line."""


def measure(folder: Path, *, rounds: int = ROUNDS) -> Cost:
    """Measure the bundle in ``folder`` in a process of its own.

    Raises `CostError`.
    """
    root = str(Path(__file__).resolve().parents[2])
    known = os.environ.get("PYTHONPATH")
    done = subprocess.run(  # noqa: S603
        [
            sys.executable,
            "-m",
            "training.assessment.cost",
            str(folder.resolve()),
            "--json",
            "--rounds",
            str(rounds),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([root, *([known] if known else [])])},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CostError(
            (done.stderr.strip().splitlines() or ["the measuring process ended without a word"])[-1]
        )
    return msgspec.json.decode(done.stdout, type=Cost)


def measured(folder: Path, *, rounds: int = ROUNDS) -> Cost:
    """Measure the bundle in this process, one thread, session options as in the app.

    Other work on the machine only ever adds time, so lengths are measured in turn, ``rounds`` times over,
    and the round with the lowest median stands for each. Raises `BundleError`.
    """
    started = time.perf_counter()
    predictor = Predictor(read_bundle(folder))
    predictor.probability(["the first text"])
    load = time.perf_counter() - started
    texts = {tokens: _texts(predictor, tokens) for tokens in LENGTHS}
    times = {tokens: [_times(predictor, texts[tokens]) for _ in range(2)][1:] for tokens in LENGTHS}
    for _ in range(rounds - 1):
        for tokens in LENGTHS:
            times[tokens].append(_times(predictor, texts[tokens]))
    latency = []
    for tokens, of_rounds in times.items():
        quietest = min(of_rounds, key=lambda one: float(np.median(one)))
        p50, p99 = np.quantile(quietest, (0.5, 0.99)) * 1e3
        latency.append(Latency(tokens=tokens, p50=float(p50), p99=float(p99)))
    mixed = list(islice(cycle([text for of_length in texts.values() for text in of_length]), BATCH))
    batch = min(_seconds(predictor, mixed) for _ in range(2 * rounds))
    return Cost(
        bytes=(folder / MODEL).stat().st_size,
        load_ms=load * 1e3,
        peak_mb=_peak_bytes() / 1e6,
        latency=latency,
        batch_texts_per_second=BATCH / batch,
    )


def table(cost: Cost) -> str:
    """For a person."""
    lines = [
        f"{'model.onnx':<34}{cost.bytes / 1e6:10.2f} MB",
        f"{'load, to the first answer':<34}{cost.load_ms:10.0f} ms",
        f"{'memory of the process, at its peak':<34}{cost.peak_mb:10.0f} MB",
        *(
            f"{f'one text of {one.tokens} tokens':<34}{one.p50:10.3f} ms   99 in 100 below {one.p99:.3f} ms"
            for one in cost.latency
        ),
        f"{f'in batches of {BATCH}':<34}{cost.batch_texts_per_second:10,.0f} texts/s",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what a bundle takes; 0, or 2 with one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m training.assessment.cost", description=__doc__)
    parser.add_argument("bundle", nargs="?", type=Path, default=SERVED, help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--rounds", type=positive, default=ROUNDS, metavar="N", help="default: %(default)s")
    options = parser.parse_args(arguments)

    def work() -> None:
        cost = measured(options.bundle, rounds=options.rounds)
        sys.stdout.write((msgspec.json.encode(cost).decode() if options.json else table(cost)) + "\n")

    return guarded(work, debug=False)


def _texts(predictor: Predictor, tokens: int) -> list[str]:
    """Texts that the model reads as so many tokens, or as near as whole words come."""
    return [_text(predictor, tokens, first) for first in range(TEXTS)]


def _text(predictor: Predictor, tokens: int, first: int) -> str:
    """No word is less than a token, and these common ones are hardly ever two."""
    words = list(islice(cycle(SENTENCE.split()), first, first + tokens))
    texts = [" ".join(words[:count]) for count in range(max(1, tokens // 2), tokens + 1)]
    long_enough = np.flatnonzero(predictor.predict(texts).tokens >= tokens)
    return texts[long_enough[0] if len(long_enough) else -1]


def _times(predictor: Predictor, texts: list[str]) -> list[float]:
    """Seconds of each of a hundred single texts and more."""
    return [_seconds(predictor, [text]) for _ in range(5) for text in texts]


def _seconds(predictor: Predictor, texts: list[str]) -> float:
    started = time.perf_counter()
    predictor.probability(texts)
    return time.perf_counter() - started


def _peak_bytes() -> int:
    """Linux counts the memory of the parent process in `getrusage` of one that it has just started."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    sys.exit(main())
