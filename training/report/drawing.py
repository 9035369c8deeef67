"""Every picture of the page, as PNG."""

import io

from matplotlib.figure import Figure

from training.report.curves import coverage, precision_recall, reliability, roc
from training.report.dots import slices
from training.report.exploration_plots import classes, lengths
from training.report.findings import Findings
from training.report.matrices import candidates_against_each_other, confusions
from training.report.page import Picture
from training.report.trade_offs import accuracy_against_latency, learning_curve

DOTS_PER_INCH = 120


def pictures(findings: Findings) -> dict[str, Picture]:
    """The pictures by name; those that there is nothing to show for are left out."""
    drawn: dict[str, tuple[Figure, str]] = {
        "roc": (roc(findings), "ROC curves of all candidates, one panel a data set."),
        "precision_recall": (
            precision_recall(findings),
            "Precision against recall of the positive class, one panel a data set.",
        ),
        "reliability": (
            reliability(findings),
            "Accuracy against confidence in bins; grey bars: rows of the selected candidate in each bin.",
        ),
        "coverage": (
            coverage(findings),
            "Accuracy among the surest answers against the share of rows that are answered.",
        ),
        "confusion": (confusions(findings), f"Confusion matrices of {findings.selected}."),
        "latency": (
            accuracy_against_latency(findings),
            "Mean accuracy of each candidate against its latency, with the size of its file.",
        ),
    }
    if findings.learning:
        names = [one.candidate for one in findings.assessments]
        drawn["learning_curve"] = (
            learning_curve(findings.learning, candidates=names, selected=findings.selected),
            "Mean accuracy against the number of training rows, on the same test rows.",
        )
    if len(findings.predictions) > 1:
        drawn["mcnemar"] = (
            candidates_against_each_other(findings),
            "Differences of accuracy between all pairs of candidates, with McNemar's exact test.",
        )
    if findings.best.slices:
        drawn["slices"] = (
            slices(findings),
            "Accuracy of each candidate on slices, with intervals. Which words are unknown or rare depends "
            "on a candidate's vocabulary: the rows counted here are the selected one's.",
        )
    if findings.exploration is not None:
        drawn["classes"] = (
            classes(findings.exploration),
            "Share of negative, neutral and positive rows of each data set.",
        )
        drawn["lengths"] = (
            lengths(findings.exploration),
            "Distribution of words a text by label, one panel a data set.",
        )
    return {name: Picture(png=_png(figure), alt=alt) for name, (figure, alt) in drawn.items()}


def _png(figure: Figure) -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DOTS_PER_INCH)
    return content.getvalue()
