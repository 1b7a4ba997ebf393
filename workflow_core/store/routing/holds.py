"""Held at an exit: an item with an unresolved issue has not left, whoever flagged it."""

from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Entry, Event, TaskItem
from workflow_core.store.routing import arrivals, exits

NEVER_HELD = ("discarded", "removed")

UNRESOLVED = """
    EXISTS (
        SELECT 1 FROM issue i JOIN task_item ti ON ti.id = i.task_item_id
        WHERE i.item_id = {item} AND i.state IN ('open', 'for_review') AND ti.entry_id = {entry}
    )
"""


def hold_at_exits(session: Session, *, now: datetime) -> None:
    """Hold the arrivals at exits that have an unresolved issue: nothing is withdrawn, nothing leaves."""
    where = f"""
        a.kind = 'exit' AND n.name NOT IN ('discarded', 'removed')
        AND {UNRESOLVED.format(item="a.item_id", entry="a.entry_id")}
    """
    held = run(
        session,
        f"""
        INSERT INTO event (at, verb, item_id, entry_id, cause_id, name)
        SELECT :now, 'held', a.item_id, a.entry_id, a.cause_id, n.name
        FROM arrival a JOIN node n ON n.id = a.node_id WHERE {where} ORDER BY a.id
        """,
        now=now,
    ).rowcount
    if not held:
        return
    run(
        session,
        f"""
        UPDATE entry SET held_exit = h.name
        FROM (SELECT a.entry_id, n.name FROM arrival a JOIN node n ON n.id = a.node_id WHERE {where}) h
        WHERE entry.id = h.entry_id
        """,
    )
    run(
        session,
        f"""UPDATE arrival SET kind = 'held' WHERE id IN (
            SELECT a.id FROM arrival a JOIN node n ON n.id = a.node_id WHERE {where}
        )""",
    )


def hold_again(session: Session, *, task_item: TaskItem, now: datetime) -> None:
    """Take an item that has left back to held: it has a new issue. It is there by the same status as before."""
    entry = session.get(Entry, task_item.entry_id, populate_existing=True) if task_item.entry_id else None
    if entry is None or entry.exit is None or entry.exit in NEVER_HELD:
        return
    entry.held_exit, entry.exit, entry.exited_at = entry.exit, None, None
    # By what led to the exit the item is still to be found there, if that is taken back.
    last = select(Event.cause_id).where(
        Event.item_id == entry.item_id, Event.entry_id == entry.id, Event.verb == "exited"
    )
    cause = session.exec(last.order_by(col(Event.id).desc()).limit(1)).first()
    held = Event(at=now, verb="held", item_id=entry.item_id, entry_id=entry.id, name=entry.held_exit, cause_id=cause)
    session.add(held)
    session.flush()


def release(session: Session, *, entries: str, now: datetime) -> None:
    """Let those of these entries that are held at an exit leave, if no issue on their rows is unresolved any more."""
    session.flush()
    held = f"e.id IN ({entries}) AND e.held_exit IS NOT NULL"
    if run(session, f"SELECT 1 FROM entry e WHERE {held} LIMIT 1").first() is None:
        return
    arrivals.prepare(session)
    free = run(
        session,
        f"""
        INSERT INTO arrival (entry_id, item_id, version_id, cause_id, node_id, kind)
        SELECT e.id, e.item_id, e.version_id,
               (SELECT h.cause_id FROM event h WHERE h.item_id = e.item_id AND h.entry_id = e.id
                AND h.verb = 'held' ORDER BY h.id DESC LIMIT 1),
               n.id, 'exit'
        FROM entry e JOIN node n ON n.version_id = e.version_id AND n.kind = 'exit' AND n.name = e.held_exit
        WHERE {held} AND NOT {UNRESOLVED.format(item="e.item_id", entry="e.id")}
        """,
    ).rowcount
    if free:
        exits.leave(session, now=now)
        session.expire_all()
