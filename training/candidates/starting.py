"""Where a transformer's weights come from: a pretrained BERT, or a transformer that was trained here."""

from collections.abc import Iterable, Sequence

import keras
import numpy as np

from export.families import TRANSFORMER
from export.text_graph import FIRST_WORD_ID
from export.trained import TrainedModel, load_trained
from training.candidates.base import HyperparameterError
from training.candidates.pretrained import END, START, Pretrained
from training.data.datasets import is_feedback, set_name


def started_from(uri: str) -> TrainedModel:
    """The registered transformer to go on from.

    Raises `HyperparameterError` for a model of another family, `ExportError` where there is none.
    """
    trained = load_trained(uri)
    if trained.family != TRANSFORMER:
        raise HyperparameterError(f"start={uri}: a {trained.candidate}, not a transformer")
    return trained


def of_same_split(uri: str, *, seed: int, data: Sequence[str]) -> TrainedModel:
    """The registered transformer to go on from, whose training rows are none that is held out by this split.

    A split is told by its seed and its data sets, wherever their files are. Feedback may differ, though rows
    that resemble it can change sides with it; `training.retraining` leaves those out.

    Raises `HyperparameterError` for a model of another split or family, `ExportError` where there is none.
    """
    trained = started_from(uri)
    its_seed, its_data = trained.parameters["seed"], trained.parameters["data"].split(",")
    if (its_seed, _usual(its_data)) != (str(seed), _usual(data)):
        raise HyperparameterError(
            f"start={uri}: trained with the seed {its_seed} on {', '.join(its_data)}; give the same --seed "
            f"and --data, not {seed} and {', '.join(data)}: it may have learned from rows held out here"
        )
    return trained


def _usual(specs: Iterable[str]) -> set[str]:
    return {set_name(spec) for spec in specs if not is_feedback(spec)}


def take_weights(network: keras.Model, trained: TrainedModel) -> None:
    """Put a trained network's weights into one of the same shape, or raise `HyperparameterError`."""
    given = trained.model.get_weights()
    if [array.shape for array in given] != [array.shape for array in network.get_weights()]:
        raise HyperparameterError(
            f"start: that model has layers={trained.parameters['layers']} and "
            f"max_tokens={trained.parameters['max_tokens']}; give the same"
        )
    network.set_weights(given)


def mix_weights(network: keras.Model, trained: TrainedModel, *, share: float) -> None:
    """Take the mean of the network's weights and a trained one's, which has this share in it."""
    pairs = zip(network.get_weights(), trained.model.get_weights(), strict=True)
    network.set_weights([(1 - share) * own + share * other for own, other in pairs])


def initialise(network: keras.Model, pretrained: Pretrained, vocabulary: Sequence[str]) -> None:
    """Put the pretrained weights into the network; the layer that gives the logit stays random."""
    layers = {layer.name: layer for layer in network.layers}
    table = np.zeros(layers["words"].get_weights()[0].shape, dtype=np.float32)
    table[1] = pretrained.embeddings(["[UNK]"])[0]
    table[FIRST_WORD_ID:] = pretrained.embeddings([*vocabulary, START, END])
    layers["words"].set_weights([table])
    layers["positions"].set_weights([pretrained.positions(len(layers["positions"].get_weights()[0]))])
    layers["embedded"].set_weights(pretrained.norm("embeddings.LayerNorm"))
    parts = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "attention": "attention.output.dense",
        "attended": "attention.output.LayerNorm",
        "hidden": "intermediate.dense",
        "output": "output.dense",
        "encoded": "output.LayerNorm",
    }
    for name, layer in layers.items():
        part, _, number = name.partition("_")
        if part in parts and number.isdigit():
            given = pretrained.norm if part in ("attended", "encoded") else pretrained.dense
            layer.set_weights(given(f"encoder.layer.{number}.{parts[part]}"))
