"""BERT's encoder over word pieces as a Keras network, with a logit on the mean of the last states."""

import keras
from keras import ops

from export.text_graph import PADDING_ID
from training.candidates.pretrained import Config

PREFIX = 2
"""[CLS] and [SEP] stand before the text: attention that finds nothing rests on them (Clark et al. 2019)."""


def encoder(
    config: Config, *, words: int, layers: int, max_tokens: int, dropout: float, precision: str
) -> keras.Model:
    """The untrained network: int32 (N, T) ids -> float32 (N, 1) logits.

    Two ids more than ``words`` stand for [CLS] and [SEP]; the network puts them before the text itself.
    ``precision``: ``bfloat16`` or ``float32``, of the computing; weights are kept in 32 bits.
    """
    width, heads, epsilon = config.hidden_size, config.num_attention_heads, config.layer_norm_eps
    policy = keras.DTypePolicy("mixed_bfloat16" if precision == "bfloat16" else "float32")

    def dense(units: int, name: str, activation: str | None = None) -> keras.layers.Layer:
        return keras.layers.Dense(units, activation=activation, name=name, dtype=policy)

    def added(residual: keras.KerasTensor, change: keras.KerasTensor, name: str) -> keras.KerasTensor:
        change = keras.layers.Dropout(dropout, dtype=policy)(change)
        total = keras.layers.Add(dtype=policy)([residual, change])
        return keras.layers.LayerNormalization(epsilon=epsilon, name=name, dtype=policy)(total)

    ids = keras.Input((None,), dtype="int32", name="ids")
    first = ops.zeros_like(ids[:, :1])
    whole = ops.concatenate([first + words, first + (words + 1), ids], axis=1)
    positions = ops.cumsum(ops.ones_like(whole), axis=1) - 1
    table = keras.layers.Embedding(words + PREFIX, width, name="words", dtype=policy)
    places = keras.layers.Embedding(max_tokens + PREFIX, width, name="positions", dtype=policy)
    x = keras.layers.Add(dtype=policy)([table(whole), places(positions)])
    x = keras.layers.LayerNormalization(epsilon=epsilon, name="embedded", dtype=policy)(x)
    x = keras.layers.Dropout(dropout, dtype=policy)(x)
    there = ops.not_equal(whole, PADDING_ID)
    mask = ops.expand_dims(ops.expand_dims(there, 1), 1)
    for layer in range(layers):
        apart = keras.layers.Reshape((-1, heads, width // heads), name=f"heads_{layer}", dtype=policy)
        query, key, value = (apart(dense(width, f"{name}_{layer}")(x)) for name in ("query", "key", "value"))
        read = ops.dot_product_attention(query, key, value, mask=mask)
        read = keras.layers.Reshape((-1, width), dtype=policy)(read)
        x = added(x, dense(width, f"attention_{layer}")(read), f"attended_{layer}")
        hidden = dense(config.intermediate_size, f"hidden_{layer}", "gelu")(x)
        x = added(x, dense(width, f"output_{layer}")(hidden), f"encoded_{layer}")
    token = ops.expand_dims(ops.cast(there, "float32"), -1)
    mean = ops.sum(ops.cast(x, "float32") * token, axis=1) / ops.sum(token, axis=1)
    mean = keras.layers.Dropout(dropout)(mean)
    return keras.Model(ids, keras.layers.Dense(1, name="logit")(mean))
