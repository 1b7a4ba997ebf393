"""In which project something is, by its number: for tokens that are good in one alone."""

from collections.abc import Mapping
from typing import Final

from sqlmodel import Session

from workflow_core.store.database.dialect import run

OF: Final[Mapping[str, str]] = {
    "project": "SELECT id FROM project WHERE id = :id",
    "dataset": "SELECT project_id FROM dataset WHERE id = :id",
    "item": "SELECT project_id FROM dataset JOIN item ON item.dataset_id = dataset.id WHERE item.id = :id",
    "pipeline": "SELECT project_id FROM pipeline WHERE id = :id",
    "export": "SELECT project_id FROM pipeline JOIN export e ON e.pipeline_id = pipeline.id WHERE e.id = :id",
    "job": "SELECT project_id FROM job WHERE id = :id",
    "task": "SELECT project_id FROM task WHERE id = :id",
    "assignment": "SELECT project_id FROM task JOIN assignment a ON a.task_id = task.id WHERE a.id = :id",
    "task_item": "SELECT project_id FROM task JOIN task_item r ON r.task_id = task.id WHERE r.id = :id",
    "issue": """SELECT project_id FROM task JOIN task_item r ON r.task_id = task.id
        JOIN issue i ON i.task_item_id = r.id WHERE i.id = :id""",
}
"""By what something is called, the project of one of them."""


def project_of(session: Session, *, noun: str, id: int) -> int | None:
    """Return the project in which something is; None where there is none such."""
    found = run(session, OF[noun], id=id).first()
    return None if found is None else int(found[0])
