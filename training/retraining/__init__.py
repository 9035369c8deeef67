"""A challenger trained with what users said, compared with the model that is served, and promoted or not."""
