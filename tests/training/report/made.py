"""Assessments of candidates that do not exist, from a seed: as a command would have measured them."""

from collections import Counter

import numpy as np
from sklearn import metrics

from export.metrics import scores
from training.assessment.kept import Predictions
from training.assessment.record import (
    Assessment,
    Behaviour,
    Bin,
    Cost,
    Estimate,
    Latency,
    Mistake,
    OnDataSet,
    OnSlice,
)
from training.learning_curve.points import LearningPoint
from training.report.exploration import LONGEST, Exploration, OnData, repeats, telling_words
from training.report.findings import Findings

NASTY = "<script>alert('x')</script> & \"loved\" it http://example.com/picture.png"
NINE = (
    "transformer",
    "bidirectional_gru_with_glove",
    "sentence_encoder",
    "bilstm",
    "hashed_ngrams",
    "tfidf_logreg",
    "naive_bayes",
    "tfidf_lightgbm",
    "tfidf_forest",
)
SETS = ("airline", "imdb", "semeval", "sentiment140", "sts_gold", "tweet_sentiment_extraction")
SLICES = (
    "negation",
    "emoji or emoticon",
    "hashtag",
    "short (up to 6 words)",
    "long (25 words or more)",
    "flying",
)


def made_findings(
    candidates: tuple[str, ...] = NINE, sets: tuple[str, ...] = SETS, *, rows: int = 400, texts: bool = True
) -> Findings:
    """All that a page shows; the first candidate is the best."""
    random = np.random.default_rng(5)
    labels = (random.random(rows * len(sets)) < 0.55).astype(np.int8)
    names = np.repeat(np.array(sets), rows)
    hard = random.normal(0, 1.2, len(labels))
    predictions = {}
    for place, name in enumerate(candidates):
        logits = (labels * 2.0 - 1) * (2.2 - 0.15 * place) + hard + random.normal(0, 1, len(labels))
        predictions[name] = Predictions(
            datasets=names, labels=labels, probabilities=(1 / (1 + np.exp(-1.3 * logits))).astype(np.float32)
        )
    return Findings(
        assessments=tuple(
            made_assessment(name, one, place) for place, (name, one) in enumerate(predictions.items())
        ),
        selected=candidates[0],
        rule="the best mean validation accuracy within 2.5 ms and 18 MB",
        verdicts={
            name: "best mean validation accuracy, 0.901"
            if name == candidates[0]
            else "0.012 less accurate on the validation rows (p = 0.0003)"
            for name in candidates
        },
        predictions=predictions,
        learning=tuple(
            LearningPoint(
                candidate=name,
                train_rows=size,
                data_sha256="d" * 64,
                accuracy={
                    "airline": 0.6 + 0.03 * np.log10(size) + 0.01 * place,
                    "semeval": 0.7 + 0.001 * place,
                },
                rows={"airline": 1378, "semeval": 4059},
            )
            for place, name in enumerate(candidates[-2:])
            for size in (1_000, 4_000, 16_000, 64_000)
        ),
        exploration=made_exploration(sets),
        missing=("Nothing is missing.",),
        texts=texts,
    )


def made_assessment(name: str, predictions: Predictions, place: int) -> Assessment:
    sets = {}
    for dataset in np.unique(predictions.datasets):
        here = predictions.datasets == dataset
        sets[str(dataset)] = _on(predictions.labels[here], predictions.probabilities[here])
    return Assessment(
        candidate=name,
        run_id=f"{place:032x}",
        version=f"{name}-20261121-{place:08x}",
        data_sha256="d" * 64,
        train_rows=1_512_345 if place else 16_000,
        train_seconds=20.0 * 4**place if place < 5 else 75.0,
        parameters={"epochs": "3", "seed": "7"},
        sets=sets,
        slices=[
            OnSlice(
                name=one, rows=60 * (number + 1), accuracy=_estimate(0.9 - 0.02 * number - 0.01 * place, 0.03)
            )
            for number, one in enumerate(SLICES)
        ],
        behaviours=[
            Behaviour(
                "negation", "minimum functionality", 24, 24 - 3 * place, [f"not bad {NASTY}"] * min(place, 3)
            ),
            Behaviour("names", "invariance", 40, 40, []),
            Behaviour("intensity", "direction", 30, 28, ["It was good -> It was very good"]),
        ],
        cost=Cost(
            bytes=900_000 * (place + 1) ** 2,
            load_ms=120.0,
            peak_mb=96.0,
            latency=[Latency(tokens, 0.02 * tokens / (place + 1), 0.05 * tokens) for tokens in (5, 24, 50)],
            batch_texts_per_second=12_345.0,
        ),
        mistakes=[
            Mistake("airline", NASTY, "negative", 0.987),
            Mistake("sentiment140", "oh great, another delay ☃ " + "very " * 30, "negative", 0.995),
        ],
        validation={str(name): 0.9 - 0.01 * place for name in np.unique(predictions.datasets)},
        notes={"imdb": "Reviews of films: no candidate was trained on them."},
    )


def made_exploration(sets: tuple[str, ...]) -> Exploration:
    random = np.random.default_rng(8)
    lengths = {
        label: [
            int(count)
            for count in np.bincount(random.poisson(mean, 900).clip(0, LONGEST), minlength=LONGEST + 1)
        ]
        for label, mean in (("negative", 18), ("neutral", 14), ("positive", 15))
    }
    telling = telling_words(Counter(sad=90, the=400, delayed=30), Counter(love=80, the=410, thanks=60))
    return Exploration(
        sets=[
            OnData(
                dataset=name,
                read=10_000,
                empty=1,
                conflicts=40,
                duplicates=300,
                kept=9_659,
                labels={"negative": 5_000, "neutral": 1_500, "positive": 3_500},
                lengths=lengths,
                telling=telling,
                repeats=repeats(
                    ["a", "a", "b", "b", "c"], ["positive", "negative", "positive", "positive", "negative"]
                ),
            )
            for name in sets
        ]
    )


def _on(labels: np.ndarray, probabilities: np.ndarray) -> OnDataSet:
    found = scores(labels, probabilities)
    false, true, _ = metrics.roc_curve(labels, probabilities)
    precision, recall, _ = metrics.precision_recall_curve(labels, probabilities)
    confidence = np.maximum(probabilities, 1 - probabilities)
    right = (probabilities >= 0.5) == (labels == 1)
    order = np.argsort(-confidence)
    share = np.arange(1, len(labels) + 1) / len(labels)
    bins = np.minimum(((confidence - 0.5) * 20).astype(int), 9)
    return OnDataSet(
        rows=found.rows,
        positive_share=found.positive_share,
        accuracy=_estimate(found.accuracy, 0.02),
        mean_recall=_estimate((found.recall_negative + found.recall_positive) / 2, 0.02),
        f1_negative=_estimate(found.f1_negative, 0.02),
        f1_positive=_estimate(found.f1_positive, 0.02),
        roc_auc=_estimate(found.roc_auc, 0.02),
        log_loss=_estimate(found.log_loss, 0.02),
        calibration_error=_estimate(found.calibration_error, 0.01),
        calibration_error_before=found.calibration_error * 2,
        confusion=(found.true_negative, found.false_positive, found.false_negative, found.true_positive),
        roc=_points(false, true),
        precision_recall=_points(recall, precision),
        reliability=[
            Bin(
                float(confidence[bins == one].mean()),
                float(right[bins == one].mean()),
                int((bins == one).sum()),
            )
            for one in np.unique(bins)
        ],
        coverage=_points(share, np.cumsum(right[order]) / np.arange(1, len(labels) + 1)),
    )


def _points(across: np.ndarray, up: np.ndarray) -> list[tuple[float, float]]:
    kept = np.unique(np.linspace(0, len(across) - 1, 200).astype(int))
    return [(float(across[place]), float(up[place])) for place in kept]


def _estimate(value: float, half: float) -> Estimate:
    return Estimate(value, value - half, value + half)
