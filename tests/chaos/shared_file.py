"""Two processes on one SQLite file under load, one of them killed in the middle."""

from tests.chaos.kept import kept_in_file
from tests.chaos.load import Promises, grows_by, load_on
from tests.chaos.record import Record
from tests.chaos.trial import Trial
from tests.function_app.waiting import wait_until

ENOUGH = 24
"""Records that are acknowledged before and after the kill, at least."""


def run(trial: Trial) -> Record:
    """The other process goes on, and neither loses anything."""
    record = Record(
        fault="Two processes on one SQLite file",
        done="one is killed while 4 callers write to both",
        bound=5.0,
        ends_hosts=True,
    )
    every = Promises()
    for _ in range(trial.often(8, 1)):
        one, other = trial.host(), trial.host()
        with load_on([one.base, other.base]) as load:
            wait_until(grows_by(ENOUGH, load.acknowledged), seconds=60)
            record.demand(not load.early(), "a request got no answer before the host was ended")
            one.kill()
            wait_until(grows_by(ENOUGH, load.acknowledged), seconds=60)
        promises = load.promises()
        every |= promises
        unhurt = load.promises(other.base)
        record.times += 1
        record.demand(not unhurt.early, "callers of the process that went on got no answer")
        record.demand(not unhurt.answers["none"], "the process that went on left a request without an answer")
        record.demand(other.get("health").status_code == 200, "the process that went on is not healthy")
        record.demand(other.stop() == 0, "the process that went on did not end by itself")
        promises.judge(record, kept_in_file(trial.store))
    every.judge_again(record, kept_in_file(trial.store))
    return record
