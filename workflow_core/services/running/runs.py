"""Reading a pipeline's run: its whole history, what is open where, what was drawn, and who moves."""

from workflow_core.store.reads.runs import (
    Flagged,
    Happened,
    TaskCount,
    counts,
    drawn,
    history,
    issues,
    items,
    pipeline_of,
    reached,
    task_ids,
)

__all__ = [
    "Flagged",
    "Happened",
    "TaskCount",
    "counts",
    "drawn",
    "history",
    "issues",
    "items",
    "pipeline_of",
    "reached",
    "task_ids",
]
