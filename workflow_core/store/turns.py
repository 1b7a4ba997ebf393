"""Task items: locked in the order that keeps movers and people from waiting for each other in a circle.

The entries of an item come first, in the order of their keys (the item itself where it is in no pipeline), then its
task items, then the assignments of a task. Who holds an item's entries may change them all; who locks without them
(a claim, a sweep, a mover) skips what is locked, and waits for nobody.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import is_postgres, notify, run
from workflow_core.store.models import Entry, Event, Item, TaskItem


def lock(session: Session, task_item_id: int) -> TaskItem | None:
    """Return a task item, locked until the end with the others of its item: one act may change them all."""
    task_item = session.get(TaskItem, task_item_id, populate_existing=True)
    if task_item is None:
        return None
    entries = select(Entry).where(Entry.item_id == task_item.item_id).order_by(col(Entry.id))
    entries = entries.with_for_update(key_share=True).execution_options(populate_existing=True)
    if not session.exec(entries).all() and is_postgres(session):
        _lock(session, select(Item.id).where(Item.id == task_item.item_id))
    query = select(TaskItem).where(TaskItem.item_id == task_item.item_id).order_by(col(TaskItem.id))
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return next((one for one in session.exec(query).all() if one.id == task_item_id), None)


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


def listed(ids: Iterable[int]) -> TextClause:
    """Return the condition that a task item is one of these, however many; a statement has no so many parameters."""
    return text(f"task_item.id IN ({', '.join(str(int(one)) for one in ids) or 'NULL'})")


def _lock(session: Session, rows: SelectOfScalar[int], of: type[TaskItem] | None = None) -> None:
    locked = rows.with_for_update(key_share=True, of=of).subquery()
    session.exec(select(func.count()).select_from(locked)).one()


def rank(session: Session, *, task_id: int, items: Where, rank: int) -> int:
    """Give task items of a task, of the items that the condition takes, a rank; returns how many it changes."""
    of = (col(TaskItem.task_id) == task_id) & (col(TaskItem.rank) != rank)
    of &= col(TaskItem.item_id).in_(select(Item.id).where(items))
    lock_all(session, of)
    changed = update(TaskItem).where(of).values(rank=rank).execution_options(preserve_rowcount=True)
    return session.connection().execute(changed).rowcount


def find(session: Session, *, task_id: int, item_id: int) -> TaskItem | None:
    """Return the task item of an item in a task; who has locked another one of the item has locked this one."""
    return session.exec(select(TaskItem).where(TaskItem.task_id == task_id, TaskItem.item_id == item_id)).first()


def record(
    session: Session, task_item: TaskItem, verb: str, *, actor_id: int | None, now: datetime, **more: Any
) -> Event:
    """Write one event about a task item, with the assignment and the visit that it has now."""
    event = Event(
        at=now,
        verb=verb,
        item_id=task_item.item_id,
        task_id=task_item.task_id,
        entry_id=task_item.entry_id,
        assignment_id=task_item.assignment_id,
        actor_id=actor_id,
        visit=task_item.visit,
        placement=task_item.placement,
        **more,
    )
    session.add(event)
    session.flush()
    return event


def take(
    session: Session, task_item: TaskItem, *, assignment_id: int | None, actor_id: int | None, now: datetime
) -> bool:
    """Let an issue take the status of a submitted task item, which is returned; an open task item stays as it is."""
    if task_item.state != "submitted":
        return False
    task_item.kept_status, task_item.kept_event_id = task_item.status, task_item.status_event_id
    task_item.kept_by, task_item.kept_routing = (
        "issue",
        task_item.routing if task_item.routing in ("routed", "void") else "pending",
    )
    task_item.status = task_item.status_event_id = task_item.routing = None
    task_item.state, task_item.assignment_id = "returned", assignment_id
    task_item.position, task_item.since, task_item.parked = -1, now, None
    record(session, task_item, "returned", actor_id=actor_id, now=now, status=task_item.kept_status)
    return True


def park(session: Session, task_item: TaskItem, why: str | None, *, now: datetime) -> None:
    """Let a task item be stuck, if there is a reason why."""
    if why is not None:
        task_item.parked = why
        record(session, task_item, "parked", actor_id=None, now=now, name=why)


def give_back(session: Session, ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """Set the statuses that issues took, where none is unresolved, also from a claim, which ends; the draft stays."""
    listed = ", ".join(str(int(one)) for one in ids)
    if is_postgres(session):
        # Else somebody could claim one between the event and the change, and the history would tell it after that.
        run(session, f"SELECT id FROM task_item WHERE id IN ({listed}) ORDER BY id FOR NO KEY UPDATE")
    free = f"""
        id IN ({listed}) AND kept_by = 'issue' AND state IN ('returned', 'claimed')
        AND NOT EXISTS (
            SELECT 1 FROM issue i WHERE i.task_item_id = task_item.id AND i.state IN ('open', 'for_review')
        )
    """
    run(
        session,
        f"""
        INSERT INTO event (at, verb, item_id, task_id, entry_id, assignment_id, actor_id, status, visit)
        SELECT :now, 'restored', item_id, task_id, entry_id, assignment_id, CAST(:actor AS BIGINT), kept_status, visit
        FROM task_item WHERE {free} ORDER BY id
        """,
        now=now,
        actor=actor_id,
    )
    run(
        session,
        f"""
        UPDATE task_item SET state = 'submitted', status = kept_status, status_event_id = kept_event_id,
            routing = CASE WHEN kept_routing IN ('again', 'anew') THEN 'pending' ELSE kept_routing END,
            kept_status = NULL, kept_event_id = NULL, kept_by = NULL, kept_routing = NULL,
            lease_until = NULL, parked = NULL, since = :now
        WHERE {free}
        """,
        now=now,
    )
    notify(session)


def wait_for_fixes(session: Session, task_item: TaskItem, *, assignment_id: int, actor_id: int, now: datetime) -> None:
    """Let a QA task item wait for the fixes."""
    waits = task_item.state == "waiting" and task_item.assignment_id == assignment_id
    task_item.state, task_item.assignment_id, task_item.lease_until = "waiting", assignment_id, None
    task_item.begun, task_item.parked, task_item.since = True, None, now
    if not waits:
        record(session, task_item, "waiting", actor_id=actor_id, now=now)


def queue_answered(session: Session, task_item: TaskItem, *, assignment_id: int | None, now: datetime) -> None:
    """Queue a waiting QA task item again: all its flags are answered or dismissed."""
    task_item.state, task_item.assignment_id, task_item.position, task_item.since = "queued", assignment_id, -1, now
    record(session, task_item, "answered", actor_id=None, now=now)
