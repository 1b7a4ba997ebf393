"""Task items as managers choose them: by task, item or status; and who has one of them open."""

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlmodel import Session, col, select

from workflow_core.store import locks
from workflow_core.store.database.columns import Where
from workflow_core.store.models import Assignment, Item, Person, Task, TaskItem

AT_ONCE = 1_000
"""Keys that are looked up in one statement: no database takes any number of them."""


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


def not_in(session: Session, *, dataset_id: int, item_ids: Iterable[int]) -> set[int]:
    """Return those of some keys that no item of a dataset has."""
    keys = sorted(set(item_ids))
    left: set[int] = set(keys)
    for first in range(0, len(keys), AT_ONCE):
        some = col(Item.id).in_(keys[first : first + AT_ONCE])
        there = session.exec(select(Item.id).where(Item.dataset_id == dataset_id, some)).all()
        left.difference_update(there)
    return left


def with_status(session: Session, *, task_id: int, items: Where, status: str | None = None) -> dict[int, int]:
    """Return the task items of a task with a status, or with this one, of items that a condition takes; and the items.

    They are in the order of their keys, and not locked yet.
    """
    # No index finds what the state is added to, nor has the claim: SQLite would go over all of the task, for one item.
    submitted = col(TaskItem.state) + "" == "submitted"
    meant = col(TaskItem.item_id).in_(select(Item.id).where(items))
    query = select(TaskItem.id, TaskItem.item_id, TaskItem.claim_no)
    query = query.where(TaskItem.task_id == task_id, submitted, meant)
    if status is not None:
        query = query.where(TaskItem.status == status)
    return {key: item_id for key, item_id, _ in session.exec(query.order_by(col(TaskItem.id)))}


def any_with_status(session: Session, *, task_id: int) -> bool:
    """Say whether a task holds finished work."""
    finished = select(TaskItem.id).where(TaskItem.task_id == task_id, TaskItem.state == "submitted")
    return session.exec(finished.limit(1)).first() is not None


def lock_of_items(session: Session, *, task_id: int, items: Where) -> Sequence[int]:
    """Lock the task items that some items have in a task, with their siblings; returns the keys of the former."""
    meant = col(TaskItem.item_id).in_(select(Item.id).where(items))
    of = of_task(task_id) & meant & (col(TaskItem.state) != "withdrawn")
    locks.lock_all(session, of, siblings=True)
    # With a column that is in no index: as in `with_status`.
    return [key for key, _ in session.exec(select(TaskItem.id, TaskItem.claim_no).where(of))]


def first_held(session: Session, *, of: Where | str) -> tuple[str, str, str] | None:
    """Return who has the first of these task items open, the name of its item, and that of its task."""
    these = text(of) if isinstance(of, str) else of
    return session.exec(
        select(Person.email, Item.name, Task.name)
        .select_from(TaskItem)
        .join(Item)
        .join(Task, col(Task.id) == col(TaskItem.task_id))
        .join(Assignment, col(Assignment.id) == col(TaskItem.assignment_id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(these, TaskItem.state == "claimed")
        .order_by(col(TaskItem.id))
    ).first()
