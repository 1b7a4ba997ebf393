"""Task items that a manager moves: parked items sent on, items taken out."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store import turns
from workflow_core.store.database.dialect import run
from workflow_core.store.models import Event, Node, TaskItem
from workflow_core.store.routing import arrivals, exits, placement

REMOVED = {"item_id": "item_id", "entry_id": "id", "name": "'removed'"}
VOID = {"routing": "'void'", "parked": "NULL"}


def send(session: Session, *, task_item: TaskItem, node: Node, actor_id: int | None, now: datetime) -> None:
    """Send a parked item to a node; it counts as no visit. A task item that was still to be done is withdrawn."""
    turns.tell(session, "unparked", task_item_id=task_item.id, actor_id=actor_id, now=now, name=node.name)
    here = f"task_item.id = {int(task_item.id)}"
    cause = task_item.status_event_id or (
        task_item.kept_event_id if task_item.kept_by == "issue" else _led_here(session, task_item)
    )
    if task_item.state == "submitted":
        turns.mark(session, {"routing": "'routed'", "parked": "NULL"}, where=here)
    else:
        exits.withdraw(session, where=here, name="sent on", now=now)
    # What an issue had taken before it was routed goes where the manager says, and nowhere else.
    turns.mark(session, {"routing": "'routed'"}, where=f"{here} AND routing = 'pending'")
    arrivals.prepare(session)
    run(
        session,
        """
        INSERT INTO arrival (entry_id, item_id, version_id, cause_id, node_id, kind)
        SELECT e.id, e.item_id, e.version_id, CAST(:cause AS BIGINT), :node, :kind FROM entry e WHERE e.id = :entry
        """,
        cause=cause,
        node=node.id,
        kind=node.kind,
        entry=task_item.entry_id,
    )
    arrivals.look_up_existing(session)
    run(session, "UPDATE arrival SET visit = visit - 1 WHERE existing_state = 'submitted'")
    placement.put(session, now=now, bounded=False, meeting=False)


def _led_here(session: Session, task_item: TaskItem) -> int | None:
    """Return the status that led to a task item last: what is sent on from it was reached from that one."""
    placed = select(Event.cause_id).where(
        Event.item_id == task_item.item_id, Event.task_id == task_item.task_id, Event.verb == "placed"
    )
    return session.exec(placed.order_by(col(Event.id).desc()).limit(1)).first()


def remove(session: Session, ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """Withdraw task items, and let their entries end at the built-in exit `removed`."""
    listed = ", ".join(str(int(one)) for one in ids) or "NULL"
    of = f"SELECT entry_id FROM task_item WHERE id IN ({listed}) AND entry_id IS NOT NULL"
    turns.record(
        session,
        "exited",
        of=f"entry WHERE id IN ({of}) AND exit IS NULL",
        what=REMOVED,
        now=now,
        actor_id=actor_id,
    )
    _end_entries(session, f"entry.id IN ({of})", now)
    where = f"(task_item.id IN ({listed}) OR task_item.entry_id IN ({of}))"
    freed = exits.withdraw(session, where=where, name="removed", now=now)
    turns.mark(session, VOID, where=f"{where} AND routing IN ('pending', 'parked')")
    placement.resume(session, entry_ids=freed, now=now)


def withdraw_items(session: Session, item_ids: Sequence[int], *, now: datetime) -> None:
    """Withdraw all open task items of items, and end their entries at `removed`."""
    listed = ", ".join(str(int(one)) for one in item_ids) or "NULL"
    turns.record(session, "exited", of=f"entry WHERE item_id IN ({listed}) AND exit IS NULL", what=REMOVED, now=now)
    _end_entries(session, f"entry.item_id IN ({listed})", now)
    where = f"task_item.item_id IN ({listed})"
    exits.withdraw(session, where=where, name="archived", now=now)
    turns.mark(session, VOID, where=f"{where} AND routing IN ('pending', 'parked')")


def _end_entries(session: Session, where: str, now: datetime) -> None:
    run(
        session,
        f"UPDATE entry SET exit = 'removed', held_exit = NULL, exited_at = :now WHERE {where} AND exit IS NULL",
        now=now,
    )


def put_away(session: Session, *, task_id: int, now: datetime) -> None:
    """Withdraw all open task items of a task; other branches of their items may go on then."""
    freed = exits.withdraw(session, where=f"task_item.task_id = {int(task_id)}", name="archived", now=now)
    placement.resume(session, entry_ids=freed, now=now)
