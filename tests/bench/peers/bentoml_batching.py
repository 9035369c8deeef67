"""BentoML, joining requests: ``bentoml serve tests.bench.peers.bentoml_batching:Sentiment``."""

import bentoml

from tests.bench.peers.labels import label
from tests.bench.peers.onnx_model import OnnxModel


@bentoml.service(workers=1)
class Sentiment:
    """A service with one worker process, asked with a list of one text, as it has to be for this."""

    def __init__(self) -> None:
        self._model = OnnxModel()

    # How long it waits it finds out itself; beyond max_latency_ms, here its default, it answers 503.
    @bentoml.api(batchable=True, max_batch_size=32, max_latency_ms=60_000)
    def predict(self, texts: list[str]) -> list[dict[str, str | float]]:
        """Label and probability of each text."""
        found = self._model.probabilities(texts)
        return [{"label": label(probability), "probability": probability} for probability in found]
