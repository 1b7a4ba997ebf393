"""Cleared task items: without their statuses, to be done again by who did them, or by others where these are gone."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.work.states import Event
from workflow_core.store import turns
from workflow_core.store.allocation import shares
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.routing import arrivals, lineage


def reopen(session: Session, ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """Queue task items that have a status, in the visit that they are in, however many."""
    these = listed(ids)
    arrivals.prepare(session)
    run(
        session,
        f"""
        INSERT INTO arrival (entry_id, item_id, kind, task_id, existing_id, existing_state, visit)
        SELECT entry_id, item_id, 'task', task_id, id, state, visit FROM task_item WHERE id IN ({these}) ORDER BY id
        """,
    )
    parked = shares.allot(session)
    was = f"""(
        SELECT a.id, a.existing_id, a.assignment_id, a.parked, b.event_id, b.status, b.routing
        FROM arrival a LEFT JOIN ({lineage.BELOW} WHERE ti.id IN ({these})) b ON b.task_item_id = a.existing_id
    ) a"""
    turns.happen(
        session,
        Event.CLEAR,
        "cleared",
        where="TRUE",
        source=(was, "a.existing_id = task_item.id"),
        change=UNCOVERED,
        now=now,
        actor_id=actor_id,
        order="a.id",
        locked=True,
    )
    if parked:
        arrivals.record_parked(session, now=now)


UNCOVERED = {
    "kept_by": "CASE WHEN a.event_id IS NOT NULL THEN 're-entry' END",
    "kept_event_id": "a.event_id",
    "kept_status": "a.status",
    "kept_routing": "a.routing",
}
"""What a re-entry had taken is kept again: it shows if the task item is withdrawn."""


def undo(session: Session, *, task_item_id: int, actor_id: int, until: datetime, now: datetime) -> None:
    """Let the person whose status is undone hold the task item again."""
    was = f"""(
        SELECT ti.id AS task_item_id, b.event_id, b.status, b.routing
        FROM task_item ti LEFT JOIN ({lineage.BELOW} WHERE ti.id = :id) b ON TRUE WHERE ti.id = :id
    ) a"""
    turns.happen(
        session,
        Event.UNDO,
        "undone",
        where="task_item.id = :id",
        source=(was, "a.task_item_id = task_item.id"),
        change=UNCOVERED,
        now=now,
        actor_id=actor_id,
        locked=True,
        until=until,
        id=task_item_id,
    )
