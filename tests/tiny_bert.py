"""A BERT as Hugging Face keeps it: two narrow layers of random weights."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

WIDTH, HIDDEN, HEADS, LAYERS, POSITIONS = 32, 64, 4, 2, 80
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{letter}" for letter in LETTERS), *".,!?':()_"]


def write_tiny_bert(folder: Path, *, words: tuple[str, ...] = (), prefix: str = "", **config: object) -> Path:
    """Write the folder; ``prefix`` stands before the weights' names, as where a head was saved with them."""
    pieces = [*PIECES, *words]
    random = np.random.default_rng(0)

    def normal(*shape: int) -> np.ndarray:
        return random.normal(0, 0.2, shape).astype(np.float32)

    tables = {"word": len(pieces), "position": POSITIONS, "token_type": 2}
    weights = {f"embeddings.{name}_embeddings.weight": normal(rows, WIDTH) for name, rows in tables.items()}
    dense = {
        "attention.self.query": (WIDTH, WIDTH),
        "attention.self.key": (WIDTH, WIDTH),
        "attention.self.value": (WIDTH, WIDTH),
        "attention.output.dense": (WIDTH, WIDTH),
        "intermediate.dense": (HIDDEN, WIDTH),
        "output.dense": (WIDTH, HIDDEN),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        for name, shape in dense.items():
            weights[f"encoder.layer.{layer}.{name}.weight"] = normal(*shape)
            weights[f"encoder.layer.{layer}.{name}.bias"] = normal(shape[0])
        norms += [f"encoder.layer.{layer}.{part}.LayerNorm" for part in ("attention.output", "output")]
    for name in norms:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = 1 + normal(WIDTH), normal(WIDTH)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({f"{prefix}{name}": array for name, array in weights.items()}, folder / "model.safetensors")
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    described = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": WIDTH,
        "intermediate_size": HIDDEN,
        "num_attention_heads": HEADS,
        "num_hidden_layers": LAYERS,
        "max_position_embeddings": POSITIONS,
        "layer_norm_eps": 1e-12,
        "vocab_size": len(pieces),
    }
    (folder / "config.json").write_text(json.dumps(described | config))
    return folder
