"""Assignments: in which tasks a person has a share."""

from sqlmodel import Session, col, select

from workflow_core.store.models import Assignment, Membership, Task


def find(session: Session, *, person_id: int, task_id: int) -> tuple[Task, Assignment, str] | None:
    """Return a task, a person's active assignment in it, and their role in its project; None where one is missing."""
    return session.exec(
        select(Task, Assignment, Membership.role)
        .join(Assignment, col(Assignment.task_id) == col(Task.id))
        .join(Membership, col(Membership.project_id) == col(Task.project_id))
        .where(Task.id == task_id, Assignment.person_id == person_id, col(Assignment.active))
        .where(Membership.person_id == person_id)
    ).first()
