"""Statuses: set by a person, in one row and one event."""

from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.states import Event
from workflow_core.store import turns
from workflow_core.store.models import TaskItem


def submit(
    session: Session, *, task_item: TaskItem, assignment_id: int, person_id: int, status: str, now: datetime
) -> int | None:
    """Set a status; returns its event, or None where the row is no longer what `task_item` says.

    In a pipeline the status waits for the mover; outside it has nowhere to go and counts as routed. A fix that sets
    the same status again has led already where that one did; a fix of what is history leads nowhere.
    """
    fixed = task_item.kept_routing if task_item.kept_by == "issue" else None
    led_already = fixed == "routed" and task_item.kept_status == status
    routing = "routed" if led_already or task_item.entry_id is None else "pending"
    submitted = turns.happen(
        session,
        Event.DISCARD if status == "discarded" else Event.SUBMIT,
        "submitted",
        where="task_item.id = :id AND task_item.state = :was AND task_item.claim_no = :token",
        change={"status_event_id": "coalesce(task_item.kept_event_id, recorded.id)"} if led_already else {},
        now=now,
        actor_id=person_id,
        locked=True,
        wakes=task_item.entry_id is not None,
        status=status,
        routing="void" if fixed == "void" else routing,
        assignment=assignment_id,
        id=task_item.id,
        was=task_item.state,
        token=task_item.claim_no,
    )
    return submitted[0].event_id if submitted else None


def stay(session: Session, *, task_item: TaskItem) -> None:
    """Let a status that was just set lead nowhere if the item has left its pipeline, and did not come back by it."""
    left = "EXISTS (SELECT 1 FROM entry e WHERE e.id = task_item.entry_id AND e.exit IS NOT NULL)"
    turns.mark(session, {"routing": "'void'"}, where=f"id = :id AND routing = 'pending' AND {left}", id=task_item.id)
