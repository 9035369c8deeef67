"""FastAPI with onnxruntime: ``uvicorn --factory tests.bench.peers.fastapi_onnx:create``."""

from fastapi import FastAPI

from tests.bench.peers.fastapi_app import application
from tests.bench.peers.onnx_model import OnnxModel


def create() -> FastAPI:
    """The application, its model loaded."""
    return application(OnnxModel().probability)
