"""What candidates that read whole words have in common."""

from collections.abc import Sequence

from training.vocabulary import build_vocabulary


class ReadsWords:
    """A candidate whose vocabulary is words, at most ``vocabulary_size`` of them."""

    vocabulary_size: int

    def vocabulary(self, normalised: Sequence[str], *, favoured: Sequence[str]) -> list[str]:
        """The most frequent words."""
        return build_vocabulary(normalised, size=self.vocabulary_size, favoured=favoured)
