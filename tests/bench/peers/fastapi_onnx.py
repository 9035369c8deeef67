"""FastAPI with onnxruntime: ``uvicorn --factory tests.bench.peers.fastapi_onnx:create``."""

from fastapi import FastAPI
from pydantic import BaseModel

from tests.bench.peers.onnx_model import OnnxModel, label


class Tweet(BaseModel):
    """The request."""

    text: str


class Sentiment(BaseModel):
    """The answer."""

    label: str
    probability: float


def create() -> FastAPI:
    """The application, its model loaded."""
    app, model = FastAPI(), OnnxModel()

    @app.post("/predict")
    def predict(tweet: Tweet) -> Sentiment:
        probability = model.probability(tweet.text)
        return Sentiment(label=label(probability), probability=probability)

    return app
