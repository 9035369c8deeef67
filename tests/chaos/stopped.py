"""SIGTERM under load: answers under way come, what was buffered is written, the host ends by itself."""

import threading
import time

import requests

from function_app.ids import new_id
from function_app.localhost.__main__ import FINISH_SECONDS
from tests.chaos.kept import kept_in_file
from tests.chaos.load import Promises, load_on
from tests.chaos.record import Record
from tests.chaos.trial import Trial
from tests.function_app.running import RunningHost
from tests.function_app.waiting import wait_until


class UnderWay(threading.Thread):
    """A request that takes a second: feedback on a prediction that another instance may just have made."""

    def __init__(self, base: str) -> None:
        super().__init__(daemon=True)
        self.status: int | None = None
        self.feedback: str = ""
        self.sent = threading.Event()
        self._base = base

    def run(self) -> None:
        with requests.Session() as session:
            session.get(f"{self._base}/api/health", timeout=30)
            body = {"prediction_id": new_id(), "label": "positive"}
            self.sent.set()
            try:
                answer = session.post(f"{self._base}/api/feedback", json=body, timeout=30)
            except requests.RequestException:
                return
            self.status = answer.status_code
            self.feedback = answer.json()["feedback_id"]


def run(trial: Trial) -> Record:
    """Stops host after host on one store. A wait is the time from the signal to the end of the process."""
    record = Record(
        fault="SIGTERM under load",
        done="4 callers, and a request that takes a second",
        bound=2 * FINISH_SECONDS,
        ends_hosts=True,
    )
    every = Promises()
    chance = trial.random("stopped")
    for _ in range(trial.often(10, 1)):
        host = trial.host()
        with load_on([host.base]) as load:
            wait_until(lambda load=load: load.acknowledged() >= 4, seconds=60)
            slow = UnderWay(host.base)
            slow.start()
            slow.sent.wait(30)
            time.sleep(chance.uniform(0.2, 0.6))
            record.demand(not load.early(), "a request got no answer before the host was ended")
            _stop(record, host)
        slow.join(30)
        record.times += 1
        record.answers["none" if slow.status is None else str(slow.status)] += 1
        kept = kept_in_file(trial.store)
        promises = load.promises()
        promises.judge(record, kept)
        record.demand(slow.status == 201, "a request that was under way got no answer")
        record.demand(slow.feedback in kept.feedback, "a request that was under way is not in the store")
        every |= promises
        every.durable |= {slow.feedback} - {""}
    kept = kept_in_file(trial.store)
    every.judge_again(record, kept)
    written = every.predictions & set(kept.predictions)
    record.demand(written == every.predictions, "predictions that were answered are not in the store")
    record.notes.append(
        f"{len(written):,} of {len(every.predictions):,} predictions that were answered are in the store; "
        f"{record.answers['none']} requests got no answer, and {every.unpromised(kept)} records are in the "
        "store that nobody was promised: so many of these requests were carried out nevertheless"
    )
    return record


def _stop(record: Record, host: RunningHost) -> None:
    started = time.monotonic()
    code = host.stop()
    record.took(time.monotonic() - started)
    record.demand(code == 0, f"the host ended with the code {code}")
