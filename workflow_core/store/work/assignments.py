"""Assignments: in which tasks a person has a share."""

from sqlmodel import Session, col, select

from workflow_core.store.models import Assignment, Pipeline, Task, TaskItem

_HELD = select(TaskItem.id).where(
    TaskItem.task_id == Assignment.task_id, TaskItem.assignment_id == Assignment.id, TaskItem.state == "claimed"
)
SHARES = col(Assignment.active) | _HELD.exists()
"""Whether a share is somebody's: they are in the team, or a deploy took them out while they had something open."""


def of_person(session: Session, *, person_id: int) -> list[tuple[Task, Assignment, str | None]]:
    """Return a person's shares of tasks that are not archived, each with its task and pipeline's name.

    Those of a higher priority come first, then what is due first, then the oldest task.
    """
    rows = session.exec(
        select(Task, Assignment, Pipeline.name)
        .join(Assignment, col(Assignment.task_id) == col(Task.id))
        .join(Pipeline, col(Pipeline.id) == col(Task.pipeline_id), isouter=True)
        .where(Assignment.person_id == person_id, SHARES, col(Task.archived_at).is_(None))
        .order_by(col(Task.priority).desc(), col(Task.due_at).is_(None), col(Task.due_at), col(Task.id))
    )
    return [(task, assignment, pipeline) for task, assignment, pipeline in rows]
