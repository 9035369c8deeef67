"""Thousands of hostile requests: no answer is a fault of ours, and the store holds what was acknowledged."""

import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.chaos.hostile.attack import Attack
from tests.chaos.hostile.exchange import Answer, exchange, faults
from tests.chaos.hostile.stream import attacks
from tests.chaos.hostile.valid import MARK
from tests.chaos.kept import Kept, kept_in_file
from tests.chaos.record import Record
from tests.chaos.trial import Trial
from tests.function_app.running import RunningHost

FULL, QUICK = 10_000, 300
SENDERS = 4
BOUND_SECONDS = 5.0

MOST_MORE_MIB = 128
"""By so much the host may grow at most, at its largest."""

MOST_SLOWER = 3.0
READING = ("health", "model", "openapi.json", "docs", "ui", "drift", "alerts")
"""What is asked for afterwards: records that got in must be readable."""


@dataclass
class Tally:
    """What the answers were, and what they said is kept."""

    answers: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    predictions: set[str] = field(default_factory=set)
    durable: set[str] = field(default_factory=set)
    longest: float = 0.0

    def take(self, attack: Attack, answers: Iterable[Answer], wrong: Iterable[str], seconds: float) -> None:
        """Adds an attack and what came of it."""
        self.kinds[attack.kind] += 1
        self.longest = max(self.longest, seconds)
        statuses = [answer.status for answer in answers]
        self.answers.update(map(str, statuses) if statuses else ["closed"])
        self.wrong.update(f"{attack.kind}: {fault}" for fault in wrong)
        for answer in answers:
            if answer.status < 300:
                self._promised(answer.body)

    def _promised(self, body: bytes) -> None:
        try:
            said = json.loads(body)
        except ValueError:
            return
        if isinstance(said, dict):
            made = said.get("predictions") or [said]
            self.predictions |= {
                one["id"] for one in made if isinstance(one, dict) and "probabilities" in one
            }
            self.durable |= {said[name] for name in ("feedback_id", "example_id", "alert_id") if name in said}

    def compare(self, record: Record, kept: Kept) -> None:
        """What was promised, against what is there: not less, and nothing that was refused."""
        promised, there = self.durable | self.predictions, kept.durable() | set(kept.predictions)
        record.acknowledged, record.lost = len(promised), len(promised - there)
        record.demand(not kept.fault, kept.fault)
        record.demand(
            not there - promised, f"{len(there - promised)} records come from requests that were refused"
        )


def run(trial: Trial) -> Record:
    """Sends them to one host from several threads, each over a connection of its own."""
    record = Record(
        fault="Hostile requests",
        done="a connection for each, 4 at a time",
        bound=BOUND_SECONDS,
        allowed=("501",),
    )
    host = trial.host()
    try:
        usual = _usual_seconds(host)
        before = _resident_mib(host, "VmRSS")
        tally = send(host.base, attacks(trial.often(FULL, QUICK), seed=trial.seed))
        record.times = tally.kinds.total()
        record.answers, record.longest = tally.answers, tally.longest
        record.broken += [f"{count} x {fault}" for fault, count in tally.wrong.most_common()]
        _afterwards(record, host, usual, before)
    finally:
        code = host.stop()
    record.demand(code == 0, "the host did not end by itself")
    record.demand(not [line for line in host.lines if MARK in line], "the log quotes a text")
    failed = [line for line in host.lines if " failed with " in line]
    record.demand(not failed, f"the log tells of {len(failed)} unforeseen errors")
    tally.compare(record, kept_in_file(trial.store))
    record.notes.append(
        f"{len(tally.kinds)} kinds; where no answer came the HTTP was broken or cut short, or nobody waited"
    )
    return record


def send(base: str, stream: Iterable[Attack]) -> Tally:
    """Sends attacks, `SENDERS` at a time; what came of them."""
    parts = urlsplit(base)
    address = (str(parts.hostname), int(parts.port or 80))
    tally, lock = Tally(), threading.Lock()
    remaining = _shared(stream)

    def work() -> None:
        for attack in remaining:
            outcome = exchange(address, attack, BOUND_SECONDS)
            with lock:
                tally.take(attack, outcome.answers, faults(attack, outcome), outcome.seconds)

    with ThreadPoolExecutor(SENDERS) as pool:
        for done in [pool.submit(work) for _ in range(SENDERS)]:
            done.result()
    return tally


def _shared(stream: Iterable[Attack]) -> Iterator[Attack]:
    """An iterator that several threads may take from."""
    lock, source, end = threading.Lock(), iter(stream), object()

    def one() -> Attack | object:
        with lock:
            return next(source, end)

    return iter(one, end)  # type: ignore[arg-type]


def _afterwards(record: Record, host: RunningHost, usual: float, before: float) -> None:
    """The host is well, no larger and no slower."""
    for route in READING:
        status = host.get(route).status_code
        record.demand(status == 200, f"GET {route} answers {status} afterwards")
    largest, seconds = _resident_mib(host, "VmHWM"), _usual_seconds(host)
    record.demand(largest - before <= MOST_MORE_MIB, f"the host grew from {before:.0f} to {largest:.0f} MiB")
    record.demand(
        seconds <= max(MOST_SLOWER * usual, 0.05), f"a prediction takes {seconds / usual:.1f} times as long"
    )
    if before:
        record.notes.append(f"memory {before:.0f} MiB before, {largest:.0f} MiB at most")
    record.notes.append(
        f"a prediction took {1000 * usual:.1f} ms before and {1000 * seconds:.1f} ms after (median)"
    )


def _usual_seconds(host: RunningHost, calls: int = 40) -> float:
    """The median time of a prediction that is not recorded, in seconds."""
    taken = []
    for _ in range(calls):
        started = time.monotonic()
        host.post("predict", json={"text": "great crew", "record": False}).raise_for_status()
        taken.append(time.monotonic() - started)
    return statistics.median(taken)


def _resident_mib(host: RunningHost, name: str) -> float:
    """The host's memory, now (VmRSS) or at its largest (VmHWM), in MiB; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{host.process.pid}/status").read_text(encoding="latin-1")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(name))
