"""How the training frameworks are to behave, said before they are imported."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def settle_frameworks() -> None:
    """TensorFlow on the CPU and without its chatter, MLflow without usage reports; what is set stays set."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    # Its own choice is to try for four minutes where nobody answers.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")


def import_keras() -> None:
    """Import Keras and its backend now, without the greeting that TensorFlow writes to standard error.

    That comes from C++, before any log level counts.
    """
    with standard_error_turned_away():
        import keras  # noqa: F401


@contextmanager
def standard_error_turned_away() -> Iterator[None]:
    """Nothing that this process writes to the file descriptor of standard error is seen meanwhile."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
