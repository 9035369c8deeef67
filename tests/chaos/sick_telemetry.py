"""Application Insights that hangs, fails or talks nonsense: no request waits for it beyond the bound."""

import time
from typing import get_args

from tests.chaos.endpoint import Endpoint, Trouble
from tests.chaos.kept import kept_in_file
from tests.chaos.load import Promises, grows_by, load_on
from tests.chaos.record import Record
from tests.chaos.trial import Trial
from tests.function_app.waiting import wait_until

TIMEOUT_SECONDS, QUICK_SECONDS = 1.0, 0.3
"""The setting TELEMETRY_TIMEOUT_SECONDS."""

START_SECONDS = 10.0
FINISH_SECONDS = 5.0
QUICK: tuple[Trouble, ...] = ("drips",)


def run(trial: Trial) -> Record:
    """A host for each trouble, which is there before the host starts and while it stops."""
    timeout = QUICK_SECONDS if trial.quick else TIMEOUT_SECONDS
    troubles = QUICK if trial.quick else get_args(Trouble)
    record = Record(fault="Telemetry endpoint sick", done=", ".join(troubles), bound=timeout + 1.5)
    slowest_start = slowest_stop = 0.0
    every = Promises()
    for trouble in troubles:
        with Endpoint(trouble) as endpoint:
            started = time.monotonic()
            host = trial.host(
                APPLICATIONINSIGHTS_CONNECTION_STRING=endpoint.connection_string,
                TELEMETRY_TIMEOUT_SECONDS=str(timeout),
            )
            slowest_start = max(slowest_start, time.monotonic() - started)
            with load_on([host.base]) as load:
                wait_until(grows_by(trial.often(400, 40), load.acknowledged), seconds=60)
            lost = host.get("health").json()["telemetry"]
            record.demand(lost["sent"] == 0, f"events count as sent to an endpoint that {trouble}")
            ending = time.monotonic()
            record.demand(host.stop() == 0, f"the host did not end by itself while its endpoint {trouble}")
            slowest_stop = max(slowest_stop, time.monotonic() - ending)
        record.times += 1
        promises = load.promises()
        promises.judge(record, kept_in_file(trial.store))
        every |= promises
    kept = kept_in_file(trial.store)
    every.judge_again(record, kept)
    record.demand(every.predictions <= set(kept.predictions), "predictions are missing at the end")
    record.demand(slowest_start <= START_SECONDS, f"a start took {slowest_start:.1f} s")
    record.demand(slowest_stop <= 3 * timeout + FINISH_SECONDS, f"a stop took {slowest_stop:.1f} s")
    record.notes.append(f"starts took {slowest_start:.1f} s and stops {slowest_stop:.1f} s at most")
    return record
