"""The report of a run: one HTML file that needs nothing else."""

from pathlib import Path

from workflow_core.demo.outcome import Outcome
from workflow_core.demo.report.page import page
from workflow_core.pipeline.compiled import Pipeline

__all__ = ["page", "write_report"]


def write_report(outcome: Outcome, pipeline: Pipeline, path: Path) -> Path:
    """Write the report of a run to a file, and return its path."""
    path.write_text(page(outcome, pipeline), encoding="utf-8")
    return path
