"""The search for a candidate's hyperparameters."""
