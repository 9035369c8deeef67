"""Runs every method over every stream of every scenario."""

import multiprocessing
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from training.drift_study.methods import Method
from training.drift_study.outcomes import Outcome, Result, outcome, result
from training.drift_study.scenario import Scenario

CHUNK = 4
"""Streams that a process is given at once."""

Chunk = tuple[Scenario, int, Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What all streams of a scenario say about each method."""

    scenario: Scenario
    streams: int
    outcomes: list[Outcome]


def generator(scenario: Scenario, *, seed: int, number: int) -> np.random.Generator:
    """The randomness of one stream: it does not depend on which others run, nor in which order."""
    return np.random.default_rng([seed, zlib.crc32(scenario.name.encode()), number])


def run(
    scenarios: Sequence[Scenario], methods: Sequence[Method], *, streams: int, seed: int, jobs: int
) -> list[Finding]:
    """Draws `streams` streams a scenario (times its weight) and lets every method judge them."""
    numbers = {scenario.name: range(max(1, round(streams * scenario.weight))) for scenario in scenarios}
    chunks: list[Chunk] = [
        (scenario, seed, numbers[scenario.name][start : start + CHUNK])
        for scenario in scenarios
        for start in range(0, len(numbers[scenario.name]), CHUNK)
    ]
    results: dict[str, list[list[Result]]] = {scenario.name: [] for scenario in scenarios}
    with (
        _mapping(methods, chunks, jobs) as found,
        tqdm(total=sum(map(len, numbers.values())), unit=" streams", disable=None) as progress,
    ):
        for (scenario, _, chunk), rows in zip(chunks, found, strict=True):
            progress.set_postfix_str(scenario.name)
            results[scenario.name] += rows
            progress.update(len(chunk))
    return [
        Finding(
            scenario=scenario,
            streams=len(results[scenario.name]),
            outcomes=[
                outcome(method.name, [row[column] for row in results[scenario.name]])
                for column, method in enumerate(methods)
            ],
        )
        for scenario in scenarios
    ]


def _judge(methods: Sequence[Method], chunk: Chunk) -> list[list[Result]]:
    """One row a stream, one result a method."""
    scenario, seed, numbers = chunk
    drawn = (scenario.make(generator(scenario, seed=seed, number=number)) for number in numbers)
    return [
        [result(method.verdicts(stream, to_the_end=False), stream) for method in methods] for stream in drawn
    ]


@contextmanager
def _mapping(
    methods: Sequence[Method], chunks: Sequence[Chunk], jobs: int
) -> Iterator[Iterator[list[list[Result]]]]:
    if jobs == 1:
        yield (_judge(methods, chunk) for chunk in chunks)
        return
    # Forked, so that the pools are shared rather than sent.
    context = multiprocessing.get_context("fork")
    work: Callable[[int], list[list[Result]]] = _Work(methods, chunks)
    with ProcessPoolExecutor(jobs, context, initializer=_take, initargs=(work,)) as workers:
        yield workers.map(_do, range(len(chunks)))


class _Work:
    def __init__(self, methods: Sequence[Method], chunks: Sequence[Chunk]) -> None:
        self._methods, self._chunks = methods, chunks

    def __call__(self, number: int) -> list[list[Result]]:
        return _judge(self._methods, self._chunks[number])


_work: Callable[[int], list[list[Result]]]


def _take(work: Callable[[int], list[list[Result]]]) -> None:
    global _work  # noqa: PLW0603 - a process's own
    _work = work


def _do(number: int) -> list[list[Result]]:
    return _work(number)
