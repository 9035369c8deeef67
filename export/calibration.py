"""From a model's logit to an honest probability.

    probability = sigmoid(k · (slope · logit + intercept)),   k = known share · (1/4 if foreign else 1)

Slope and intercept (Platt 1999) are fitted on held-out rows. The factor k takes the confidence back where the
model cannot know: a tweet in another script has no known token and gets 0.5, and in a tweet in another
language that uses Latin letters, what looks known may be another word ("die", "no", "con").
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from scipy import optimize, special

from export.errors import ExportError
from export.text_graph import model_of

Floats = npt.NDArray[np.float64]

FOREIGN_TRUST = 0.25
"""What is left of the evidence in a text that is judged not to be English: 0.96 becomes 0.69.

Chosen, not fitted: the held-out data are English but for about two rows in a thousand, and these mostly mix
English in and so say little about the others.
"""

SMALLEST_GROUP = 50
"""Rows from which a data set weighs as much as any other in the fit."""
LARGEST_GRADIENT = 1e-3
"""Of the loss where a fit ended, by the intercept and, in units of the mean size of a logit, by the slope."""


@dataclass(frozen=True)
class Calibration:
    """The two fitted numbers."""

    slope: float
    intercept: float

    def apply(self, logits: npt.ArrayLike, trust: npt.ArrayLike) -> Floats:
        """Calibrated P(positive), (N,) float64, from (N,) logits and (N,) factors k, see `trust`."""
        factor = np.asarray(trust, dtype=np.float64)
        return np.asarray(special.expit(factor * (self.slope * np.asarray(logits) + self.intercept)))


def trust(known_share: npt.ArrayLike, foreign: npt.ArrayLike) -> Floats:
    """The factor k, (N,) float64, from (N,) shares of known tokens and (N,) marks of foreign texts.

    >>> trust([1.0, 0.5], [0, 1]).tolist()
    [1.0, 0.125]
    """
    return np.asarray(known_share, np.float64) * np.where(np.asarray(foreign) != 0, FOREIGN_TRUST, 1.0)


def fit_calibration(
    logits: npt.ArrayLike, trust: npt.ArrayLike, labels: npt.ArrayLike, groups: npt.ArrayLike
) -> Calibration:
    """Fit on held-out rows by least log-loss; every group (data set) weighs the same, whatever its size.

    Groups of fewer than 50 rows or of one class alone would say too much for what they know. Each of their
    rows weighs what a row of the other groups weighs on average, and all of them at most what one group does.

    The slope may be 0 or below where the model learned nothing; `sound_calibration` refuses that.
    """
    truth = np.asarray(labels, dtype=np.float64)
    weights = _weights(truth, groups)
    evidence = np.asarray(logits, dtype=np.float64)
    factor = np.asarray(trust, dtype=np.float64)

    def loss(parameters: Floats) -> float:
        margins = factor * (parameters[0] * evidence + parameters[1])
        return float(weights @ np.logaddexp(0, np.where(truth == 1, -margins, margins)))

    start = np.array([1.0, 0.0])
    with np.errstate(invalid="ignore"):  # logits that are no numbers are seen in what comes out
        found = optimize.minimize(loss, x0=start, method="Nelder-Mead", options={"xatol": 1e-6})
        if not found.success:  # where the simplex collapsed on a slope, a fresh one goes on
            again = optimize.minimize(loss, x0=found.x, method="Nelder-Mead", options={"xatol": 1e-6})
            found = again if again.fun < found.fun - 1e-6 else found
    return Calibration(slope=float(found.x[0]), intercept=float(found.x[1]))


def sound_calibration(
    logits: npt.ArrayLike, trust: npt.ArrayLike, labels: npt.ArrayLike, groups: npt.ArrayLike
) -> Calibration:
    """As `fit_calibration`; raises `ExportError` for a fit that missed the least loss or a slope not above 0.

    The loss is least where its gradient is 0. That is asked, and not what the optimiser says of itself: it
    may call steps a failure that are too small to matter.
    """
    found = fit_calibration(logits, trust, labels, groups)
    truth = np.asarray(labels, dtype=np.float64)
    evidence, factor = np.asarray(logits, dtype=np.float64), np.asarray(trust, dtype=np.float64)
    weights = _weights(truth, groups) * factor
    missed = weights * (found.apply(evidence, factor) - truth)
    size = max(float(weights @ np.abs(evidence)), 1e-12)
    gradient = float(max(abs(missed.sum()), abs(missed @ evidence) / size))
    if not (gradient <= LARGEST_GRADIENT and 0 < found.slope < np.inf):
        raise ExportError(
            f"no calibration fits the {len(truth)} calibration rows (slope {found.slope:.3g}, which must be "
            f"above 0; gradient {gradient:.1g}, at most {LARGEST_GRADIENT}): the model says too little of "
            "the labels; train it longer or on more data"
        )
    return found


def _weights(truth: Floats, groups: npt.ArrayLike) -> Floats:
    """What each row weighs in the fit, (N,); the groups that are large enough weigh 1 together."""
    _, index, counts = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    positive = np.bincount(index, weights=truth, minlength=len(counts))
    is_large = (counts >= SMALLEST_GROUP) & (positive > 0) & (positive < counts)
    large, rows_of_large = int(is_large.sum()), int(counts[is_large].sum())
    rows_of_others = len(truth) - rows_of_large
    if not large:
        return np.full(len(truth), 1.0 / max(len(truth), 1))
    other = min(1.0 / rows_of_large, 1.0 / (large * max(rows_of_others, 1)))
    return np.where(is_large[index], 1.0 / (large * counts[index]), other)


def refitted(
    calibration: Calibration,
    probability: npt.ArrayLike,
    trust: npt.ArrayLike,
    labels: npt.ArrayLike,
    groups: npt.ArrayLike,
) -> Calibration:
    """The calibration fitted anew to what a changed model gives with the present one, (N,) probabilities.

    Rows without trust say nothing and are left out. Raises `ExportError` as `sound_calibration` does.
    """
    factor = np.asarray(trust, dtype=np.float64)
    told = factor > 0
    margins = special.logit(np.clip(np.asarray(probability, np.float64)[told], 1e-7, 1 - 1e-7)) / factor[told]
    change = sound_calibration(margins, factor[told], np.asarray(labels)[told], np.asarray(groups)[told])
    return Calibration(
        slope=calibration.slope * change.slope,
        intercept=calibration.intercept * change.slope + change.intercept,
    )


def with_calibration(model: onnx.ModelProto, calibration: Calibration) -> onnx.ModelProto:
    """A copy of a graph that ends in `calibration_graph`, with other numbers in it."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    numbers = {"calibration/slope": calibration.slope, "calibration/offset": calibration.intercept}
    for tensor in changed.graph.initializer:
        if tensor.name in numbers:
            tensor.CopyFrom(
                numpy_helper.from_array(np.array(numbers.pop(tensor.name), np.float32), tensor.name)
            )
    if numbers:
        raise ExportError(f"the graph has no {' and no '.join(numbers)}: it does not end in a calibration")
    return changed


def calibration_graph(calibration: Calibration) -> onnx.ModelProto:
    """The stage that turns logit, counts of tokens and the mark of a foreign text into ``probability``."""
    info = helper.make_tensor_value_info
    nodes = [
        helper.make_node("Sub", ["tokens", "unknown_tokens"], ["known_tokens"]),
        helper.make_node("Cast", ["known_tokens"], ["known"], to=TensorProto.FLOAT),
        helper.make_node("Max", ["tokens", "at_least_one"], ["tokens_or_one"]),
        helper.make_node("Cast", ["tokens_or_one"], ["all"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["known", "all"], ["known_share"]),
        helper.make_node("Mul", ["logit", "slope"], ["sloped"]),
        helper.make_node("Add", ["sloped", "offset"], ["margin"]),
        helper.make_node("Mul", ["margin", "known_share"], ["known_margin"]),
        helper.make_node("Cast", ["foreign"], ["is_foreign"], to=TensorProto.BOOL),
        helper.make_node("Where", ["is_foreign", "foreign_trust", "full_trust"], ["language_trust"]),
        helper.make_node("Mul", ["known_margin", "language_trust"], ["trusted_margin"]),
        helper.make_node("Sigmoid", ["trusted_margin"], ["probability"]),
    ]
    return model_of(
        "calibration",
        nodes,
        inputs=[
            info("logit", TensorProto.FLOAT, ["N"]),
            info("tokens", TensorProto.INT64, ["N"]),
            info("unknown_tokens", TensorProto.INT64, ["N"]),
            info("foreign", TensorProto.INT64, ["N"]),
        ],
        outputs=[info("probability", TensorProto.FLOAT, ["N"])],
        constants=[
            numpy_helper.from_array(np.array(calibration.slope, dtype=np.float32), "slope"),
            numpy_helper.from_array(np.array(calibration.intercept, dtype=np.float32), "offset"),
            numpy_helper.from_array(np.array([1], dtype=np.int64), "at_least_one"),
            numpy_helper.from_array(np.array(FOREIGN_TRUST, dtype=np.float32), "foreign_trust"),
            numpy_helper.from_array(np.array(1, dtype=np.float32), "full_trust"),
        ],
    )
