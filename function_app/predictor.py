"""The ONNX session: texts in, probabilities out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from function_app.bundle import Bundle
from function_app.errors import BundleError
from function_app.extensions import extension_library
from function_app.gathering import Gathering, usable_cores

CHARACTERS_A_RUN = 1_500
"""Texts of one run of the session times the characters of the longest, as far as they count.

Texts of like length run together, so little of a run is padding. In larger runs the values between the layers
leave the processor's cache, and each text takes longer.
"""
CHARACTERS_COUNTED = 300
"""About as many characters hold all the tokens of a text that a model reads."""
FEWEST_COUNTED = 12
"""A shorter text counts as one of so many, for the model adds tokens of its own: 125 texts a run at most."""

SELF_TEST_TOLERANCE = 1e-3
"""Processors and versions differ by less; an operator that does something else, by more."""

_OUTPUTS = ("probability", "tokens", "unknown_tokens")
_DESCRIBING = ("topic", "foreign")
"""Outputs that older bundles do not have."""
_TRIAL = ("a trial", "", "😀 another, a longer one")


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Results for N texts, in their order.

    `probability` (N,) float32: calibrated P(positive). `tokens`, `unknown_tokens` (N,) int64: how many tokens
    the model saw in the text, and how many of them it does not know. `topic` (N,) int64: what the text is
    about, as a place in the reference's topics. `foreign` (N,) int64: 1 where the text is judged not to be
    English. The last two are None where an older bundle does not say.
    """

    probability: NDArray[np.float32]
    tokens: NDArray[np.int64]
    unknown_tokens: NDArray[np.int64]
    topic: NDArray[np.int64] | None
    foreign: NDArray[np.int64] | None


class Predictor:
    """Scores texts with the model of a bundle. May be used from several threads at once.

    Raises `BundleError` when the bundle's model does not load or does not give what it should.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.manifest = bundle.manifest
        self.manifest_json = bundle.manifest_json
        self.reference = bundle.reference
        try:
            self._session = ort.InferenceSession(
                bundle.model, _session_options(), providers=["CPUExecutionProvider"]
            )
            given = {output.name for output in self._session.get_outputs()}
            self._gathered = Gathering(
                lambda texts, outputs: self._session.run(outputs, {"text": texts}),
                at_once=usable_cores(),
                most_characters=CHARACTERS_A_RUN,
                counted=_counted,
            )
            self._outputs = (*_OUTPUTS, *(_DESCRIBING if given.issuperset(_DESCRIBING) else ()))
            trial = self.predict(_TRIAL)
        except Exception as error:  # onnxruntime's exceptions have no common base of their own
            raise BundleError(f"The model does not run ({type(error).__name__})") from error
        if not np.all((trial.probability >= 0) & (trial.probability <= 1)):
            raise BundleError("The model gives values that are not probabilities")
        self._test_itself()

    @property
    def version(self) -> str:
        """The bundle's version, which names the model in every answer."""
        return self.manifest.version

    def predict(self, texts: Sequence[str]) -> Scores:
        """Scores `texts`. A text's score does not depend on the others."""
        found = self._run(texts, self._outputs)
        return Scores(
            probability=found["probability"],
            tokens=found["tokens"],
            unknown_tokens=found["unknown_tokens"],
            topic=found.get("topic"),
            foreign=found.get("foreign"),
        )

    def probability(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """P(positive) of each text, (N,) float32, the same as `predict` gives."""
        return np.asarray(self._run(texts, ("probability",))["probability"], np.float32)

    def _run(self, texts: Sequence[str], outputs: Sequence[str]) -> dict[str, NDArray[Any]]:
        found = {
            name: np.empty(len(texts), np.float32 if name == "probability" else np.int64) for name in outputs
        }
        for rows in _runs(texts):
            given = np.array([texts[row] for row in rows], dtype=object)
            values = self._gathered(given, outputs)
            for name, of_rows in zip(outputs, values, strict=True):
                found[name][rows] = of_rows
        return found

    def _test_itself(self) -> None:
        """The same file can score otherwise on another machine, silently: its operators live outside it."""
        expected = np.array([case.probability for case in self.manifest.self_test])
        found = self.predict([case.text for case in self.manifest.self_test]).probability
        if not np.all(np.abs(found - expected) <= SELF_TEST_TOLERANCE):
            raise BundleError("The model does not give the probabilities of its manifest's self-test here")


def _runs(texts: Sequence[str]) -> Iterator[list[int]]:
    rows: list[int] = []
    for row in sorted(range(len(texts)), key=lambda row: len(texts[row])):
        if rows and (len(rows) + 1) * _counted(texts[row]) > CHARACTERS_A_RUN:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def _counted(text: str) -> int:
    """The characters of a text that count for the size of a run."""
    return min(max(len(text), FEWEST_COUNTED), CHARACTERS_COUNTED)


def _session_options() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.register_custom_ops_library(extension_library())
    return options
