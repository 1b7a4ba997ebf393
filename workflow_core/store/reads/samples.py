"""Samples of the work in a task, by the draws of `domain.sampling`."""

from sqlalchemy import BigInteger, ColumnElement, literal_column
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from workflow_core.domain.sampling import Seed, millionths
from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import draw
from workflow_core.store.models import Event, Item, TaskItem


def in_share(seed: Seed, share: float) -> Where:
    """Return the condition that an item is in a share."""
    return _lot(seed) < millionths(share)


def of_each(session: Session, *, task_id: int, where: Where, seed: Seed, count: int) -> list[int]:
    """Return up to `count` items of everybody who set the status that an item has now: those with the lowest draws."""
    task_item = aliased(TaskItem)  # the condition may speak of task items too
    number = func.row_number().over(partition_by=col(Event.actor_id), order_by=[_lot(seed), col(Item.id)])
    ranked = (
        select(col(Item.id).label("id"), number.label("number"))
        .join(task_item, col(task_item.item_id) == col(Item.id))
        .join(Event, col(Event.id) == col(task_item.status_event_id))
        .where(task_item.task_id == task_id, where, col(Item.archived_at).is_(None))
        .subquery()
    )
    return list(session.exec(select(ranked.c.id).where(ranked.c.number <= count)))


def _lot(seed: Seed) -> ColumnElement[int]:
    return literal_column(f"({draw(seed, 'item.id')})", BigInteger)
