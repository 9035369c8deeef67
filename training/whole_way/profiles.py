"""What the whole way trains, and on what, by how long one wants to wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from export.parity import MIN_TEXTS
from training.assessment.rows import IMDB_ROWS
from training.candidates import CANDIDATES, Candidate
from training.candidates.hyperparameters import named_candidate
from training.learning_curve.command import SIZES

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "corpus" / "tweets.csv"
CURVE = "tfidf_logreg"
"""Whose learning curve is drawn: one that trains in a minute."""
TWEETS = ("sentiment140", "airline", "semeval", "tweet_sentiment_extraction", "sts_gold")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """``settings``: hyperparameters by candidate, in place of its defaults.

    ``left_out``: candidates that only train when they are named. ``limit``: rows of each data set.
    ``trial``: it only tries things out, so its runs and bundles are kept apart from those that a served model
    is taken of. ``imdb``: film reviews to test on as well. ``curve``: training rows of the points of a
    learning curve, none for none.
    """

    about: str
    data: tuple[str, ...]
    limit: int | None = None
    left_out: frozenset[str] = frozenset()
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    min_parity_texts: int = MIN_TEXTS
    trial: bool = False
    imdb: int | None = None
    curve: tuple[int, ...] = ()

    def candidates(self, names: Sequence[str] = ()) -> dict[str, Candidate]:
        """The candidates of these names, or all that the profile trains.

        Raises:
            HyperparameterError: there is no such candidate, or it cannot take the settings.
        """
        asked = names or [name for name in CANDIDATES if name not in self.left_out]
        return {name: named_candidate(name, self.settings.get(name, {})) for name in asked}


PROFILES = {
    "corpus": Profile(
        about="the project's own 700 texts: to see that everything works",
        data=(str(CORPUS),),
        settings={
            "naive_bayes": {"min_documents": "1"},
            "tfidf_logreg": {"min_documents": "1"},
            "tfidf_forest": {"trees": "100", "leaves": "50"},
            "tfidf_lightgbm": {"trees": "100", "leaves": "15", "min_rows": "5"},
            "hashed_ngrams": {"bits": "16"},
            "bilstm": {
                "embedding_width": "16",
                "units": "16",
                "batch_size": "16",
                "epochs": "8",
                "patience": "3",
            },
            "transformer": {"batch_size": "16", "warmup": "5", "epochs": "1"},
        },
        min_parity_texts=50,
        trial=True,
        curve=(25, 50, 100, 200, 400),
    ),
    "quick": Profile(
        about="20,000 rows of each real data set, without the transformer",
        data=TWEETS,
        limit=20_000,
        left_out=frozenset({"transformer"}),
        trial=True,
    ),
    "full": Profile(
        about="all rows and all candidates: hours, most of them for the transformer",
        data=TWEETS,
        imdb=IMDB_ROWS,
        curve=SIZES,
    ),
}
