"""Task items as managers choose them: by task, item or status; and who has one of them open."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, text
from sqlmodel import Session, col, select

from workflow_core.store import locks
from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import listed
from workflow_core.store.models import Assignment, Event, Item, Person, Task, TaskItem


def of_task(task_id: int) -> Where:
    """Return the condition that a task item is in a task."""
    return col(TaskItem.task_id) == task_id


def placed(
    *,
    task_id: int,
    states: Iterable[str] = (),
    status: str | None = None,
    not_of_rank: int | None = None,
    assignee: str | None = None,
) -> Where:
    """Return the condition that an item is in a task, and not withdrawn: in one of these states, if any are given; with
    a status; of another rank; with somebody, by their e-mail.
    """
    there = select(TaskItem.id).where(
        TaskItem.task_id == task_id, col(TaskItem.item_id) == col(Item.id), TaskItem.state != "withdrawn"
    )
    if states:
        there = there.where(col(TaskItem.state).in_(states))
    if status is not None:
        there = there.where(TaskItem.status == status)
    if not_of_rank is not None:
        there = there.where(TaskItem.rank != not_of_rank)
    if assignee is not None:
        of = select(Assignment.id).join(Person, col(Person.id) == col(Assignment.person_id))
        there = there.where(col(TaskItem.assignment_id).in_(of.where(Person.email == assignee)))
    return there.exists()


def with_siblings(task_items: Sequence[TaskItem]) -> Where:
    """Return the condition that a task item is one of these, or another of their items in the same pipeline."""
    entries = listed(one.entry_id for one in task_items if one.entry_id is not None)
    return or_(locks.listed(one.id for one in task_items), text(f"task_item.entry_id IN ({entries})"))


def with_status(session: Session, *, task_id: int, items: Where, status: str | None = None) -> list[TaskItem]:
    """Return the task items of a task with a status, or with this one, of items that a condition takes."""
    # No index finds what the state is added to: SQLite would go over all that has it, for one item.
    submitted = col(TaskItem.state) + "" == "submitted"
    meant = col(TaskItem.item_id).in_(select(Item.id).where(items))
    query = select(TaskItem).where(TaskItem.task_id == task_id, submitted, meant).order_by(col(TaskItem.id))
    if status is not None:
        query = query.where(TaskItem.status == status)
    return list(session.exec(query))


def led_to(session: Session, *, task_item: TaskItem) -> tuple[str, str] | None:
    """Return the task and the status that led to a task item last; None where a manager put the item there."""
    placed = select(Event.cause_id).where(
        Event.item_id == task_item.item_id,
        Event.task_id == task_item.task_id,
        Event.verb == "placed",
        col(Event.name).is_(None),
    )
    cause = session.exec(placed.order_by(col(Event.id).desc()).limit(1)).first()
    led = select(Task.name, Event.status).join(Event, col(Event.task_id) == col(Task.id)).where(Event.id == cause)
    found = session.exec(led).first()
    return None if found is None or found[1] is None else (found[0], found[1])


def any_with_status(session: Session, *, task_id: int) -> bool:
    """Say whether a task holds finished work."""
    finished = select(TaskItem.id).where(TaskItem.task_id == task_id, TaskItem.state == "submitted")
    return session.exec(finished.limit(1)).first() is not None


def lock_listed(session: Session, *, task_id: int, ids: Sequence[int]) -> Sequence[tuple[TaskItem, Item]]:
    """Lock those listed with their siblings; returns those of the task, each with its item, as they are now."""
    locks.lock_all(session, locks.listed(ids), siblings=True)
    present = select(TaskItem, Item).join(Item).where(locks.listed(ids), TaskItem.task_id == task_id)
    return session.exec(present.execution_options(populate_existing=True)).all()


def lock_of_items(session: Session, *, task_id: int, items: Where) -> Sequence[TaskItem]:
    """Lock the task items that some items have in a task, with their siblings; returns them as they are now."""
    meant = col(TaskItem.item_id).in_(select(Item.id).where(items))
    of = of_task(task_id) & meant & (col(TaskItem.state) != "withdrawn")
    locks.lock_all(session, of, siblings=True)
    return session.exec(select(TaskItem).where(of).execution_options(populate_existing=True)).all()


def first_held(session: Session, *, of: Where) -> tuple[str, str, str] | None:
    """Return who has the first of these task items open, the name of its item, and that of its task."""
    return session.exec(
        select(Person.email, Item.name, Task.name)
        .select_from(TaskItem)
        .join(Item)
        .join(Task, col(Task.id) == col(TaskItem.task_id))
        .join(Assignment, col(Assignment.id) == col(TaskItem.assignment_id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(of, TaskItem.state == "claimed")
        .order_by(col(TaskItem.id))
    ).first()


def find(session: Session, *, task_id: int, item_id: int) -> TaskItem | None:
    """Return the task item of an item in a task; who has locked another one of the item has locked this one."""
    return session.exec(select(TaskItem).where(TaskItem.task_id == task_id, TaskItem.item_id == item_id)).first()
