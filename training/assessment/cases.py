"""What any model of sentiment should do, whatever data it was trained on (after Ribeiro et al. 2020).

Four kinds of case: a plain text has the label that anybody would give it; a change that says nothing leaves
the label alone; an addition that says something moves the probability its way, or not far against it; and
of a text that nobody could judge the model is not sure.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from function_app.contract import Label
from training.assessment.record import Behaviour

Score = Callable[[list[str]], npt.NDArray[np.float32]]
Kind = Literal["plain", "unchanged", "directed", "doubtful"]
AGAINST = 0.05
"""How far P(positive) may move against an addition: it is near 0 or 1 already in many texts."""
DOUBT = 0.7
"""The confidence that a text which nobody could judge may have at most."""
KINDS: dict[Kind, str] = {
    "plain": "minimum functionality",
    "unchanged": "invariance",
    "directed": "direction",
    "doubtful": "doubt",
}


@dataclass(frozen=True)
class Case:
    """``text`` must have ``label``; or, with ``other``, both the same label; or the change go towards it.

    A doubtful text has neither: only the confidence must be low.
    """

    kind: Kind
    text: str
    label: Label | None = None
    other: str | None = None
    capability: str = ""

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
        if self.kind == "doubtful":
            return max(first, 1 - first) <= DOUBT
        towards = last - first if self.label == "positive" else first - last
        return towards >= -AGAINST

    def failed(self, probabilities: Sequence[float]) -> str:
        """For a person: the texts, what the model gave them and what it should have."""
        given = " → ".join(f"{one:.2f}" for one in probabilities)
        wanted = {
            "plain": self.label,
            "unchanged": "one label",
            "directed": f"more {self.label}",
            "doubtful": "near 0.5",
        }
        return f"{' | '.join(self.texts())}: P(positive) {given}, should be {wanted[self.kind]}"

    def __str__(self) -> str:
        return f"{self.kind}: {' | '.join(self.texts())}"


def plain(capability: str, label: Label, texts: Iterable[str]) -> list[Case]:
    """Texts of one label."""
    return [Case("plain", text, label, capability=capability) for text in texts]


def unchanged(capability: str, pairs: Iterable[tuple[str, str]]) -> list[Case]:
    """Pairs that say the same."""
    return [Case("unchanged", text, other=other, capability=capability) for text, other in pairs]


def directed(capability: str, label: Label, pairs: Iterable[tuple[str, str]]) -> list[Case]:
    """Pairs whose second text is nearer to the label."""
    return [Case("directed", text, label, other, capability) for text, other in pairs]


def doubtful(capability: str, texts: Iterable[str]) -> list[Case]:
    """Texts that nobody could judge, or no model of English."""
    return [Case("doubtful", text, capability=capability) for text in texts]


def failures(score: Score, suite: Sequence[Case]) -> list[Case]:
    """The cases that the model fails."""
    return [case for case, given in _scored(score, suite) if not case.holds(given)]


def behaviours(score: Score, suite: Sequence[Case]) -> list[Behaviour]:
    """How many cases of each capability and kind hold, in the order of the suite, and all that do not."""
    found: dict[tuple[str, str], list[str | None]] = {}
    for case, given in _scored(score, suite):
        failed = None if case.holds(given) else case.failed(given)
        found.setdefault((case.capability, KINDS[case.kind]), []).append(failed)
    return [
        Behaviour(
            capability=capability,
            kind=kind,
            cases=len(cases),
            held=cases.count(None),
            failures=[failed for failed in cases if failed is not None],
        )
        for (capability, kind), cases in found.items()
    ]


def _scored(score: Score, suite: Sequence[Case]) -> Iterator[tuple[Case, list[float]]]:
    texts = [text for case in suite for text in case.texts()]
    probabilities = iter(score(texts).tolist())
    for case in suite:
        yield case, [next(probabilities) for _ in case.texts()]
