"""The shipped ``model.onnx`` as a peer runs it: numpy and onnxruntime, nothing of the app."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnxruntime_extensions import get_library_path

MODEL = Path(__file__).resolve().parents[3] / "function_app" / "model" / "model.onnx"


class OnnxModel:
    """One session with one thread, its options those of `function_app.predictor`."""

    def __init__(self) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False
        options.register_custom_ops_library(get_library_path())
        self._session = ort.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])

    def probability(self, text: str) -> float:
        """P(positive) of a text."""
        return self.probabilities([text])[0]

    def probabilities(self, texts: Sequence[str]) -> list[float]:
        """P(positive) of each text, in one run."""
        given = np.array(texts, dtype=object)
        return [float(found) for found in self._session.run(["probability"], {"text": given})[0]]
