"""From MLflow to one HTML file, and back: the page and its pictures are kept in a run of their own."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
import msgspec

from training import tracking
from training.report.collecting import EXPLORATION_FILE, TAG, collect
from training.report.drawing import pictures
from training.report.findings import Findings
from training.report.page import page


def write_report(out: Path, *, look_at_data: bool, texts: bool, progress: bool) -> Findings:
    """Write the page to ``out``; what it shows.

    Args:
        look_at_data: read the data sets too, unless an earlier report has.
        texts: quote texts of the data sets; without, the page holds none but those that we wrote.

    Raises:
        ReportError: no candidate is selected, or the selected one was not assessed.
    """
    findings = collect(tracking.connect(), look_at_data=look_at_data, texts=texts, progress=progress)
    drawn = pictures(findings)
    made = datetime.now(UTC)
    content = page(findings, drawn, made=f"{made:%Y-%m-%d %H:%M} UTC")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(content, encoding="utf-8")
    with (
        mlflow.start_run(run_name="report", tags={TAG: findings.best.data_sha256}),
        TemporaryDirectory() as folder,
    ):
        kept = Path(folder)
        (kept / "report.html").write_text(content, encoding="utf-8")
        (kept / "plots").mkdir()
        for name, picture in drawn.items():
            (kept / "plots" / f"{name}.png").write_bytes(picture.png)
        if findings.exploration is not None:
            (kept / EXPLORATION_FILE).write_bytes(msgspec.json.encode(findings.exploration))
        mlflow.log_artifacts(folder)
    return findings
