"""What is kept of a candidate's assessment: figures of its bundle on rows that training never saw."""

import msgspec

QUANTISATION = "quantisation"
"""The note that says why a bundle is not in 8 bits."""


class Estimate(msgspec.Struct, frozen=True):
    """A figure with its 95 % bootstrap interval over rows."""

    value: float
    low: float
    high: float


class Bin(msgspec.Struct, frozen=True):
    """Predictions of like confidence: their mean confidence, accuracy and number."""

    confidence: float
    accuracy: float
    rows: int


class OnDataSet(msgspec.Struct, frozen=True):
    """Figures of one data set's test rows, negative and positive only; the decision falls at 0.5.

    Curves are lists of points, thinned to at most 200: ``roc`` (false positive rate, true positive rate),
    ``precision_recall`` (recall, precision), ``coverage`` (share of rows answered, the surest first; accuracy
    among them). ``confusion`` is true negative, false positive, false negative, true positive.
    """

    rows: int
    positive_share: float
    accuracy: Estimate
    mean_recall: Estimate
    f1_negative: Estimate
    f1_positive: Estimate
    roc_auc: Estimate
    log_loss: Estimate
    calibration_error: Estimate
    calibration_error_before: float
    confusion: tuple[int, int, int, int]
    roc: list[tuple[float, float]]
    precision_recall: list[tuple[float, float]]
    reliability: list[Bin]
    coverage: list[tuple[float, float]]


class OnSlice(msgspec.Struct, frozen=True):
    """Accuracy on a part of the tweets among the test rows; of some, what a model knows decides the part."""

    name: str
    rows: int
    accuracy: Estimate


class Behaviour(msgspec.Struct, frozen=True):
    """Cases of one test in the CheckList manner (Ribeiro et al. 2020): how many hold, and some that do not.

    ``kind`` is minimum functionality, invariance, direction or doubt (the confidence must stay low).
    """

    capability: str
    kind: str
    cases: int
    held: int
    failures: list[str]


class Latency(msgspec.Struct, frozen=True):
    """One text of so many tokens, one thread, text to probability: milliseconds, the quietest of rounds."""

    tokens: int
    p50: float
    p99: float


class Cost(msgspec.Struct, frozen=True):
    """What the exported bundle takes: measured in a process of its own with one thread.

    ``bytes`` of model.onnx. ``load_ms``: reading and checking the bundle, session, self-test and first
    answer. ``peak_mb``: resident memory of the whole process, Python and all, at its highest (10^6 bytes).
    """

    bytes: int
    load_ms: float
    peak_mb: float
    latency: list[Latency]
    batch_texts_per_second: float


class Mistake(msgspec.Struct, frozen=True):
    """A test row that the model was sure and wrong about; ``confidence`` is in the wrong label."""

    dataset: str
    text: str
    label: str
    confidence: float


class Assessment(msgspec.Struct, frozen=True):
    """One candidate's newest run, as its bundle.

    ``sets`` is by data set; `means` over the tweet sets are taken from it. ``predictions.npz`` beside this
    record keeps ``dataset`` (N,) str, ``label`` (N,) int8 and ``probability`` (N,) float32 of the test
    rows, in the same order for all runs on the same data, for paired comparisons; and the same of the
    validation rows as ``validation_dataset`` and so on (`training.assessment.kept`). ``validation`` is the
    accuracy on each data set's validation rows, by which candidates are chosen; ``notes`` says by data set
    what its figures mean where they are not of tweets like those that were trained on, and under
    `QUANTISATION` why the bundle is not in 8 bits.
    """

    candidate: str
    run_id: str
    version: str
    data_sha256: str
    train_rows: int
    train_seconds: float
    parameters: dict[str, str]
    sets: dict[str, OnDataSet]
    slices: list[OnSlice]
    behaviours: list[Behaviour]
    cost: Cost
    mistakes: list[Mistake]
    validation: dict[str, float] = {}
    notes: dict[str, str] = {}
