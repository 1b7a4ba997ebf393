"""Authors: who ever set a status on an item in a task. It follows from the history and is stored nowhere else."""

from sqlmodel import Session

from workflow_core.store.database.dialect import run
from workflow_core.store.models import TaskItem


def of_reviewed(session: Session, *, task_item: TaskItem) -> set[int]:
    """Return who is an author of the item in a task that the task item's task reviews."""
    found = run(
        session,
        """
        SELECT DISTINCT ev.actor_id FROM review r JOIN event ev ON ev.task_id = r.task_id AND ev.item_id = :item
        AND ev.verb = 'submitted' WHERE r.qa_task_id = :task
        """,
        item=task_item.item_id,
        task=task_item.task_id,
    )
    return set(found.scalars())
