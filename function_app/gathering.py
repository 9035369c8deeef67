"""Runs of the model that serve several requests at once: what waits while one run computes is the next one.

A request that comes alone is computed at once, in its own thread: nobody ever waits for others to come. When
requests come faster than they are computed, the texts of several make one run, which takes less time than
runs of their own, and as many runs compute at a time as there are cores, so that none slows down another.
"""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[np.object_]
Values = list[NDArray[Any]]
Run = Callable[[Texts, Sequence[str]], Values]

LIKE_CHARACTERS = 40
"""Texts run together whose lengths differ by no more: longer padding costs what joining saves."""


@dataclass(eq=False)
class _Work:
    """The texts of one call, and what becomes of them.

    `turn` is set when they are computed, or when this thread shall compute all of `together`.
    """

    texts: Texts
    outputs: Sequence[str]
    characters: int
    turn: threading.Event = field(default_factory=threading.Event)
    together: "list[_Work]" = field(default_factory=list)
    values: Values = field(default_factory=list)
    error: Exception | None = None


class Gathering:
    """Calls `run` for any number of threads, at most `at_once` of them at a time.

    `run` is given texts (N,) and the names of outputs, and gives an array (N, …) for each. Texts of several
    calls may be in one run, up to `most_characters`: texts times the characters that `counted` tells of the
    longest.
    """

    def __init__(
        self, run: Run, *, at_once: int, most_characters: int, counted: Callable[[str], int]
    ) -> None:
        self._run = run
        self._most = most_characters
        self._counted = counted
        self._places = at_once
        self._waiting: list[_Work] = []
        self._changing = threading.Lock()

    def __call__(self, texts: Texts, outputs: Sequence[str]) -> Values:
        """What `run` gives for these texts; raises what it raises for them."""
        work = _Work(texts, outputs, max(map(self._counted, texts), default=0))
        with self._changing:
            if self._places:
                self._places -= 1
                work.together = [work]
            else:
                self._waiting.append(work)
        if not work.together:
            work.turn.wait()
        if work.together:
            try:
                self._compute(work.together)
            finally:
                self._pass_on()
                work.together = []  # it holds `work` itself, and with it the texts
        if work.error is not None:
            raise work.error
        return work.values

    def _compute(self, together: list[_Work]) -> None:
        try:
            if len(together) == 1:
                together[0].values = self._run(together[0].texts, together[0].outputs)
            else:
                self._compute_as_one(together)
        except Exception as error:  # noqa: BLE001 - raised again in the thread whose texts they are
            if len(together) == 1:
                together[0].error = error
            else:
                for work in together:
                    self._compute([work])
        finally:
            for work in together[1:]:
                work.turn.set()

    def _compute_as_one(self, together: list[_Work]) -> None:
        found = self._run(np.concatenate([work.texts for work in together]), together[0].outputs)
        start = 0
        for work in together:
            end = start + len(work.texts)
            work.values = [values[start:end] for values in found]
            start = end

    def _pass_on(self) -> None:
        """Gives this thread's place to whoever waits longest, with those that run together with it."""
        with self._changing:
            if not self._waiting:
                self._places += 1
                return
            first = self._waiting[0]
            together: list[_Work] = []
            texts, longest = 0, 0
            for work in self._waiting:
                joined = (texts + len(work.texts)) * max(longest, work.characters)
                if work is first or (self._is_like(work, first) and joined <= self._most):
                    together.append(work)
                    texts, longest = texts + len(work.texts), max(longest, work.characters)
            self._waiting = [work for work in self._waiting if work not in together]
        first.together = together
        first.turn.set()

    def _is_like(self, work: _Work, first: _Work) -> bool:
        return work.outputs == first.outputs and abs(work.characters - first.characters) <= LIKE_CHARACTERS


def usable_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
