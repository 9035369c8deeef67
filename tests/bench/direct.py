"""Our function called without HTTP, as the worker calls it: ``python -m tests.bench.direct``.

It reads a `Job` a line and writes a `Found` for each; clients are threads of this process.
"""

import itertools
import json
import sys
import threading
import time
from dataclasses import asdict

import azure.functions as func

from function_app.app import app, service
from tests.bench.load import Found, Job


def work(job: Job) -> Found:
    """Call the function from as many threads as there are clients, until the time is over."""
    handler = next(
        one for one in app.get_functions() if one.get_function_name() == "predict"
    ).get_user_function()
    bodies = itertools.cycle([body.encode() for body in job.bodies])
    headers = {"Content-Type": "application/json"}
    found = Found()
    started = time.perf_counter()
    until = started + job.seconds

    def client() -> None:
        while (start := time.perf_counter()) < until:
            request = func.HttpRequest("POST", job.path, headers=headers, body=next(bodies))
            response = handler(req=request)
            if response.status_code == 200:
                found.milliseconds.append(1000 * (time.perf_counter() - start))
            else:
                found.errors += 1

    threads = [threading.Thread(target=client) for _ in range(job.clients)]
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
