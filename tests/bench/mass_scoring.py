"""Texts a second that each way of scoring takes here: ``python -m tests.bench.mass_scoring predictor http``.

``predictor`` is the model in one process, ``http`` the local host given batches by one client, one after the
other, ``spark`` local Spark on all cores (run by the Python of ``make spark-test``). The texts are those of
tests/corpus, over and over. The best of several rounds counts, so other work on the machine counts least.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.bench.texts import MODEL, corpus, repeated

BATCH = 1000


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The shortest of ``rounds`` runs, in seconds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def predictor(given: list[str], rounds: int) -> float:
    """Seconds that the model takes in one process."""
    model = Predictor(read_bundle(MODEL))
    return seconds(lambda: model.predict(given), rounds)


def http(given: list[str], rounds: int) -> float:
    """Seconds that the local host takes, with a store of its own that keeps every prediction."""
    from tests.function_app.running import RunningHost  # noqa: PLC0415  not for the Python of Spark

    with TemporaryDirectory() as folder:
        host = RunningHost(STORE_PATH=f"{folder}/store.sqlite3")

        def score() -> None:
            for start in range(0, len(given), BATCH):
                host.post("predict/batch", json={"texts": given[start : start + BATCH]}).raise_for_status()

        try:
            return seconds(score, rounds)
        finally:
            host.stop()


def spark(given: list[str], rounds: int) -> float:
    """Seconds that a Spark job takes once the session and its Python workers run; start-up comes on top."""
    import mlflow  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    from export.registration import register_scorer  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder}/mlflow.db"
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.chdir(folder)
        uri = register_scorer(MODEL).uri
        session = SparkSession.builder.config("spark.ui.enabled", "false").getOrCreate()
        score = mlflow.pyfunc.spark_udf(session, uri)
        tweets = session.createDataFrame([(text,) for text in given], "text string").cache()
        scored = tweets.withColumn("sentiment", score("text"))
        try:
            return seconds(lambda: scored.write.format("noop").mode("overwrite").save(), rounds + 1)
        finally:
            session.stop()


def main() -> None:
    """Measure and print one line a way."""
    ways = {"predictor": predictor, "http": http, "spark": spark}
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mass_scoring", description=__doc__)
    parser.add_argument("way", nargs="+", choices=ways)
    parser.add_argument("--texts", type=int, default=4_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    options = parser.parse_args()
    given = repeated(corpus(), options.texts)
    for name in options.way:
        taken = ways[name](given, options.rounds)
        sys.stdout.write(f"{name:<10} {len(given) / taken:>8,.0f} texts/s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
