"""Statuses: set by a person, in one row and one event."""

from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.situations import Situation
from workflow_core.domain.submitting import Decision
from workflow_core.store import turns


def submit(session: Session, *, found: Situation, decided: Decision, person_id: int, now: datetime) -> int | None:
    """Set the status that was decided; returns its event, or None where the row is no longer as it was found."""
    submitted = turns.happen(
        session,
        decided.event,
        "submitted",
        where="task_item.id = :id AND task_item.state = :was AND task_item.claim_no = :token",
        change={"status_event_id": "coalesce(task_item.kept_event_id, recorded.id)"} if decided.led_already else {},
        now=now,
        actor_id=person_id,
        locked=True,
        wakes=found.entry_id is not None,
        status=decided.status,
        routing=decided.routing,
        assignment=found.own_id,
        id=found.id,
        was=found.state,
        token=found.claim_no,
    )
    return submitted[0].event_id if submitted else None


def stay(session: Session, *, task_item_id: int) -> None:
    """Let a status that was just set lead nowhere if the item has left its pipeline, and did not come back by it."""
    left = "EXISTS (SELECT 1 FROM entry e WHERE e.id = task_item.entry_id AND e.exit IS NOT NULL)"
    turns.mark(session, {"routing": "'void'"}, where=f"id = :id AND routing = 'pending' AND {left}", id=task_item_id)
