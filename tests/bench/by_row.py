"""The other rival: what one writes first, the ORM, a row and a transaction at a time."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from tests.bench.states import NOW
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.store.models import Assignment, Event, Task, TaskItem


def drain(engine: Engine, *, rows: int) -> Iterator[int]:
    """Route up to `rows` statuses."""
    for number in range(rows):
        with session_scope(engine) as session:
            if not _one(session, number):
                return
        yield 1


def _one(session: Session, number: int) -> bool:
    pending = select(TaskItem).where(TaskItem.routing == "pending").order_by(col(TaskItem.status_event_id)).limit(1)
    source = session.exec(pending).first()
    if source is None:
        return False
    target = session.exec(select(Task).where(Task.name == "signs")).one()
    people = session.exec(select(Assignment).where(Assignment.task_id == target.id).order_by(col(Assignment.id))).all()
    chosen = people[0 if number % 5 < 3 else 1]
    source.routing = "routed"
    chosen.allotted += 1
    task_item = {
        "item_id": source.item_id,
        "task_id": target.id,
        "entry_id": source.entry_id,
        "assignment_id": chosen.id,
    }
    session.add(TaskItem(**task_item, since=NOW))
    session.add(Event(**task_item, at=NOW, verb="placed", visit=1, cause_id=source.status_event_id))
    return True
