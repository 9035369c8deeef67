"""The account of a retraining, for people and for machines."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from training.retraining.gate import Evidence, Finding

Decision = Literal["promoted", "would be promoted", "kept"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was decided and why. `challenger` and `evidence` are None where it was not even trained."""

    created: str
    decision: Decision
    present: str
    challenger: str | None
    run_id: str | None
    feedback: str
    findings: tuple[Finding, ...]
    evidence: Evidence | None
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the challenger is better."""
        return all(finding.holds for finding in self.findings)

    def text(self) -> str:
        """For a person: the decision, every rule, and the behavioural cases that changed."""
        lines = [
            f"{self.decision}: {self._who()}",
            f"feedback {self.feedback}" + (f", run {self.run_id}" if self.run_id else ""),
            *(f"note: {note}" for note in self.notes),
            "",
            *(f"{'yes' if finding.holds else 'NO '}  {finding.sentence}" for finding in self.findings),
        ]
        if self.evidence is not None:
            old, new = self.evidence.behaviour.present, self.evidence.behaviour.challenger
            lines += [f"     now fails  {case}" for case in new if case not in old]
            lines += [f"     now passes {case}" for case in old if case not in new]
        return "\n".join(lines)

    def write(self, folder: Path) -> None:
        """``report.json`` and ``report.txt``."""
        folder.mkdir(parents=True, exist_ok=True)
        content = json.dumps(asdict(self), indent=2, ensure_ascii=False, allow_nan=False)
        (folder / "report.json").write_text(content + "\n", encoding="utf-8")
        (folder / "report.txt").write_text(self.text() + "\n", encoding="utf-8")

    def _who(self) -> str:
        if self.challenger is None:
            return f"{self.present}; no challenger was trained"
        if self.decision == "kept":
            return f"{self.present}; {self.challenger} does not pass"
        return f"{self.challenger} in place of {self.present}"
