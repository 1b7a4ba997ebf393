"""Task items that a manager moves: parked items sent on, any item sent to a task once more, items taken out."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.work.managed import Managed
from workflow_core.domain.work.sending import Branch, Journey, Way
from workflow_core.domain.work.states import Kept, State
from workflow_core.store import turns
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.routing import arrivals, exits, placement

REMOVED = {"item_id": "item_id", "entry_id": "id", "name": "'removed'"}
VOID = {"routing": "'void'", "parked": "NULL"}


def send(session: Session, found: Managed, way: Way, *, actor_id: int | None, now: datetime) -> None:
    """Send an item to a node, as it was decided; it counts as no visit.

    A task item from where it is parked is withdrawn if it was still to be done.
    """
    turns.tell(session, "unparked", task_item_id=found.id, actor_id=actor_id, now=now, name=way.target.name)
    if found.parked is not None:
        _send_on(session, found, way, now=now)
    else:
        _send_again(session, way, now=now)


def _send_on(session: Session, found: Managed, way: Way, *, now: datetime) -> None:
    """Send a parked item on: what is sent was reached from the status that led here, if it has none itself."""
    here = f"task_item.id = {found.id}"
    cause = found.status_event_id or (found.kept_event_id if found.kept_by == Kept.BY_ISSUE else None)
    if found.state is State.SUBMITTED:
        turns.mark(session, {"routing": "'routed'", "parked": "NULL"}, where=here)
    else:
        disputed = bool(way.effects.issues)
        exits.withdraw(session, where=here, name="sent on", now=now, disputed=disputed, locked=True)
        # What an issue had taken before it was routed goes where the manager says, and nowhere else.
        turns.mark(session, {"routing": "'routed'"}, where=f"{here} AND routing = 'pending'")
    _arrive(session, way, cause=cause or f"({LED_HERE.format(id=found.id)})", now=now)


def _send_again(session: Session, way: Way, *, now: datetime) -> None:
    """Send an item to a task once more, from anywhere outside forks, or from the branch that it is in.

    What is open there is withdrawn, and what is not routed never moves; an exit is left.
    """
    of = _parts(way.journey, way.branch)
    if way.effects.task_items:
        exits.withdraw(session, where=of, name="sent on", now=now, disputed=bool(way.effects.issues), locked=True)
    cause = _led_to_where_it_is(session, way)
    turns.mark(session, VOID, where=f"{of} AND routing IN ('pending', 'parked')")
    if way.effects.exit is not None:
        exits.come_back(session, entries=f"id = {way.journey.entry_id}", now=now)
    _arrive(session, way, cause=cause, now=now)


LED_HERE = """
    SELECT p.cause_id FROM task_item ti JOIN event p ON p.item_id = ti.item_id AND p.task_id = ti.task_id
    AND p.verb = 'placed' WHERE ti.id = {id} ORDER BY p.id DESC LIMIT 1
"""
"""The status that led to a task item last: what is sent on from it was reached from that one."""


def _arrive(session: Session, way: Way, *, cause: int | str | None, now: datetime) -> None:
    arrivals.prepare(session)
    run(
        session,
        f"""
        INSERT INTO arrival (entry_id, item_id, version_id, cause_id, node_id, kind, task_id,
                             existing_id, existing_state, visit)
        SELECT e.id, e.item_id, e.version_id, CAST({cause or "NULL"} AS BIGINT), n.id, n.kind, n.task_id,
               x.id, x.state, coalesce(x.visit, 1)
        FROM entry e JOIN node n ON n.id = :node
        LEFT JOIN task_item x ON x.item_id = e.item_id AND x.task_id = n.task_id WHERE e.id = :entry
        """,
        node=way.target.node_id,
        entry=way.journey.entry_id,
    )
    placement.put(session, now=now, bounded=False, meeting=False)


def _parts(journey: Journey, branch: Branch | None = None) -> str:
    """Return the SQL of the task items of an item in its pipeline, or of those inside a branch of a fork."""
    # Only of items is there an index.
    here = f"task_item.item_id = {journey.item_id} AND task_item.entry_id = {journey.entry_id}"
    if branch is None:
        return here
    inside = f"SELECT task_id FROM branch WHERE join_id = {branch[0]} AND number = {branch[1]}"
    return f"{here} AND task_item.task_id IN ({inside})"


def _led_to_where_it_is(session: Session, way: Way) -> int | None:
    """Return the last status that led anywhere, or is about to: if it is taken back, so is what comes now."""
    join, number = way.branch or (0, 0)
    elsewhere = "SELECT task_id FROM branch WHERE join_id = :join AND number <> :number"
    last = f"""SELECT max(status_event_id) FROM task_item
    WHERE {_parts(way.journey)} AND routing <> 'void' AND task_id NOT IN ({elsewhere})"""
    found = run(session, last, join=join, number=number).scalar()
    return None if found is None else int(found)


def remove(session: Session, found: Sequence[Managed], *, actor_id: int | None, now: datetime) -> None:
    """Withdraw task items, locked with their siblings, and let their entries end at the built-in exit `removed`."""
    if not found:
        return
    of = listed(one.entry_id for one in found if one.entry_id is not None)
    turns.record(
        session,
        "exited",
        of=f"entry WHERE id IN ({of}) AND exit IS NULL",
        what=REMOVED,
        now=now,
        actor_id=actor_id,
    )
    _end_entries(session, f"entry.id IN ({of})", now)
    where = of_siblings(found)
    freed = exits.withdraw(session, where=where, name="removed", now=now, locked=True)
    turns.mark(session, VOID, where=f"{where} AND routing IN ('pending', 'parked')")
    placement.resume(session, entry_ids=freed, now=now)


def of_siblings(found: Sequence[Managed]) -> str:
    """Return the SQL that a task item is one of these, or another of their items in the same pipeline."""
    ids, entries = listed(one.id for one in found), listed(one.entry_id for one in found if one.entry_id is not None)
    # Only of items is there an index.
    items = listed(sorted({one.item_id for one in found}))
    return f"task_item.item_id IN ({items}) AND (task_item.id IN ({ids}) OR task_item.entry_id IN ({entries}))"


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


def put_away(session: Session, *, task_id: int, now: datetime) -> None:
    """Withdraw all open task items of a task; other branches of their items may go on then."""
    freed = exits.withdraw(session, where=f"task_item.task_id = {int(task_id)}", name="archived", now=now)
    placement.resume(session, entry_ids=freed, now=now)
