"""The model card (after Mitchell et al. 2019), written from a bundle's manifest and from nothing else."""

import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from export.errors import ExportError

CARD = "MODEL_CARD.md"
INTENDED = (
    "Telling whether short English messages about a brand are meant well or badly, with a confidence that "
    "can be taken at its word, so that people look first at what matters and at what the model is unsure of."
)
NOT_INTENDED = (
    "Decisions about single people (hiring, credit, policing, moderation without a person); texts that are "
    "not English; long texts, of which only the first {max_tokens} tokens are read; questions of fact."
)
LIMITS = (
    "Two classes only: a neutral text gets a label too, near one half where the model is unsure.",
    "Irony is read as it is written.",
    "Most training rows are labelled by an emoticon that the author typed; some of these are wrong.",
    "The tweets are of 2009 to 2017. Words that came up since, and what they mean today, are unknown to it.",
    "Dialects, slang of small groups and names that stand for a feeling in the data may be misread; the data "
    "say nothing of who wrote a tweet, so differences between groups of authors could not be measured.",
)


def model_card(manifest_file: Path) -> str:
    """The card of the bundle whose ``manifest.json`` is given, as Markdown.

    Raises `ExportError` when the manifest cannot be read or lacks what a card needs.
    """
    try:
        manifest = json.loads(manifest_file.read_bytes())
        return "\n\n".join(_sections(manifest)) + "\n"
    except (OSError, ValueError, KeyError) as error:
        raise ExportError(f"{manifest_file}: no manifest that a card can be made of: {error!r}") from error


def _sections(manifest: dict[str, Any]) -> list[str]:
    weights = manifest["weights"]
    licence = f"{weights['licence']} ({weights['source']})" if "source" in weights else weights["licence"]
    calibration, graph = manifest["calibration"], manifest["graph"]
    return [
        f"# Model card: {manifest['version']}",
        "Made by `python -m export card` from `function_app/model/manifest.json`; a change here is lost.",
        "## The model",
        "\n".join(
            [
                f"- A text goes in, a calibrated probability of *positive* comes out, as one ONNX file of "
                f"{manifest['files']['model.onnx']['bytes'] / 1e6:.1f} MB.",
                f"- Candidate `{manifest['candidate']}`, {graph['vocabulary_words']:,} words or pieces of "
                f"words, at most {graph['max_tokens']} tokens of a text; made {manifest['created']}.",
                f"- Its training began with {weights['started_from']}; licence: {licence}.",
            ]
        ),
        "## Use",
        f"**Meant for:** {INTENDED}",
        f"**Not meant for:** {NOT_INTENDED.format(max_tokens=graph['max_tokens'])}",
        "## Data",
        "Rows after cleaning; texts that share a wording or an author are all on one side of the split.",
        _data(manifest["data"]),
        "## How good it is",
        f"Measured: {manifest['metrics_of']}. In brackets: 95 % bootstrap intervals over rows.",
        _metrics(manifest["metrics"]),
        f"Calibrated on {calibration['fitted_on_rows']:,} other rows that training never saw; before, the "
        f"calibration error on these was {calibration['calibration_error_before']:.3f}. A text that is "
        f"judged not to be English keeps {calibration['foreign_trust']:.0%} of its log-odds, and the share "
        "of unknown tokens is taken off.",
        _quantisation(manifest["quantisation"]),
        "## Where it is weak",
        "Accuracy on parts of all these test rows together, the weakest first:",
        _slices(manifest["slices"]),
        "## Limits",
        "\n".join(f"- {limit}" for limit in LIMITS),
        "## Training",
        _table(
            ("parameter", "value"), [(f"`{name}`", value) for name, value in manifest["parameters"].items()]
        ),
        *_before(manifest["parameters"]),
    ]


def _data(data: dict[str, Any]) -> str:
    counts: dict[str, dict[str, int]] = {}
    for row in data["fingerprint"]["counts"]:
        counts.setdefault(row["dataset"], {})[row["role"]] = row["rows"]
    lines = []
    for name, roles in counts.items():
        known = data["sources"].get(name, {"source": "", "terms": "the owner's own"})
        held_back = sum(rows for role, rows in roles.items() if role not in ("train", "test"))
        lines.append(
            (
                name,
                f"{roles.get('train', 0):,}",
                f"{held_back:,}",
                f"{roles.get('test', 0):,}",
                known["terms"],
                known["source"],
            )
        )
    heads = ("data set", "training", "validation and calibration", "test", "terms", "source")
    return _table(heads, lines, figures=(1, 2, 3))


def _before(parameters: dict[str, str]) -> list[str]:
    start = parameters.get("start")
    if not start:
        return []
    return [
        f"These are the parameters of its last training, which went on from `{start}`: a model that was "
        "trained before, by parameters that are not in the table, see docs/TRAINING.md."
    ]


def _metrics(metrics: dict[str, Any]) -> str:
    lines = []
    for name, one in metrics.items():
        mean_recall = (one["recall_negative"] + one["recall_positive"]) / 2
        lines.append(
            (
                name,
                f"{one['rows']:,}",
                _with_interval(one),
                f"{mean_recall:.3f}",
                f"{one['f1_negative']:.3f}",
                f"{one['f1_positive']:.3f}",
                f"{one['roc_auc']:.3f}",
                f"{one['calibration_error']:.3f}",
            )
        )
    heads = (
        "test rows of",
        "rows",
        "accuracy",
        "mean recall",
        "F1 negative",
        "F1 positive",
        "ROC-AUC",
        "calibration error",
    )
    return _table(heads, lines, figures=range(1, len(heads)))


def _quantisation(quantisation: dict[str, Any] | None) -> str:
    if quantisation is None:
        return "Nothing was cut to 8 bits."
    worst = max(quantisation["accuracy_lost"].values())
    return (
        f"Weights in 8 bits cost at most {100 * max(worst, 0):.2f} points of accuracy on any set against the "
        "same model in 32 bits."
    )


def _slices(slices: list[dict[str, Any]]) -> str:
    ordered = sorted(slices, key=lambda one: one["accuracy"])
    return _table(
        ("texts", "rows", "accuracy"),
        [
            (
                one["name"],
                f"{one['rows']:,}",
                _with_interval(one),
            )
            for one in ordered
        ],
        figures=(1, 2),
    )


def _with_interval(one: dict[str, Any]) -> str:
    low, high = one["accuracy_interval"]
    return f"{one['accuracy']:.3f} ({low:.3f}–{high:.3f})"


def _table(heads: tuple[str, ...], lines: Iterable[tuple[str, ...]], *, figures: Collection[int] = ()) -> str:
    ruler = ["--:" if column in figures else "---" for column in range(len(heads))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heads, ruler, *lines])
