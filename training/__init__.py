"""How the model is made: data, candidates, evaluation and selection."""
