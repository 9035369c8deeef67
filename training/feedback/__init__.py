"""From what users said to labelled texts that a model can learn from."""
