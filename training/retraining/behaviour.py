"""What any model of sentiment should do, whatever data it was trained on (after Ribeiro et al. 2020).

Three kinds of case: a plain text has the label that anybody would give it; a change that says nothing leaves
the label alone; an addition that says something moves the probability its way, or not far against it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from function_app.contract import Label

Score = Callable[[list[str]], npt.NDArray[np.float32]]
AGAINST = 0.05
"""How far P(positive) may move against an addition: it is near 0 or 1 already in many texts."""


@dataclass(frozen=True)
class Case:
    """``text`` must have ``label``; or, with ``other``, both the same label; or the change go towards it."""

    kind: Literal["plain", "unchanged", "directed"]
    text: str
    label: Label | None = None
    other: str | None = None

    def texts(self) -> list[str]:
        """What has to be scored."""
        return [self.text] if self.other is None else [self.text, self.other]

    def holds(self, probabilities: Sequence[float]) -> bool:
        """Whether the model that gave these P(positive) to `texts` behaves."""
        first, last = probabilities[0], probabilities[-1]
        if self.kind == "plain":
            return (first >= 0.5) == (self.label == "positive")
        if self.kind == "unchanged":
            return (first >= 0.5) == (last >= 0.5)
        towards = last - first if self.label == "positive" else first - last
        return towards >= -AGAINST

    def __str__(self) -> str:
        return f"{self.kind}: {' | '.join(self.texts())}"


def _plain(label: Label, *texts: str) -> list[Case]:
    return [Case("plain", text, label) for text in texts]


def _unchanged(*pairs: tuple[str, str]) -> list[Case]:
    return [Case("unchanged", text, other=other) for text, other in pairs]


def _directed(label: Label, *pairs: tuple[str, str]) -> list[Case]:
    return [Case("directed", text, label, f"{text} {addition}") for text, addition in pairs]


SUITE: tuple[Case, ...] = (
    *_plain(
        "positive",
        "I love this",
        "thank you so much, great service",
        "what a wonderful day",
        "best flight I have ever had",
        "so happy with my new phone",
        "the crew was friendly and helpful",
        "this is not bad at all",
        "I can't complain, it was great",
        "amazing, thanks for the quick help",
        "👍👍",
        "great game tonight :)",
        "beautiful morning 😍",
        "well done everyone, I enjoyed it",
    ),
    *_plain(
        "negative",
        "I hate this",
        "worst service ever",
        "my flight was cancelled and nobody helped",
        "so sad today",
        "the staff was rude and unhelpful",
        "this is not good",
        "I am not happy with this",
        "I don't like it at all",
        "lost my bag again, terrible",
        "😡😡",
        "stuck at the airport for hours :(",
        "awful, never again",
        "so disappointed in you",
    ),
    *_unchanged(
        ("great flight today", "Great flight today"),
        ("great flight today", "great flight today http://example.com/a1"),
        ("@ann what a terrible day", "@bob what a terrible day"),
        ("thanks for the help, Maria", "thanks for the help, Thomas"),
        ("my 7 pm flight was cancelled", "my 9 pm flight was cancelled"),
        ("worst hotel in Oldport", "worst hotel in Newhaven"),
        ("I love it!", "I love it!!!"),
        ("I love it &amp; you", "I love it & you"),
        ("so sad today", "so sad today."),
        ("happy birthday, enjoy your day", "happy  birthday,  enjoy  your  day"),
    ),
    *_directed(
        "negative",
        ("the flight was on time", "but I hated it"),
        ("we arrived yesterday", "and my bag is lost"),
        ("the food came", "and it was awful"),
        ("I watched the game", ":("),
        ("nice seats", "but the crew was rude"),
        ("boarding now", "worst airline ever"),
    ),
    *_directed(
        "positive",
        ("the flight was late", "but I loved it"),
        ("we arrived yesterday", "and it was wonderful"),
        ("the food came", "and it was great"),
        ("I watched the game", ":)"),
        ("long day", "but I am so happy"),
        ("boarding now", "best airline ever, thank you"),
    ),
)


def failures(score: Score, suite: Sequence[Case] = SUITE) -> list[Case]:
    """The cases that the model fails."""
    texts = [text for case in suite for text in case.texts()]
    probabilities = iter(score(texts).tolist())
    return [case for case in suite if not case.holds([next(probabilities) for _ in case.texts()])]
