"""FastAPI with Keras's ``predict``: ``uvicorn --factory tests.bench.peers.fastapi_keras:create``.

``BENCH_NETWORK`` names the network. TensorFlow has one thread, as the others' onnxruntime has.
"""

import os

import tensorflow as tf
from fastapi import FastAPI
from pydantic import BaseModel

from tests.bench.networks import keras_model
from tests.bench.texts import MODEL


class Tweet(BaseModel):
    """The request."""

    text: str


class Sentiment(BaseModel):
    """The answer."""

    label: str
    probability: float


def create() -> FastAPI:
    """The application, its network built."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    app, model = FastAPI(), keras_model(os.environ["BENCH_NETWORK"], MODEL)

    @app.post("/predict")
    def predict(tweet: Tweet) -> Sentiment:
        probability = float(model.probability([tweet.text])[0])
        return Sentiment(label="positive" if probability >= 0.5 else "negative", probability=probability)

    return app
