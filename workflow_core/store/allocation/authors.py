"""Authors: who ever set a status on an item in a task. It follows from the history and is stored nowhere else."""

from sqlmodel import Session

from workflow_core.store.database.dialect import run
from workflow_core.store.models import TaskItem
from workflow_core.store.models.task_items import REVIEWED


def of_reviewed(session: Session, *, task_item: TaskItem) -> set[int]:
    """Return who is an author of the item in a task that the task item's task reviews."""
    found = run(
        session,
        f"""
        SELECT DISTINCT ev.actor_id FROM task_item JOIN review r ON {REVIEWED}
        JOIN event ev ON ev.task_id = r.task_id AND ev.item_id = task_item.item_id AND ev.verb = 'submitted'
        WHERE task_item.id = :task_item
        """,
        task_item=task_item.id,
    )
    return set(found.scalars())
