"""Our function called without HTTP, as the worker calls it: ``python -m tests.bench.direct``.

It reads a `Job` a line and writes a `Found` for each. As in the host, so many requests are handled at once as
PYTHON_THREADPOOL_THREAD_COUNT says, and clients beyond wait.
"""

import itertools
import json
import queue
import sys
import threading
import time
from dataclasses import asdict

import azure.functions as func

from function_app.app import app, service
from tests.bench.load import Found, Job


def work(job: Job) -> Found:
    """Let the clients call the function until the time is over; milliseconds count from when one asks."""
    handler = next(
        one for one in app.get_functions() if one.get_function_name() == "predict"
    ).get_user_function()
    bodies = itertools.cycle([body.encode() for body in job.bodies])
    headers = {"Content-Type": "application/json"}
    found = Found()
    started = time.perf_counter()
    until = started + job.seconds

    waiting: queue.SimpleQueue[float | None] = queue.SimpleQueue()
    for _ in range(job.clients):
        waiting.put(started)

    def handle() -> None:
        while (start := waiting.get()) is not None:
            request = func.HttpRequest("POST", job.path, headers=headers, body=next(bodies))
            response = handler(req=request)
            now = time.perf_counter()
            if response.status_code == 200:
                found.milliseconds.append(1000 * (now - start))
            else:
                found.errors += 1
            waiting.put(now if now < until else None)  # None: this client has stopped asking

    at_once = min(job.clients, service.settings.python_threadpool_thread_count)
    threads = [threading.Thread(target=handle) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds = time.perf_counter() - started
    return found


def main() -> None:
    """Do each job on standard input."""
    service.predictor()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asdict(work(Job(**json.loads(line))))) + "\n")
        sys.stdout.flush()
    service.close()


if __name__ == "__main__":
    main()
