"""The whole graph, text in and calibrated probability out, and running it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx

from export.calibration import Calibration, calibration_graph
from export.description import description
from export.families import token_stage
from export.text_graph import join, normalisation, session
from export.topics import Topics
from export.trained import TrainedModel

OUTPUTS = ("probability", "tokens", "unknown_tokens", "topic", "foreign")


@dataclass(frozen=True)
class Scored:
    """What a graph says of N texts: P(positive) (N,) float32, and its other `OUTPUTS`, (N,) int64."""

    probability: npt.NDArray[np.float32]
    tokens: npt.NDArray[np.int64]
    unknown_tokens: npt.NDArray[np.int64]
    topic: npt.NDArray[np.int64]
    foreign: npt.NDArray[np.int64]


def whole_graph(trained: TrainedModel, calibration: Calibration, topics: Topics) -> onnx.ModelProto:
    """Text graph, description, model and calibration in one: ``text: string[N]`` -> the outputs `OUTPUTS`."""
    described = join(normalisation(), description(topics), "normalised")
    ids = token_stage(trained.family, trained.vocabulary, max_tokens=trained.max_tokens)
    text_graph = join(described, ids, "normalised")
    score = trained.graph()
    scored = join(text_graph, score, *(value.name for value in score.graph.input))
    whole = join(scored, calibration_graph(calibration), "logit", "tokens", "unknown_tokens", "foreign")
    outputs = {value.name: value for value in whole.graph.output}
    del whole.graph.output[:]
    whole.graph.output.extend(outputs[name] for name in OUTPUTS)
    whole.graph.name = trained.candidate
    onnx.checker.check_model(whole)
    return whole


def run_graph(graph: onnx.ModelProto, texts: Sequence[str], *, chunk: int = 32) -> Scored:
    """Score N texts, those of like length together; the results stand in the texts' order."""
    running = session(graph)
    counts = (np.zeros(len(texts), np.int64) for _ in OUTPUTS[1:])
    scored = Scored(np.zeros(len(texts), np.float32), *counts)
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    for start in range(0, len(order), chunk):
        rows = order[start : start + chunk]
        given = np.array([texts[row] for row in rows], dtype=object)
        for array, values in zip(vars(scored).values(), running.run(OUTPUTS, {"text": given}), strict=True):
            array[rows] = values
    return scored
