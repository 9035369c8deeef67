"""Pictures of a search: its course, and which hyperparameters mattered."""

import warnings
from collections.abc import Mapping

import optuna
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from optuna import Study
from optuna.trial import TrialState

ENOUGH_TRIALS = 5
"""Complete ones, for importances to say anything."""


def figures(study: Study) -> dict[str, Figure]:
    """The pictures by file name; importances are left out where too little is known of them."""
    drawn = {"history.png": history(study)}
    found = importances(study)
    if found:
        drawn["importance.png"] = importance(found, title=study.study_name)
    return drawn


def importances(study: Study) -> dict[str, float]:
    """How much each hyperparameter sets the better trials apart, in shares (Watanabe et al. 2023)."""
    values = [trial.value for trial in study.get_trials(states=[TrialState.COMPLETE])]
    if len(values) < ENOUGH_TRIALS or len(set(values)) < 2:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return dict(optuna.importance.get_param_importances(study))


def history(study: Study) -> Figure:
    """Each trial's log-loss, the best so far as a line, and where trials were given up."""
    complete = study.get_trials(states=[TrialState.COMPLETE])
    pruned = study.get_trials(states=[TrialState.PRUNED])
    numbers, values = [trial.number for trial in complete], [float(trial.value or 0.0) for trial in complete]
    best = [min(values[: place + 1]) for place in range(len(values))]
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.scatter(numbers, values, color="C0", label="complete")
    axes.step(numbers, best, where="post", color="C1", label=f"best so far: {best[-1]:.4f}")
    if pruned:
        # Their figure is that of a training under way, uncalibrated: it has no place on this axis.
        axes.plot(
            [trial.number for trial in pruned],
            [0.02] * len(pruned),
            "x",
            color="grey",
            transform=axes.get_xaxis_transform(),
            label="given up on the way",
        )
    axes.set(xlabel="trial", ylabel="validation log-loss, mean over data sets")
    axes.set_title(study.study_name, fontsize="medium")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    axes.legend(loc="upper right")
    return figure


def importance(shares: Mapping[str, float], *, title: str) -> Figure:
    """A bar each hyperparameter, the most important one on top."""
    ranked = sorted(shares.items(), key=lambda item: item[1])
    figure = Figure(figsize=(8, 1.2 + 0.4 * len(ranked)), layout="constrained")
    axes = figure.add_subplot()
    bars = axes.barh([name for name, _ in ranked], [share for _, share in ranked], color="C0")
    axes.bar_label(bars, fmt="{:.0%}", padding=3)
    axes.set(xlabel="share of importance", xlim=(0, max(shares.values()) * 1.15))
    axes.set_title(title, fontsize="medium")
    axes.grid(alpha=0.3, axis="x")
    return figure
