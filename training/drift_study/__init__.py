"""How often the drift check is wrong, and how soon it is right, beside the usual fixed thresholds.

``make drift-study``, or ``python -m training.drift_study --help``; docs/DRIFT.md says what came out.
"""
