"""The FastAPI application of the peers: a tweet in, its label and probability out."""

from collections.abc import Callable

from fastapi import FastAPI
from pydantic import BaseModel

from tests.bench.peers.labels import label


class Tweet(BaseModel):
    """The request."""

    text: str


class Sentiment(BaseModel):
    """The answer."""

    label: str
    probability: float


def application(probability_of: Callable[[str], float]) -> FastAPI:
    """The application around a model that gives P(positive) of a text."""
    app = FastAPI()

    @app.post("/predict")
    def predict(tweet: Tweet) -> Sentiment:
        probability = probability_of(tweet.text)
        return Sentiment(label=label(probability), probability=probability)

    return app
