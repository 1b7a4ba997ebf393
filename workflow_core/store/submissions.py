"""Statuses: set by a person, in one row and one event."""

from datetime import datetime

from sqlmodel import Session

from workflow_core.store.dialect import notify, run
from workflow_core.store.models import Event, TaskItem


def submit(
    session: Session, *, place: TaskItem, assignment_id: int, person_id: int, status: str, now: datetime
) -> int | None:
    """Set a status; returns its event, or None where the row is no longer what `place` says.

    In a pipeline the status waits for the mover; outside it has nowhere to go and counts as routed.
    """
    event = Event(
        at=now,
        verb="submitted",
        item_id=place.item_id,
        task_id=place.task_id,
        entry_id=place.entry_id,
        assignment_id=assignment_id,
        actor_id=person_id,
        status=status,
        visit=place.visit,
    )
    session.add(event)
    session.flush()
    repeated = place.kept_by == "issue" and place.kept_routed and place.kept_status == status
    set_ = run(
        session,
        """
        UPDATE task_item SET state = 'submitted', status = :status, status_event_id = :event,
            routing = :routing,
            assignment_id = :assignment, claim_no = CASE WHEN state = 'claimed' THEN claim_no ELSE claim_no + 1 END,
            kept_status = NULL, kept_event_id = NULL, kept_by = NULL, kept_routed = NULL,
            lease_until = NULL, parked = NULL, begun = TRUE, since = :now
        WHERE id = :id AND state = :state AND claim_no = :token
        """,
        status=status,
        routing="routed" if place.entry_id is None or repeated else "pending",
        event=event.id,
        assignment=assignment_id,
        now=now,
        id=place.id,
        state=place.state,
        token=place.claim_no,
    ).rowcount
    if not set_:
        return None
    if place.entry_id is not None:
        notify(session)
    return event.id
