"""FastAPI with Keras's ``predict``: ``uvicorn --factory tests.bench.peers.fastapi_keras:create``.

``BENCH_NETWORK`` names the network. TensorFlow has one thread, as the others' onnxruntime has.
"""

import os

import tensorflow as tf
from fastapi import FastAPI

from tests.bench.networks import keras_model
from tests.bench.peers.fastapi_app import application
from tests.bench.texts import MODEL


def create() -> FastAPI:
    """The application, its network built."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = keras_model(os.environ["BENCH_NETWORK"], MODEL)
    return application(lambda text: float(model.probability([text])[0]))
