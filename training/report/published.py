"""What others got: comparable public projects, as they published it.

They stand beside our figures to show where the field is. None of them was measured here, and their test rows
are not ours. The first three are of balanced test rows of Sentiment140; the last two trained on the full 1.6
million with a random split, which lets texts and authors stand on both sides.
"""

from dataclasses import dataclass

SOURCE = "comparable public projects, as given to this project"
DATASET = "sentiment140"


@dataclass(frozen=True, kw_only=True)
class Published:
    """One system's figures on Sentiment140; None where none was published."""

    system: str
    trained_on: str
    accuracy: float
    f1: float | None = None
    roc_auc: float | None = None


PUBLISHED = (
    Published(
        system="logistic regression",
        trained_on="Sentiment140, balanced",
        accuracy=0.78,
        f1=0.77,
        roc_auc=0.85,
    ),
    Published(system="LSTM", trained_on="Sentiment140, balanced", accuracy=0.79, f1=0.80, roc_auc=0.88),
    Published(system="BERT", trained_on="Sentiment140, balanced", accuracy=0.82, f1=0.82, roc_auc=0.90),
    Published(system="random forest", trained_on="not stated", accuracy=0.71),
    Published(system="LightGBM", trained_on="not stated", accuracy=0.73),
    Published(system="Universal Sentence Encoder", trained_on="16,000 tweets", accuracy=0.77),
    Published(system="BERT-base", trained_on="1.6 million, random split", accuracy=0.875),
    Published(system="RoBERTa-base", trained_on="1.6 million, random split", accuracy=0.891),
)
