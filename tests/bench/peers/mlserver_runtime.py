"""MLServer: ``mlserver start tests/bench/peers/mlserver``, asked in its V2 inference protocol.

In ``mlserver_batching`` it is told to join requests itself.
"""

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from tests.bench.peers.labels import label
from tests.bench.peers.onnx_model import OnnxModel


class Sentiment(MLModel):
    """A runtime of our own in the server's process."""

    async def load(self) -> bool:
        """Load the model."""
        self._model = OnnxModel()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Labels and probabilities of the request's texts."""
        found = self._model.probabilities(StringCodec.decode_input(payload.inputs[0]))
        return InferenceResponse(
            model_name=self.name,
            outputs=[
                StringCodec.encode_output("label", [label(probability) for probability in found]),
                NumpyCodec.encode_output("probability", np.array(found, np.float32)),
            ],
        )
