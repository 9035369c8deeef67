"""All that a page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from training.assessment.kept import Predictions
from training.assessment.record import Assessment
from training.learning_curve.points import LearningPoint
from training.report.exploration import Exploration
from training.report.palette import Look, looks


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Assessments, the best candidate first, and what goes with them.

    ``verdicts`` says of each candidate why it was selected or not; ``missing`` names what could not be shown,
    and why; ``texts`` whether texts of the data sets may stand on the page.
    """

    assessments: tuple[Assessment, ...]
    selected: str
    rule: str
    verdicts: Mapping[str, str]
    predictions: Mapping[str, Predictions]
    learning: tuple[LearningPoint, ...] = ()
    exploration: Exploration | None = None
    missing: tuple[str, ...] = field(default=())
    texts: bool = True

    @property
    def best(self) -> Assessment:
        """The selected candidate's."""
        return next(one for one in self.assessments if one.candidate == self.selected)

    @property
    def looks(self) -> dict[str, Look]:
        """How each candidate is drawn."""
        return looks([one.candidate for one in self.assessments], selected=self.selected)

    @property
    def datasets(self) -> list[str]:
        """Names of all data sets that a candidate was measured on, in order of their names."""
        return sorted({name for one in self.assessments for name in one.sets})
