"""SIGKILL under load: what was acknowledged is there, and the store opens."""

from tests.chaos.kept import kept_in_file
from tests.chaos.load import Promises, load_on
from tests.chaos.record import Record
from tests.chaos.trial import Trial
from tests.function_app.waiting import wait_until

MOST_BEFORE = 60
"""A kill comes after 1 to so many acknowledged records of its host."""


def run(trial: Trial) -> Record:
    """Kills host after host on one store, each at a moment of its own."""
    record = Record(
        fault="SIGKILL under load",
        done="feedback, examples and alerts from 4 callers",
        bound=5.0,
        ends_hosts=True,
    )
    chance = trial.random("killed")
    made: set[str] = set()
    every = Promises()
    for _ in range(trial.often(25, 1)):
        host = trial.host()
        with load_on([host.base]) as load:
            least = chance.randint(1, MOST_BEFORE)
            wait_until(lambda load=load, least=least: load.acknowledged() >= least, seconds=60)
            record.demand(not load.early(), "a request got no answer before the host was ended")
            host.kill()
        record.times += 1
        kept = kept_in_file(trial.store)
        promises = load.promises()
        promises.judge(record, kept)
        record.demand(not promises.unmatched, "feedback did not find a prediction of the same instance")
        made |= promises.predictions - set(kept.predictions)
        every |= promises
    every.judge_again(record, kept_in_file(trial.store))
    record.notes.append(
        f"{len(made)} predictions that nobody judged were still in the buffer and went with the process; "
        "they are written 0.25 s after the answer, and no answer promises them"
    )
    return record
