"""Samples of the work in a task, by the draws of `domain.items.sampling`."""

from sqlalchemy import BigInteger, ColumnElement, case, literal_column, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from workflow_core.domain.items.sampling import ITEMS, SCALE, Sample, Seed
from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import draw
from workflow_core.store.models import Event, Item, TaskItem


def within(sample: Sample) -> Where:
    """Return the condition that an item is in a sample."""
    lot = _lot(Seed(*sample["seed"]))
    chosen = lot < sample["below"] if sample["below"] < SCALE else true()
    if sample["least"]:
        last = case({int(key): rank for key, rank in sample["least"].items()}, value=col(Event.actor_id))
        chosen |= _rank(lot) <= last
    having = select(col(TaskItem.id)).join(Event, col(Event.id) == col(TaskItem.status_event_id))
    return having.where(
        TaskItem.task_id == sample["task_id"],
        col(TaskItem.item_id) == col(Item.id),
        col(TaskItem.status).in_(sample["statuses"]),
        chosen,
    ).exists()


def of_each(session: Session, sample: Sample, *, where: Where, count: int) -> dict[str, int]:
    """Return the ranks up to which are `count` items of everybody who set the status that an item has now, or all.

    They are by the keys of these people, as JSON has them.
    """
    task_item = aliased(TaskItem)  # the condition may speak of task items too
    rank = _rank(_lot(Seed(*sample["seed"])))
    by = col(Event.actor_id)
    ranked = (
        select(by.label("by"), rank.label("rank"), func.row_number().over(partition_by=by, order_by=rank).label("n"))
        .join_from(Item, task_item, col(task_item.item_id) == col(Item.id))
        .join(Event, col(Event.id) == col(task_item.status_event_id))
        .where(task_item.task_id == sample["task_id"], col(task_item.status).in_(sample["statuses"]))
        .where(where, col(Item.archived_at).is_(None))
        .subquery()
    )
    last = select(ranked.c.by, func.max(ranked.c.rank)).where(ranked.c.n <= count).group_by(ranked.c.by)
    return {str(person): rank for person, rank in session.exec(last)}


def _lot(seed: Seed) -> ColumnElement[int]:
    return literal_column(f"({draw(seed)})", BigInteger)


def _rank(lot: ColumnElement[int]) -> ColumnElement[int]:
    return lot * ITEMS + col(Item.id)
