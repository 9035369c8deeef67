"""The kinds of model that are compared, each a small module with the same interface."""

from training.candidates.base import Candidate, Examples, Fitted
from training.candidates.bilstm import BiLstm
from training.candidates.tfidf_logreg import TfidfLogReg
from training.candidates.transformer import Transformer

CANDIDATES: dict[str, type[Candidate]] = {
    "tfidf_logreg": TfidfLogReg,
    "bilstm": BiLstm,
    "transformer": Transformer,
}

__all__ = ["CANDIDATES", "BiLstm", "Candidate", "Examples", "Fitted", "TfidfLogReg", "Transformer"]
