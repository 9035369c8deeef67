"""A drift report in plain English, as it stands in an e-mail."""

from math import exp

from function_app.store.records import DriftReport


def describe(report: DriftReport, *, min_samples: int) -> str:
    """What moved, by how much, over how many tweets, how sure that is, and what to do."""
    noun = "tweet" if report.samples == 1 else "tweets"
    tweets = f"{report.samples:,} {noun} scored by model {report.model}"
    if report.status == "insufficient_data":
        return f"Too early to judge: {tweets}, and at least {min_samples:,} are needed. Nothing to do."
    moved = (
        f"{report.positive_rate or 0:.1%} were called positive, against {report.reference_positive_rate:.1%} "
        f"of the held-out data; {report.effect.total_variation:.1%} of the scores lie elsewhere than there"
    )
    if report.status == "stable":
        return f"No drift over {tweets}: {moved}. Nothing to do."
    sure = f"Without any change, evidence this strong would ever come up in {_rarity(report.evidence.log_e)}."
    if report.status == "warning":
        return f"Possible drift over {tweets}: {moved}. {sure} Watch the next checks; no alarm is raised yet."
    return (
        f"The tweets have drifted over {tweets}: {moved}. {sure} "
        "Read a sample of recent tweets and of the answers reported wrong, then retrain on them."
    )


def _rarity(log_e: float) -> str:
    """The most that Ville's inequality allows, e to the power −log_e, as a share of deployments."""
    if log_e > 20:
        return "fewer than one in 100,000,000 deployments"
    return f"at most one in {exp(log_e):,.0f} deployments"
