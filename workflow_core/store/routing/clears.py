"""Cleared task items: without their statuses, to be done again by who did them, or by others where these are gone."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from workflow_core.store.allocation import shares
from workflow_core.store.database.dialect import run
from workflow_core.store.models import TaskItem
from workflow_core.store.routing import arrivals, lineage


def reopen(session: Session, ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """Queue task items that have a status, in the visit that they are in, however many.

    What a re-entry had taken before is kept again: it shows if the task item is withdrawn.
    """
    listed = ", ".join(str(int(one)) for one in ids) or "NULL"
    arrivals.prepare(session)
    run(
        session,
        f"""
        INSERT INTO arrival (entry_id, item_id, kind, task_id, existing_id, existing_state, visit)
        SELECT entry_id, item_id, 'task', task_id, id, state, visit FROM task_item WHERE id IN ({listed}) ORDER BY id
        """,
    )
    parked = shares.allot(session)
    run(
        session,
        """
        INSERT INTO event (at, verb, item_id, task_id, entry_id, assignment_id, actor_id, status, visit)
        SELECT :now, 'cleared', a.item_id, a.task_id, a.entry_id, a.assignment_id, CAST(:actor AS BIGINT), x.status,
               a.visit
        FROM arrival a JOIN task_item x ON x.id = a.existing_id ORDER BY a.id
        """,
        now=now,
        actor=actor_id,
    )
    if parked:
        arrivals.record_parked(session, now=now)
    run(
        session,
        f"""
        UPDATE task_item SET state = 'queued', status = NULL, status_event_id = NULL, routing = NULL,
            kept_by = CASE WHEN b.event_id IS NOT NULL THEN 're-entry' END, kept_status = b.status,
            kept_event_id = b.event_id, kept_routing = b.routing,
            assignment_id = a.assignment_id, parked = a.parked, since = :now
        FROM arrival a LEFT JOIN ({lineage.BELOW} WHERE ti.id IN ({listed})) b ON b.task_item_id = a.existing_id
        WHERE task_item.id = a.existing_id
        """,
        now=now,
    )


def uncover(session: Session, task_item: TaskItem) -> None:
    """Keep what a re-entry had taken before the present status of a task item, which is being undone."""
    below = run(session, f"{lineage.BELOW} WHERE ti.id = :id", id=task_item.id).mappings().first()
    if below is not None:
        task_item.kept_by, task_item.kept_event_id = "re-entry", below["event_id"]
        task_item.kept_status, task_item.kept_routing = below["status"], below["routing"]
