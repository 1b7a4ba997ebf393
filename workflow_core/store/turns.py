"""Places: locked in the order that keeps movers and people from waiting for each other in a circle.

The entries of an item come first, in the order of their keys (the item itself where it is in no pipeline), then its
places, then the assignments of a task. Who holds an item's entries may change all its places; who locks without them
(a claim, a sweep, a mover) skips what is locked, and waits for nobody.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, TextClause, text, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from workflow_core.store.database.dialect import is_postgres, notify, run
from workflow_core.store.models import Entry, Event, Item, TaskItem


def lock(session: Session, place_id: int) -> TaskItem | None:
    """Return a place, locked until the transaction ends, with all other places of its item: one act may change them."""
    place = session.get(TaskItem, place_id, populate_existing=True)
    if place is None:
        return None
    entries = select(Entry).where(Entry.item_id == place.item_id).order_by(col(Entry.id))
    entries = entries.with_for_update(key_share=True).execution_options(populate_existing=True)
    if not session.exec(entries).all() and is_postgres(session):
        _lock(session, select(Item.id).where(Item.id == place.item_id))
    query = select(TaskItem).where(TaskItem.item_id == place.item_id).order_by(col(TaskItem.id))
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return next((one for one in session.exec(query).all() if one.id == place_id), None)


def lock_all(session: Session, where: ColumnElement[bool] | TextClause, *, siblings: bool = False) -> None:
    """Lock the places that a condition on places and their items takes, until the transaction ends.

    With their `siblings`, the other places of these items, for what changes places further on as well. Only on
    PostgreSQL: SQLite has one writer anyway.
    """
    if not is_postgres(session):
        return
    chosen = select(TaskItem.item_id).join(Item).where(where)
    _lock(session, select(Entry.id).where(col(Entry.item_id).in_(chosen)).order_by(col(Entry.id)))
    entered = select(Entry.item_id).where(col(Entry.item_id) == col(Item.id)).exists()
    _lock(session, select(Item.id).where(col(Item.id).in_(chosen), ~entered).order_by(col(Item.id)))
    places = select(TaskItem.id).join(Item).order_by(col(TaskItem.id))
    places = places.where(col(TaskItem.item_id).in_(chosen)) if siblings else places.where(where)
    _lock(session, places, of=TaskItem)


def listed(ids: Iterable[int]) -> TextClause:
    """Return the condition that a place is one of these, however many; a statement has no so many parameters."""
    return text(f"task_item.id IN ({', '.join(str(int(one)) for one in ids) or 'NULL'})")


def _lock(session: Session, rows: SelectOfScalar[int], of: type[TaskItem] | None = None) -> None:
    locked = rows.with_for_update(key_share=True, of=of).subquery()
    session.exec(select(func.count()).select_from(locked)).one()


def rank(session: Session, *, task_id: int, items: ColumnElement[bool], rank: int) -> int:
    """Give the places of a task a rank, those of the items that the condition takes; returns how many it changes."""
    of = (col(TaskItem.task_id) == task_id) & (col(TaskItem.rank) != rank)
    of &= col(TaskItem.item_id).in_(select(Item.id).where(items))
    lock_all(session, of)
    changed = update(TaskItem).where(of).values(rank=rank).execution_options(preserve_rowcount=True)
    return session.connection().execute(changed).rowcount


def find(session: Session, *, task_id: int, item_id: int) -> TaskItem | None:
    """Return an item's place in a task; who has locked another place of the item has locked this one."""
    return session.exec(select(TaskItem).where(TaskItem.task_id == task_id, TaskItem.item_id == item_id)).first()


def record(session: Session, place: TaskItem, verb: str, *, actor_id: int | None, now: datetime, **more: Any) -> Event:
    """Write one event about a place, with the assignment and the visit that it has now."""
    event = Event(
        at=now,
        verb=verb,
        item_id=place.item_id,
        task_id=place.task_id,
        entry_id=place.entry_id,
        assignment_id=place.assignment_id,
        actor_id=actor_id,
        visit=place.visit,
        **more,
    )
    session.add(event)
    session.flush()
    return event


def take(session: Session, place: TaskItem, *, assignment_id: int | None, actor_id: int | None, now: datetime) -> bool:
    """Let an issue take the status of a submitted place, which is returned; an open place stays as it is."""
    if place.state != "submitted":
        return False
    place.kept_status, place.kept_event_id = place.status, place.status_event_id
    place.kept_by, place.kept_routing = "issue", place.routing if place.routing in ("routed", "void") else "pending"
    place.status = place.status_event_id = place.routing = None
    place.state, place.assignment_id = "returned", assignment_id
    place.position, place.since, place.parked = -1, now, None
    record(session, place, "returned", actor_id=actor_id, now=now, status=place.kept_status)
    return True


def park(session: Session, place: TaskItem, why: str | None, *, now: datetime) -> None:
    """Let a place be stuck, if there is a reason why."""
    if why is not None:
        place.parked = why
        record(session, place, "parked", actor_id=None, now=now, name=why)


def give_back(session: Session, ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """Set the statuses that issues took, where none is unresolved, also from a claim, which ends; the draft stays."""
    listed = ", ".join(str(int(one)) for one in ids)
    if is_postgres(session):
        # Else somebody could claim one between the event and the change, and the history would tell it after that.
        run(session, f"SELECT id FROM task_item WHERE id IN ({listed}) ORDER BY id FOR NO KEY UPDATE")
    free = f"""
        id IN ({listed}) AND kept_by = 'issue' AND state IN ('returned', 'claimed')
        AND NOT EXISTS (
            SELECT 1 FROM issue i WHERE i.place_id = task_item.id AND i.state IN ('open', 'for_review')
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
            routing = CASE WHEN kept_routing = 'again' THEN 'pending' ELSE kept_routing END,
            kept_status = NULL, kept_event_id = NULL, kept_by = NULL, kept_routing = NULL,
            lease_until = NULL, parked = NULL, since = :now
        WHERE {free}
        """,
        now=now,
    )
    notify(session)


def flagging(session: Session, place: TaskItem, *, assignment_id: int, actor_id: int, now: datetime) -> None:
    """Let a QA place wait for the fixes."""
    waits = place.state == "waiting" and place.assignment_id == assignment_id
    place.state, place.assignment_id, place.lease_until = "waiting", assignment_id, None
    place.begun, place.parked, place.since = True, None, now
    if not waits:
        record(session, place, "waiting", actor_id=actor_id, now=now)


def answered(session: Session, place: TaskItem, *, assignment_id: int | None, now: datetime) -> None:
    """Queue a waiting QA place again: all its flags are answered or dismissed."""
    place.state, place.assignment_id, place.position, place.since = "queued", assignment_id, -1, now
    record(session, place, "answered", actor_id=None, now=now)
