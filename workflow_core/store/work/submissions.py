"""Statuses: set by a person, in one row and one event."""

from datetime import datetime

from sqlmodel import Session

from workflow_core.store.database.dialect import notify, run
from workflow_core.store.models import Event, TaskItem


def submit(
    session: Session, *, task_item: TaskItem, assignment_id: int, person_id: int, status: str, now: datetime
) -> int | None:
    """Set a status; returns its event, or None where the row is no longer what `task_item` says.

    In a pipeline the status waits for the mover; outside it has nowhere to go and counts as routed. A fix that sets
    the same status again has led already where that one did; a fix of what is history leads nowhere.
    """
    event = Event(
        at=now,
        verb="submitted",
        item_id=task_item.item_id,
        task_id=task_item.task_id,
        entry_id=task_item.entry_id,
        assignment_id=assignment_id,
        actor_id=person_id,
        status=status,
        visit=task_item.visit,
        placement=task_item.placement,
    )
    session.add(event)
    session.flush()
    routing, led_by = _routing(task_item, status, event.id)
    set_ = run(
        session,
        """
        UPDATE task_item SET state = 'submitted', status = :status, status_event_id = :event,
            routing = :routing,
            assignment_id = :assignment, claim_no = CASE WHEN state = 'claimed' THEN claim_no ELSE claim_no + 1 END,
            kept_status = NULL, kept_event_id = NULL, kept_by = NULL, kept_routing = NULL,
            lease_until = NULL, parked = NULL, begun = TRUE, since = :now
        WHERE id = :id AND state = :state AND claim_no = :token
        """,
        status=status,
        routing=routing,
        event=led_by,
        assignment=assignment_id,
        now=now,
        id=task_item.id,
        state=task_item.state,
        token=task_item.claim_no,
    ).rowcount
    if not set_:
        return None
    if task_item.entry_id is not None:
        notify(session)
    return event.id


def _routing(task_item: TaskItem, status: str, event_id: int) -> tuple[str, int]:
    """Return what becomes of the status, and the event by which it leads, or led, to other task items."""
    fixed = task_item.kept_routing if task_item.kept_by == "issue" else None
    if fixed == "void":
        return "void", event_id
    if fixed == "routed" and task_item.kept_status == status and task_item.kept_event_id is not None:
        return "routed", task_item.kept_event_id
    return "routed" if task_item.entry_id is None else "pending", event_id


def stay(session: Session, *, task_item: TaskItem) -> None:
    """Let a status that was just set lead nowhere if the item has left its pipeline, and did not come back by it."""
    run(
        session,
        """UPDATE task_item SET routing = 'void' WHERE id = :id AND routing = 'pending'
        AND EXISTS (SELECT 1 FROM entry e WHERE e.id = task_item.entry_id AND e.exit IS NOT NULL)""",
        id=task_item.id,
    )
