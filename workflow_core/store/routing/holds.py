"""Held at an exit: an item with an unresolved issue has not left, whoever flagged it."""

from datetime import datetime

from sqlmodel import Session

from workflow_core.store import turns
from workflow_core.store.database.dialect import run
from workflow_core.store.routing import arrivals, exits
from workflow_core.store.routing.arrivals import ARRIVED
from workflow_core.store.work.reviews import HELD_AGAIN

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
    held = turns.record(
        session,
        "held",
        of=f"arrival a JOIN node n ON n.id = a.node_id WHERE {where} ORDER BY a.id",
        what=ARRIVED | {"name": "n.name"},
        now=now,
    )
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


def hold_again(session: Session, *, entry_id: int | None, now: datetime) -> None:
    """Take an item that has left back to held: it has a new issue. It is there by the same status as before."""
    left = f"id = :entry AND {HELD_AGAIN}"
    # By what led to the exit the item is still to be found there, if that is taken back.
    cause = """(SELECT x.cause_id FROM event x WHERE x.item_id = entry.item_id AND x.entry_id = entry.id
    AND x.verb = 'exited' ORDER BY x.id DESC LIMIT 1)"""
    told = {"item_id": "item_id", "entry_id": "id", "name": "exit", "cause_id": cause}
    if entry_id and turns.record(session, "held", of=f"entry WHERE {left}", what=told, now=now, entry=entry_id):
        held = f"UPDATE entry SET held_exit = exit, exit = NULL, exited_at = NULL WHERE {left}"
        run(session, held, entry=entry_id)


def release(session: Session, *, entries: str, now: datetime) -> None:
    """Let those of these entries that are held at an exit leave, if no issue on their rows is unresolved any more."""
    held = f"e.id IN ({entries}) AND e.held_exit IS NOT NULL"
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
