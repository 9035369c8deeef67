"""BentoML: ``bentoml serve tests.bench.peers.bentoml_service:Sentiment``."""

import bentoml

from tests.bench.peers.labels import label
from tests.bench.peers.onnx_model import OnnxModel


@bentoml.service(workers=1)
class Sentiment:
    """A service with one worker process."""

    def __init__(self) -> None:
        self._model = OnnxModel()

    @bentoml.api
    def predict(self, text: str) -> dict[str, str | float]:
        """Label and probability."""
        probability = self._model.probability(text)
        return {"label": label(probability), "probability": probability}
