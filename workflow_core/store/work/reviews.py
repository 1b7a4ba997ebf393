"""Reviews: which tasks a QA task reviews."""

from sqlmodel import Session, col, select

from workflow_core.store.models import Review, Task


def task_ids(session: Session, *, qa_task_id: int) -> list[int]:
    """Return the keys of the tasks that a QA task reviews."""
    return list(session.exec(select(Review.task_id).where(Review.qa_task_id == qa_task_id)))


def tasks(session: Session, *, qa_task_id: int) -> dict[int, Task]:
    """Return the tasks that a QA task reviews, by their keys, the oldest first."""
    query = select(Task).join(Review, col(Review.task_id) == col(Task.id)).where(Review.qa_task_id == qa_task_id)
    return {task.id: task for task in session.exec(query.order_by(col(Task.id)))}
