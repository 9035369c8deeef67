"""The kinds of model that are compared, each a small module with the same interface."""

from training.candidates.base import Candidate, Examples, Fitted
from training.candidates.bilstm import BiLstm
from training.candidates.hashed_ngrams import HashedNgramsRegression
from training.candidates.naive_bayes import NaiveBayes
from training.candidates.sentence_encoder import SentenceEncoder
from training.candidates.tfidf_forest import TfidfForest
from training.candidates.tfidf_lightgbm import TfidfLightGbm
from training.candidates.tfidf_logreg import TfidfLogReg
from training.candidates.transformer import Transformer

CANDIDATES: dict[str, type[Candidate]] = {
    "naive_bayes": NaiveBayes,
    "tfidf_logreg": TfidfLogReg,
    "tfidf_forest": TfidfForest,
    "tfidf_lightgbm": TfidfLightGbm,
    "hashed_ngrams": HashedNgramsRegression,
    "bilstm": BiLstm,
    "transformer": Transformer,
    "sentence_encoder": SentenceEncoder,
}

__all__ = [
    "CANDIDATES",
    "BiLstm",
    "Candidate",
    "Examples",
    "Fitted",
    "HashedNgramsRegression",
    "NaiveBayes",
    "SentenceEncoder",
    "TfidfForest",
    "TfidfLightGbm",
    "TfidfLogReg",
    "Transformer",
]
