"""Task items that a manager moves: parked items sent on, any item sent to a task once more, items taken out."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.domain.views.effects import TakenAlong, Withdrawn
from workflow_core.store import turns
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models import Entry, Event, Node, TaskItem
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.routing import arrivals, exits, placement

REMOVED = {"item_id": "item_id", "entry_id": "id", "name": "'removed'"}
VOID = {"routing": "'void'", "parked": "NULL"}


def send(session: Session, *, task_item: TaskItem, node: Node, actor_id: int | None, now: datetime) -> None:
    """Send a parked item to a node; it counts as no visit. A task item that was still to be done is withdrawn."""
    turns.tell(session, "unparked", task_item_id=task_item.id, actor_id=actor_id, now=now, name=node.name)
    here = alone(task_item.id)
    cause = task_item.status_event_id or (
        task_item.kept_event_id if task_item.kept_by == "issue" else _led_here(session, task_item)
    )
    if task_item.state == "submitted":
        turns.mark(session, {"routing": "'routed'", "parked": "NULL"}, where=here)
    else:
        exits.withdraw(session, where=here, name="sent on", now=now)
    # What an issue had taken before it was routed goes where the manager says, and nowhere else.
    turns.mark(session, {"routing": "'routed'"}, where=f"{here} AND routing = 'pending'")
    _arrive(session, entry_id=task_item.entry_id, node=node, cause=cause, now=now)
    session.expire_all()


def _arrive(session: Session, *, entry_id: int | None, node: Node, cause: int | None, now: datetime) -> None:
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
        entry=entry_id,
    )
    arrivals.look_up_existing(session)
    run(session, "UPDATE arrival SET visit = visit - 1 WHERE existing_state = 'submitted'")
    placement.put(session, now=now, bounded=False, meeting=False)


Branch = tuple[int, int]
"""A branch of a fork: the node of its join, and its number."""
GOING_ON = f"({OPEN} OR routing IN ('pending', 'parked') OR parked IS NOT NULL)"


def forks_entered(session: Session, *, entry: Entry) -> set[int]:
    """Return the joins of the forks inside which an item has something open, unrouted or parked."""
    rows = run(
        session,
        f"""
        SELECT DISTINCT b.join_id FROM task_item JOIN branch b ON b.task_id = task_item.task_id
        JOIN node j ON j.id = b.join_id AND j.version_id = :version WHERE {all_of(entry)} AND {GOING_ON}
        """,
        version=entry.version_id,
    )
    return set(rows.scalars())


def alone(task_item_id: int) -> str:
    """Return the SQL of one task item."""
    return f"task_item.id = {int(task_item_id)}"


def all_of(entry: Entry, branch: Branch | None = None) -> str:
    """Return the SQL of the task items of an item in its pipeline, or of those inside a branch of a fork."""
    # Only of items is there an index.
    here = f"task_item.item_id = {int(entry.item_id)} AND task_item.entry_id = {int(entry.id)}"
    if branch is None:
        return here
    inside = f"SELECT task_id FROM branch WHERE join_id = {int(branch[0])} AND number = {int(branch[1])}"
    return f"{here} AND task_item.task_id IN ({inside})"


def effects(session: Session, *, source: TaskItem, entry: Entry, of: str) -> TakenAlong:
    """Return what goes with sending an item on or back from a task item, where these of it are withdrawn."""
    withdrawn = run(
        session,
        f"""
        SELECT task_item.id, t.name, task_item.state, p.email FROM task_item JOIN task t ON t.id = task_item.task_id
        LEFT JOIN assignment s ON s.id = task_item.assignment_id LEFT JOIN person p ON p.id = s.person_id
        WHERE {of} AND {OPEN} ORDER BY task_item.id
        """,
    )
    open_ = f"SELECT task_item.id FROM task_item WHERE {of} AND {OPEN}"
    flagged = run(
        session,
        f"""SELECT id FROM issue WHERE state IN ('open', 'for_review')
        AND (task_item_id IN ({open_}) OR qa_task_item_id IN ({open_})) ORDER BY id""",
    )
    unrouted = run(
        session,
        f"""SELECT t.name FROM task_item JOIN task t ON t.id = task_item.task_id
        WHERE {of} AND (routing = 'pending' OR routing = 'parked' AND task_item.id <> :source) ORDER BY task_item.id""",
        source=source.id,
    )
    return TakenAlong(
        task_items=tuple(Withdrawn(*row) for row in withdrawn),
        issues=tuple(flagged.scalars()),
        unrouted=tuple(unrouted.scalars()),
        exit=entry.exit or entry.held_exit,
        exported=entry.exported_at is not None,
    )


def send_again(
    session: Session,
    *,
    task_item: TaskItem,
    entry: Entry,
    branch: Branch | None,
    node: Node,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Send an item to a task once more, from anywhere outside forks, or from the branch that it is in.

    What is open there is withdrawn, and what is not routed never moves; an exit is left. It counts as no visit.
    """
    turns.tell(session, "unparked", task_item_id=task_item.id, actor_id=actor_id, now=now, name=node.name)
    of = all_of(entry, branch)
    exits.withdraw(session, where=of, name="sent on", now=now)
    cause = _led_to_where_it_is(session, entry=entry, branch=branch)
    turns.mark(session, VOID, where=f"{of} AND routing IN ('pending', 'parked')")
    exits.come_back(session, entries=f"id = {int(entry.id)} AND {exits.AT} IS NOT NULL", now=now)
    _arrive(session, entry_id=entry.id, node=node, cause=cause, now=now)
    session.expire_all()


def _led_to_where_it_is(session: Session, *, entry: Entry, branch: Branch | None) -> int | None:
    """Return the last status that led anywhere, or is about to: if it is taken back, so is what comes now."""
    join, number = branch or (0, 0)
    elsewhere = "SELECT task_id FROM branch WHERE join_id = :join AND number <> :number"
    last = f"""SELECT max(status_event_id) FROM task_item
    WHERE {all_of(entry)} AND routing <> 'void' AND task_id NOT IN ({elsewhere})"""
    found = run(session, last, join=join, number=number).scalar()
    return None if found is None else int(found)


def _led_here(session: Session, task_item: TaskItem) -> int | None:
    """Return the status that led to a task item last: what is sent on from it was reached from that one."""
    placed = select(Event.cause_id).where(
        Event.item_id == task_item.item_id, Event.task_id == task_item.task_id, Event.verb == "placed"
    )
    return session.exec(placed.order_by(col(Event.id).desc()).limit(1)).first()


def remove(session: Session, ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """Withdraw task items, and let their entries end at the built-in exit `removed`."""
    these = listed(ids)
    of = f"SELECT entry_id FROM task_item WHERE id IN ({these}) AND entry_id IS NOT NULL"
    turns.record(
        session,
        "exited",
        of=f"entry WHERE id IN ({of}) AND exit IS NULL",
        what=REMOVED,
        now=now,
        actor_id=actor_id,
    )
    _end_entries(session, f"entry.id IN ({of})", now)
    where = f"(task_item.id IN ({these}) OR task_item.entry_id IN ({of}))"
    freed = exits.withdraw(session, where=where, name="removed", now=now)
    turns.mark(session, VOID, where=f"{where} AND routing IN ('pending', 'parked')")
    placement.resume(session, entry_ids=freed, now=now)


def withdraw_items(session: Session, item_ids: Sequence[int], *, now: datetime) -> None:
    """Withdraw all open task items of items, and end their entries at `removed`."""
    these = listed(item_ids)
    turns.record(session, "exited", of=f"entry WHERE item_id IN ({these}) AND exit IS NULL", what=REMOVED, now=now)
    _end_entries(session, f"entry.item_id IN ({these})", now)
    where = f"task_item.item_id IN ({these})"
    exits.withdraw(session, where=where, name="archived", now=now)
    turns.mark(session, VOID, where=f"{where} AND routing IN ('pending', 'parked')")


def _end_entries(session: Session, where: str, now: datetime) -> None:
    run(
        session,
        f"UPDATE entry SET exit = 'removed', held_exit = NULL, exited_at = :now WHERE {where} AND exit IS NULL",
        now=now,
    )
    session.expire_all()


def put_away(session: Session, *, task_id: int, now: datetime) -> None:
    """Withdraw all open task items of a task; other branches of their items may go on then."""
    freed = exits.withdraw(session, where=f"task_item.task_id = {int(task_id)}", name="archived", now=now)
    placement.resume(session, entry_ids=freed, now=now)
