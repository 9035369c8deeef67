"""From a trained model to the folder that the app serves.

``model.onnx`` is the whole graph, ``reference.json`` the profile that drift is measured against, and
``manifest.json`` vouches for both: their sha256, where the model comes from, how good it is, and a self-test,
texts with the probabilities that the app must find again before it serves.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import onnx
from tqdm import tqdm

from export.calibration import FOREIGN_TRUST, Calibration, with_calibration
from export.composition import OUTPUTS, Scored, run_graph, whole_graph
from export.errors import ExportError, QuantisationError
from export.held_out import LABELS, HeldOut, people_said, profiled, truth
from export.history import publish
from export.matrices import quantise_matrices
from export.metrics import Scores, accuracy_interval
from export.origins import origin
from export.parity import HARD_TEXTS, MIN_TEXTS, Parity, compare, require_parity
from export.quantisation import quantise_tables
from export.reference import reference_profile
from export.slices import members, members_by_reading
from export.text_graph import OPSETS
from export.topics import Topics
from export.tracking import run_parameters
from export.trained import TrainedModel

PACKAGES = (
    "keras",
    "lightgbm",
    "numpy",
    "onnx",
    "onnxruntime",
    "onnxruntime-extensions",
    "scikit-learn",
    "tensorflow",
    "tensorflow-cpu",
    "tf2onnx",
)
MAX_QUANTISATION_LOSS = 0.003
"""Accuracy that 8 bits may cost on a data set: 0.3 points."""
MAX_LOG_LOSS_RISE = 0.02
"""Log-loss, in nats a row, that 8 bits may add on a data set: it sees more than the labels."""
REFERENCE_ROWS = 20_000
"""Held-out rows of each data set in the reference profile, so that none outweighs all others."""
SMALLEST_SLICE = 30
"""Test rows from which the manifest tells how good the model is on a part of them."""
RANGE_ROWS = 256
"""Calibration texts that the ranges of activations are taken from, for matrices in 8 bits."""


@dataclass(frozen=True, kw_only=True)
class BundleOptions:
    """``parity_texts`` held-out texts, at least ``min_parity_texts``, join the hard ones in the check.

    ``history``: the folder that keeps the bundle which this one replaces; None keeps nothing.
    """

    quantise: bool = True
    parity_texts: int = 5000
    min_parity_texts: int = MIN_TEXTS
    max_bytes: int = 18_000_000
    seed: int = 7
    history: Path | None = None
    progress: bool = False


@dataclass(frozen=True)
class Bundle:
    """A written bundle and its manifest."""

    folder: Path
    manifest: dict[str, Any]


def write_bundle(trained: TrainedModel, folder: Path, options: BundleOptions | None = None) -> Bundle:
    """Convert, calibrate, check, quantise, measure and write.

    The old bundle stays until the new one is whole. Raises `ExportError` when the graph does not score as the
    trained model does (`ParityError`), when quantisation costs too much (`QuantisationError`), when there are
    too few texts to tell, or when the file is too big.
    """
    options = options or BundleOptions()
    steps = tqdm(total=4, desc="bundle", unit="step", disable=not options.progress)
    held_out = HeldOut(trained)
    calibration = held_out.fit_calibration()
    texts = _parity_texts(held_out, options)
    topics = held_out.fit_topics(seed=options.seed)
    exact = whole_graph(trained, calibration, topics)
    steps.update()

    expected = held_out.expected(texts, calibration)
    parity = require_parity(expected, run_graph(exact, texts).probability, texts)
    steps.update()

    graph, quantisation, scored = exact, None, _test(exact, held_out)
    results = held_out.by_dataset(scored.probability)
    if options.quantise:
        typical = held_out.typical(rows=RANGE_ROWS, seed=options.seed)
        graph, before = quantise_matrices(quantise_tables(exact), typical), results
        # Rounding shifts the scores a little, and not at random: the calibration belongs to what is served.
        rounded = run_graph(graph, held_out.calibration["text"].tolist()).probability
        _require_finite(rounded)
        calibration = _refit(held_out, calibration, rounded)
        graph = with_calibration(graph, calibration)
        scored, compared = _test(graph, held_out), run_graph(graph, texts).probability
        _require_finite(np.concatenate([scored.probability, compared]))
        results = held_out.by_dataset(scored.probability)
        quantisation = _require_small_loss(before, results, compare(expected, compared))
    steps.update()

    content = graph.SerializeToString()
    if len(content) > options.max_bytes:
        raise ExportError(f"model.onnx would have {len(content):,} bytes; at most {options.max_bytes:,}")
    files = {"model.onnx": content, "reference.json": _json(_reference(graph, held_out, topics, options))}
    manifest = {
        **_identity(trained, content),
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in files.items()
        },
        "graph": {
            "inputs": {"text": "string[N]"},
            "outputs": {"probability": "float32[N]"} | dict.fromkeys(OUTPUTS[1:], "int64[N]"),
            "opsets": OPSETS,
            "max_tokens": trained.max_tokens,
            "vocabulary_words": len(trained.vocabulary),
            "topics": len(topics.cells),
        },
        "metrics": {name: _with_interval(result) for name, result in results.items()},
        "slices": _slices(held_out, scored),
        "metrics_of": "model.onnx itself, test rows that training never saw, negative and positive only",
        "calibration": _calibration(calibration, held_out),
        "parity": {**parity.as_dict(), "against": f"{trained.candidate} run by its training framework"},
        "quantisation": quantisation,
        "self_test": _self_test(graph),
        "weights": origin(trained.parameters, run_parameters),
        "parameters": trained.parameters,
        "data": trained.data,
        "packages": _packages(),
    }
    publish(folder, {**files, "manifest.json": _json(manifest)}, history=options.history)
    steps.update()
    steps.close()
    return Bundle(folder, manifest)


def _parity_texts(held_out: HeldOut, options: BundleOptions) -> list[str]:
    rows = held_out.test["text"]
    count = min(options.parity_texts, len(rows))
    if count < options.min_parity_texts:
        raise ExportError(
            f"parity needs at least {options.min_parity_texts} held-out test texts (--min-parity-texts); "
            f"this run kept {len(rows)}, of which {count} would be compared (--parity-texts)"
        )
    return [*rows.sample(count, random_state=options.seed), *HARD_TEXTS]


def _refit(held_out: HeldOut, calibration: Calibration, rounded: npt.NDArray[np.float32]) -> Calibration:
    try:
        return held_out.refit_calibration(calibration, rounded)
    except ExportError as error:
        raise QuantisationError(f"8 bits leave nothing to calibrate; {error}") from error


def _test(graph: onnx.ModelProto, held_out: HeldOut) -> Scored:
    return run_graph(graph, held_out.test["text"].tolist())


def _slices(held_out: HeldOut, scored: Scored) -> list[dict[str, Any]]:
    texts = held_out.test["text"].tolist()
    masks = members(texts) | members_by_reading(
        texts, tokens=scored.tokens, unknown_tokens=scored.unknown_tokens, foreign=scored.foreign
    )
    right = (scored.probability >= 0.5) == (truth(held_out.test) == 1)
    return [
        {
            "name": name,
            "rows": int(mask.sum()),
            "accuracy": float(right[mask].mean()),
            "accuracy_interval": accuracy_interval(float(right[mask].mean()), int(mask.sum())),
        }
        for name, mask in masks.items()
        if mask.sum() >= SMALLEST_SLICE
    ]


def _require_finite(probability: npt.NDArray[np.floating]) -> None:
    """Raise `QuantisationError` unless all of the (N,) probabilities by a graph in 8 bits are numbers."""
    lost = int((~np.isfinite(probability)).sum())
    if lost:
        raise QuantisationError(
            f"8 bits leave no number for {lost} of {len(probability)} texts; export with --no-quantise"
        )


def _require_small_loss(
    before: dict[str, Scores], after: dict[str, Scores], change: Parity
) -> dict[str, Any]:
    """What the manifest says of 8 bits, from the scores of each data set before and after, and the change.

    Raises `QuantisationError` where a data set loses more than 0.3 points of accuracy, one row being allowed
    in any case, or gains more than 0.02 of log-loss.
    """
    loss = {name: before[name].accuracy - after[name].accuracy for name in before}
    worst = max(loss, key=lambda name: loss[name])
    # A single row more is noise where a set is so small that a row is worth more than the bound.
    if loss[worst] > max(MAX_QUANTISATION_LOSS, 1.5 / before[worst].rows):
        raise QuantisationError(
            f"8 bits cost {loss[worst]:.4f} accuracy on {worst} (at most {MAX_QUANTISATION_LOSS}); "
            "export with --no-quantise"
        )
    rise = {name: after[name].log_loss - before[name].log_loss for name in before}
    worst = max(rise, key=lambda name: rise[name])
    if rise[worst] > MAX_LOG_LOSS_RISE:
        raise QuantisationError(
            f"8 bits add {rise[worst]:.4f} to the log-loss on {worst} (at most {MAX_LOG_LOSS_RISE}); "
            "export with --no-quantise"
        )
    return {
        "tables": "int8, one scale a row",
        "matrices": "int8, one scale a column; what they are multiplied with is uint8 by fixed scales",
        "accuracy_lost": loss,
        "against_float32": change.as_dict(),
    }


def _reference(
    graph: onnx.ModelProto, held_out: HeldOut, topics: Topics, options: BundleOptions
) -> dict[str, Any]:
    rows = profiled(held_out.all, rows=REFERENCE_ROWS, seed=options.seed)
    texts = rows["text"].tolist()
    profile = reference_profile(texts, run_graph(graph, texts), cells=topics.cells, labels=people_said(rows))
    return dict(msgspec.to_builtins(profile))


def _with_interval(found: Scores) -> dict[str, Any]:
    return {**found.as_dict(), "accuracy_interval": accuracy_interval(found.accuracy, found.rows)}


def _calibration(calibration: Calibration, held_out: HeldOut) -> dict[str, Any]:
    return {
        "formula": "sigmoid(k * (slope * logit + intercept)), k = known share of tokens, times foreign_trust "
        "where the text is judged not to be English",
        **asdict(calibration),
        "foreign_trust": FOREIGN_TRUST,
        "fitted_on_rows": len(held_out.calibration),
        "calibration_error_before": held_out.error_before_calibration(),
    }


def _self_test(graph: onnx.ModelProto) -> list[dict[str, Any]]:
    probabilities = run_graph(graph, HARD_TEXTS).probability
    return [
        {"text": text, "probability": float(probability)}
        for text, probability in zip(HARD_TEXTS, probabilities, strict=True)
    ]


def _identity(trained: TrainedModel, content: bytes) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "version": f"{trained.candidate}-{now:%Y%m%d}-{hashlib.sha256(content).hexdigest()[:8]}",
        "created": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "candidate": trained.candidate,
        "run": trained.run_id,
        "labels": list(LABELS),
    }


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # one of the two names of TensorFlow
    return found


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
