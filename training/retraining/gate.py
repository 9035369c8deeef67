"""Whether a challenger takes the place of the model that is served, and why or why not."""

from collections.abc import Mapping
from dataclasses import dataclass

from training.assessment.paired import Paired


@dataclass(frozen=True, kw_only=True)
class GateRules:
    """What a challenger must show; every part must hold.

    On held-out feedback, at least ``min_feedback`` rows, at least ``min_wrong`` of which the present model
    gets wrong: it is better by an exact McNemar test at ``alpha``, and gets at least ``min_fixed`` of the
    present model's mistakes right. The second is asked because users report mistakes: on such rows any other
    model fixes some, by chance and at no cost, and one trained again on the same data must not pass for
    better.

    Nowhere else it is worse: on each usual data set it costs at most ``margin`` accuracy (or a row and a
    half, where a row is worth more) and, beyond what ``log_loss_errors`` standard errors of a small set
    explain, ``log_loss_margin`` nats of log-loss; on each slice of at least
    ``min_slice`` rows at most ``slice_margin``, unless that could be chance (McNemar at ``alpha``, divided by
    the number of slices); and of the behavioural cases it fails at most ``behaviour_margin`` more, as a share
    of all.
    """

    alpha: float = 0.05
    min_feedback: int = 20
    min_wrong: int = 8
    min_fixed: float = 0.25
    margin: float = 0.01
    log_loss_margin: float = 0.03
    log_loss_errors: float = 1.645
    slice_margin: float = 0.03
    min_slice: int = 30
    behaviour_margin: float = 0.05


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How many behavioural cases there are, and which of them each model fails."""

    cases: int
    present: tuple[str, ...]
    challenger: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Both models on held-out feedback, on each usual data set's test rows, their slices, and the cases."""

    feedback: Paired | None
    datasets: Mapping[str, Paired]
    slices: Mapping[str, Paired]
    behaviour: Behaviour


@dataclass(frozen=True)
class Finding:
    """One rule: whether it holds, in a sentence."""

    holds: bool
    sentence: str


def judge(evidence: Evidence, rules: GateRules) -> list[Finding]:
    """Every rule's finding; the challenger is promoted if all hold."""
    return [
        *_better_on_feedback(evidence.feedback, rules),
        *(_not_worse(name, pair, rules) for name, pair in evidence.datasets.items()),
        *(_slice(name, pair, rules, len(evidence.slices)) for name, pair in evidence.slices.items()),
        _behaves(evidence.behaviour, rules),
    ]


def enough_feedback(rows: int, wrong: int, rules: GateRules) -> Finding:
    """Whether so many held-out rows, of which the present model gets so many wrong, can show anything."""
    return Finding(
        rows >= rules.min_feedback and wrong >= rules.min_wrong,
        f"{rows} rows of feedback are held out, {wrong} of which the present model gets wrong "
        f"(at least {rules.min_feedback} and {rules.min_wrong} are needed)",
    )


def _better_on_feedback(pair: Paired | None, rules: GateRules) -> list[Finding]:
    if pair is None:
        return [enough_feedback(0, 0, rules)]
    wrong = pair.rows - pair.present_right
    share = pair.fixed / wrong if wrong else 0.0
    return [
        enough_feedback(pair.rows, wrong, rules),
        Finding(
            pair.p_better <= rules.alpha,
            f"held-out feedback: {pair.present_right} -> {pair.challenger_right} of {pair.rows} right, "
            f"{pair.fixed} fixed and {pair.broken} broken, p = {pair.p_better:.2g} (at most {rules.alpha})",
        ),
        Finding(
            share >= rules.min_fixed,
            f"{share:.0%} of the present model's mistakes are fixed (at least {rules.min_fixed:.0%})",
        ),
    ]


def _not_worse(name: str, pair: Paired, rules: GateRules) -> Finding:
    allowed = max(rules.margin, 1.5 / pair.rows)
    log_loss_allowed = rules.log_loss_margin + rules.log_loss_errors * pair.log_loss_error
    costs = pair.challenger_log_loss - pair.present_log_loss
    return Finding(
        pair.loss <= allowed and costs <= log_loss_allowed,
        f"{name}: accuracy {_accuracies(pair)} on {pair.rows:,} rows (may lose {allowed:.3f}), log-loss "
        f"{pair.present_log_loss:.3f} -> {pair.challenger_log_loss:.3f} (may gain {log_loss_allowed:.3f})",
    )


def _slice(name: str, pair: Paired, rules: GateRules, slices: int) -> Finding:
    alpha = rules.alpha / slices
    worse = pair.rows >= rules.min_slice and pair.loss > rules.slice_margin and pair.p_worse <= alpha
    few = f", too few to judge (under {rules.min_slice})" if pair.rows < rules.min_slice else ""
    return Finding(
        not worse,
        f"slice {name}: accuracy {_accuracies(pair)} on {pair.rows:,} rows{few} (may lose "
        f"{rules.slice_margin}, p of a loss by chance {pair.p_worse:.2g}, at most {alpha:.2g})",
    )


def _behaves(behaviour: Behaviour, rules: GateRules) -> Finding:
    more = len(behaviour.challenger) - len(behaviour.present)
    allowed = int(rules.behaviour_margin * behaviour.cases)
    return Finding(
        more <= allowed,
        f"behaviour: fails {len(behaviour.present)} -> {len(behaviour.challenger)} of {behaviour.cases} "
        f"cases (may fail {allowed} more)",
    )


def _accuracies(pair: Paired) -> str:
    return f"{pair.present_right / pair.rows:.4f} -> {pair.challenger_right / pair.rows:.4f}"
