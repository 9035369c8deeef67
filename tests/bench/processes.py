"""What a process and those that come from it have used, as Linux tells it in /proc."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def family(pid: int) -> list[int]:
    """The process and all that come from it, itself first."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with _may_be_gone():
            children.setdefault(int(_stat(folder)[1]), []).append(int(folder.name))
    found = [pid]
    for parent in found:
        found.extend(children.get(parent, []))
    return found


def cpu_seconds(pid: int) -> float:
    """What the process and all that come from it have computed so far."""
    ticks = 0
    for one in family(pid):
        with _may_be_gone():
            fields = _stat(Path(f"/proc/{one}"))
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int) -> float:
    """The most memory that each of them has had, added up, in MB; what they share counts for each."""
    found = 0
    for one in family(pid):
        with _may_be_gone():
            lines = Path(f"/proc/{one}/status").read_text(encoding="utf-8").splitlines()
            found += next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
    return found * 1024 / 1e6


@contextmanager
def awake(pid: int) -> Iterator[None]:
    """The process and all that come from it go on, and rest afterwards until they are told to go on."""
    resume(pid)
    try:
        yield
    finally:
        _signal(pid, signal.SIGSTOP)


def resume(pid: int) -> None:
    """Let a paused process and all that come from it go on."""
    _signal(pid, signal.SIGCONT)


def end(pids: list[int]) -> None:
    """End what is left of these."""
    for pid in pids:
        with _may_be_gone():
            os.kill(pid, signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> None:
    for one in family(pid):
        with _may_be_gone():
            os.kill(one, number)


def _stat(folder: Path) -> list[str]:
    """The fields of proc(5) behind the name, which may hold blanks: state, parent, …"""
    return (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()


@contextmanager
def _may_be_gone() -> Iterator[None]:
    """A process may end while it is looked at."""
    try:
        yield
    except (FileNotFoundError, ProcessLookupError):
        return
