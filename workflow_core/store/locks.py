"""Task items: locked in the order that keeps movers and people from waiting for each other in a circle.

The entries of an item come first, in the order of their keys (the item itself where it is in no pipeline), then its
task items, then the assignments of a task. Who holds an item's entries may change them all; who locks without them
(a claim, a sweep, a mover) skips what is locked, and waits for nobody.
"""

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import TextClause, bindparam
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.models import Entry, Item, TaskItem


def lock(session: Session, key: int, *, of: Literal["task_item", "issue"] = "task_item") -> None:
    """Lock a task item, or those of an issue, until the end, with the others of its item: one act may change all."""
    if not is_postgres(session):
        return
    item = f"(SELECT item_id FROM {of} WHERE id = :id)"
    entries = f"SELECT id FROM entry WHERE item_id = {item} ORDER BY id FOR NO KEY UPDATE"
    if not run(session, entries, id=key).all():
        run(session, f"SELECT id FROM item WHERE id = {item} FOR NO KEY UPDATE", id=key)
    run(session, f"SELECT id FROM task_item WHERE item_id = {item} ORDER BY id FOR NO KEY UPDATE", id=key)


def lock_all(session: Session, where: Where | TextClause, *, siblings: bool = False) -> None:
    """Lock the task items that a condition on them and their items takes, until the transaction ends.

    With their `siblings`, the other task items of these items, for what changes task items further on as well. Only on
    PostgreSQL: SQLite has one writer anyway.
    """
    if not is_postgres(session):
        return
    chosen = select(TaskItem.item_id).join(Item).where(where)
    _lock(session, select(Entry.id).where(col(Entry.item_id).in_(chosen)).order_by(col(Entry.id)))
    entered = select(Entry.item_id).where(col(Entry.item_id) == col(Item.id)).exists()
    _lock(session, select(Item.id).where(col(Item.id).in_(chosen), ~entered).order_by(col(Item.id)))
    task_items = select(TaskItem.id).join(Item).order_by(col(TaskItem.id))
    task_items = task_items.where(col(TaskItem.item_id).in_(chosen)) if siblings else task_items.where(where)
    _lock(session, task_items, of=TaskItem)


def listed(ids: Iterable[int]) -> Where:
    """Return the condition that a task item is one of these, however many; a statement has no so many parameters.

    They are written into it when it is executed, so that it is compiled once for all of them.
    """
    return col(TaskItem.id).in_(bindparam("listed", list(ids), expanding=True, literal_execute=True, unique=True))


def _lock(session: Session, rows: SelectOfScalar[int], of: type[TaskItem] | None = None) -> None:
    locked = rows.with_for_update(key_share=True, of=of).subquery()
    session.exec(select(func.count()).select_from(locked)).one()
