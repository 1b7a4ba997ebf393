"""Places, a few at a time: locked in the order that keeps movers and people from waiting for each other in a circle."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from workflow_core.store.dialect import is_postgres, notify, run
from workflow_core.store.models import Entry, Event, TaskItem


def lock(session: Session, place_id: int) -> TaskItem | None:
    """Return a place, locked until the transaction ends: its entry first, as movers do."""
    place = session.get(TaskItem, place_id, populate_existing=True)
    if place is None:
        return None
    if place.entry_id is not None:
        entry = select(Entry).where(Entry.id == place.entry_id).with_for_update(key_share=True)
        session.exec(entry.execution_options(populate_existing=True)).one()
    query = select(TaskItem).where(TaskItem.id == place_id).with_for_update(key_share=True)
    return session.exec(query.execution_options(populate_existing=True)).first()


def lock_entries(session: Session, *, place_id: int) -> None:
    """Lock all entries of a place's item: a review outside pipelines reaches its places in these."""
    if is_postgres(session):
        run(
            session,
            """SELECT e.id FROM entry e JOIN task_item ti ON ti.item_id = e.item_id WHERE ti.id = :place
            ORDER BY e.id FOR NO KEY UPDATE OF e""",
            place=place_id,
        )


def find(session: Session, *, task_id: int, item_id: int) -> TaskItem | None:
    """Return an item's place in a task, locked; its entry is locked already by who holds a sibling, or all are."""
    query = select(TaskItem).where(TaskItem.task_id == task_id, TaskItem.item_id == item_id)
    return session.exec(query.with_for_update(key_share=True).execution_options(populate_existing=True)).first()


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
    place.kept_by, place.kept_routed = "issue", place.routing in ("routed", "void")
    place.kept_routing = place.routing if place.kept_routed else "pending"
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
    free = f"""
        id IN ({", ".join(str(int(one)) for one in ids)}) AND kept_by = 'issue' AND state IN ('returned', 'claimed')
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
            routing = CASE WHEN kept_routed THEN kept_routing ELSE 'pending' END,
            kept_status = NULL, kept_event_id = NULL, kept_by = NULL, kept_routed = NULL, kept_routing = NULL,
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


def open_places(session: Session, *, item_id: int) -> list[TaskItem]:
    """Return the open places of an item, in the order of their keys."""
    states = ("queued", "claimed", "returned", "waiting")
    query = select(TaskItem).where(TaskItem.item_id == item_id, col(TaskItem.state).in_(states))
    return list(session.exec(query.order_by(col(TaskItem.id))))
