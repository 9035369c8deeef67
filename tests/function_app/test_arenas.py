"""Threads that score texts share few heaps, and an explanation leaves nothing in them."""

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import pytest

from function_app.arenas import MOST_ARENAS
from tests.function_app.running import ROOT

THREADS = 6
COUNT = f"""
import ctypes, os, sys, threading
from function_app.contract import PredictRequest
from function_app.service import Service
from function_app.settings import Settings

service = Service(Settings.from_environment(os.environ))
service.predictor()
together = threading.Barrier({THREADS})

def score():
    together.wait()
    for _ in range(20):
        service.predict(PredictRequest("the crew was lovely but my bag is lost", explain=True))

threads = [threading.Thread(target=score) for _ in range({THREADS})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
service.close()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""

KEPT = """
import os
from pathlib import Path
from function_app.contract import PredictRequest
from function_app.service import Service
from function_app.settings import Settings

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

service = Service(Settings.from_environment(os.environ))
text = " ".join(["the crew was lovely but my bag is lost and nobody answers"] * 4)
for text_of_round in ("warm", text):
    before = held()
    service.predict(PredictRequest(text_of_round, explain=True))
print(held() - before)
service.close()
"""
MOST_KEPT_KB = 5_000
"""Such an explanation needs about twice as much for a while."""

glibc = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library is not glibc")


def told(program: str, tmp_path: Path, **environment: str) -> str:
    """What the program writes in a process of its own."""
    settings = {"STORE_PATH": str(tmp_path / "store"), "TELEMETRY": "off", **environment}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


@glibc
def test_threads_that_score_share_few_heaps(bundle_folder: Path, tmp_path: Path) -> None:
    found = told(COUNT, tmp_path, MODEL_DIR=str(bundle_folder))
    heaps = re.findall(r'<heap nr="\d+">', found)
    assert 1 <= len(heaps) <= MOST_ARENAS


@glibc
def test_an_explanation_gives_its_memory_back(tmp_path: Path) -> None:
    assert int(told(KEPT, tmp_path)) < MOST_KEPT_KB
