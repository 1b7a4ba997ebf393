"""Reviews: which tasks a QA task reviews."""

from sqlmodel import Session, select

from workflow_core.store.models import Review


def task_ids(session: Session, *, qa_task_id: int) -> list[int]:
    """Return the keys of the tasks that a QA task reviews."""
    return list(session.exec(select(Review.task_id).where(Review.qa_task_id == qa_task_id)))
