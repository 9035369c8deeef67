"""LitServe: ``python -m tests.bench.peers.litserve_api PORT``; ``batching`` behind it joins requests."""

import sys

import litserve

from tests.bench.peers.labels import label
from tests.bench.peers.onnx_model import OnnxModel


class Sentiment(litserve.LitAPI):
    """One worker process behind one that speaks HTTP, as LitServe always has it."""

    def setup(self, device: str) -> None:
        """Load the model in the worker."""
        self._model = OnnxModel()

    def decode_request(self, request: dict[str, str]) -> str:
        """The text of a request."""
        return request["text"]

    def predict(self, x: str) -> float:
        """The text's probability."""
        return self._model.probability(x)

    def encode_response(self, output: float) -> dict[str, str | float]:
        """Label and probability."""
        return {"label": label(output), "probability": output}


class Batching(Sentiment):
    """What arrived in the meantime is one batch."""

    def predict(self, x: list[str]) -> list[float]:  # type: ignore[override]
        """The probabilities of the texts."""
        return self._model.probabilities(x)


def main() -> None:
    """Serve."""
    api = Batching(max_batch_size=32, batch_timeout=0.001) if "batching" in sys.argv else Sentiment()
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), num_api_servers=1, generate_client_file=False)


if __name__ == "__main__":
    main()
