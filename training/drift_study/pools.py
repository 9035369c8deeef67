"""Where the study's tweets come from: the project's own corpus, or public data sets in the data folder."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from function_app.predictor import Predictor
from training.data import clean, load
from training.drift_study.foreign import TWEETS
from training.drift_study.scored import Scored, scored
from training.drift_study.typos import with_typos

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "corpus"
GENERAL_ROWS = 120_000
"""Of Sentiment140: twice the reference and the longest stream, so that both differ from stream to stream."""

_FLYING = re.compile(
    r"\b(?:flight|fly|flying|flew|flown|plane|airline|airport|gate|seat|crew|cabin|board|boarding|bag|bags"
    r"|luggage|suitcase|landed|takeoff|runway|pilot|layover|lounge|ticket|delay|delayed|check-?in|air)\b",
    re.IGNORECASE,
)


class Pools(ABC):
    """Scored tweets by what they are about. Each pool is scored when it is first asked for."""

    def __init__(self, predictor: Predictor, *, cache: Path) -> None:
        self._predictor = predictor
        self._cache = cache

    @cached_property
    @abstractmethod
    def general(self) -> Scored:
        """Tweets about anything: the largest pool."""

    @cached_property
    @abstractmethod
    def topic(self) -> Scored:
        """Tweets about one thing."""

    @cached_property
    @abstractmethod
    def later(self) -> Scored:
        """Tweets of a later time than `general`."""

    @abstractmethod
    def misspelt(self, share: float) -> Scored:
        """Tweets of `general`, this share of their words misspelt."""

    @cached_property
    def foreign(self) -> Scored:
        """Tweets in other languages than English."""
        return self._scored(pd.DataFrame({"text": TWEETS, "label": "unknown"}))

    def _scored(self, frame: pd.DataFrame) -> Scored:
        return scored(self._predictor, list(frame["text"]), list(frame["label"]), cache=self._cache)

    def _misspelt(self, frame: pd.DataFrame, share: float) -> Scored:
        texts = with_typos(frame["text"], share=share, rng=np.random.default_rng(0))
        return self._scored(frame.assign(text=texts))


class CorpusPools(Pools):
    """The texts of tests/corpus: a few hundred, so streams draw them with replacement."""

    @cached_property
    def _tweets(self) -> pd.DataFrame:
        return load(CORPUS / "tweets.csv", progress=False)

    @cached_property
    def _about_flying(self) -> pd.Series:
        return self._tweets["text"].str.contains(_FLYING)

    @cached_property
    def general(self) -> Scored:
        return self._scored(self._tweets)

    @cached_property
    def topic(self) -> Scored:
        return self._scored(self._tweets[self._about_flying])

    @cached_property
    def everyday(self) -> Scored:
        """The texts that are not about flying."""
        return self._scored(self._tweets[~self._about_flying])

    @cached_property
    def later(self) -> Scored:
        return self._scored(load(CORPUS / "shifted.csv", progress=False))

    def misspelt(self, share: float) -> Scored:
        return self._misspelt(self._tweets, share)


class RealPools(Pools):
    """Sentiment140 (2009), Twitter US Airline Sentiment (2015), SemEval (2013-2016) and IMDB."""

    def __init__(self, predictor: Predictor, *, cache: Path, folder: Path) -> None:
        super().__init__(predictor, cache=cache)
        self._folder = folder

    def _load(self, name: str, *, most: int | None = None) -> pd.DataFrame:
        frame = load(name, folder=self._folder, progress=False).drop_duplicates("text")
        if most is not None and len(frame) > most:
            frame = frame.sample(most, random_state=0)
        return frame.assign(text=clean(frame["text"]))

    @cached_property
    def _tweets(self) -> pd.DataFrame:
        return self._load("sentiment140", most=GENERAL_ROWS)

    @cached_property
    def _airlines(self) -> pd.DataFrame:
        return self._load("airline")

    @cached_property
    def general(self) -> Scored:
        return self._scored(self._tweets)

    @cached_property
    def topic(self) -> Scored:
        return self._airline(lambda name: name == "United")

    @cached_property
    def airlines(self) -> Scored:
        """Tweets to all airlines."""
        return self._scored(self._airlines)

    @cached_property
    def one_airline(self) -> Scored:
        """Tweets to US Airways."""
        return self._airline(lambda name: name == "US Airways")

    @cached_property
    def other_airlines(self) -> Scored:
        """Tweets to all airlines but US Airways."""
        return self._airline(lambda name: name != "US Airways")

    @cached_property
    def later(self) -> Scored:
        frame = self._load("semeval")
        return self._scored(frame[frame["label"] != "neutral"])

    @cached_property
    def reviews(self) -> Scored:
        """Film reviews: far longer than tweets."""
        return self._scored(self._load("imdb", most=2_000))

    def misspelt(self, share: float) -> Scored:
        return self._misspelt(self._tweets.iloc[:20_000], share)

    def _airline(self, wanted: Callable[[pd.Series], pd.Series]) -> Scored:
        return self._scored(self._airlines[wanted(self._airlines["slice"])])
