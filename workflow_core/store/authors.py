"""Authors: who ever set a status on an item in a task. It follows from the history and is stored nowhere else."""

from sqlmodel import Session

from workflow_core.store.dialect import run
from workflow_core.store.models import TaskItem


def wrote(session: Session, *, place: TaskItem, person_id: int) -> bool:
    """Say whether the person is an author of the item in a task that this place's task reviews."""
    return (
        run(
            session,
            """
            SELECT 1 FROM review r JOIN event ev ON ev.task_id = r.task_id AND ev.item_id = :item
            AND ev.verb = 'submitted' AND ev.actor_id = :person WHERE r.qa_task_id = :task LIMIT 1
            """,
            item=place.item_id,
            task=place.task_id,
            person=person_id,
        ).first()
        is not None
    )
