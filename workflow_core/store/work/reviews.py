"""Reviews: which tasks a QA task reviews, by the version that an item follows."""

from sqlmodel import Session, col, select

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Task
from workflow_core.store.models.task_items import REVIEWED


def task_ids(session: Session, *, qa_task_item_id: int) -> list[int]:
    """Return the keys of the tasks that are reviewed at a QA task item."""
    reviewed = f"SELECT r.task_id FROM task_item JOIN review r ON {REVIEWED} WHERE task_item.id = :qa ORDER BY 1"
    return list(run(session, reviewed, qa=qa_task_item_id).scalars())


def tasks(session: Session, *, qa_task_item_id: int) -> dict[int, Task]:
    """Return the tasks that are reviewed at a QA task item, by their keys, the oldest first."""
    query = select(Task).where(col(Task.id).in_(task_ids(session, qa_task_item_id=qa_task_item_id)))
    return {task.id: task for task in session.exec(query.order_by(col(Task.id)))}
