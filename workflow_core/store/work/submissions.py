"""Statuses: set by a person, in one row and one event each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.work.situations import Situation
from workflow_core.domain.work.submitting import Decision
from workflow_core.store import turns
from workflow_core.store.database.dialect import among
from workflow_core.store.transitions import RECORDED


def submit(
    session: Session, decided: Sequence[tuple[Situation, Decision]], *, person_id: int, now: datetime
) -> dict[int, int]:
    """Set the statuses that were decided in one task; returns their events, by task item.

    They are locked, and still as they were found.
    """
    alike: dict[Decision, list[Situation]] = {}
    for found, decision in decided:
        alike.setdefault(replace(decision, take_back=None), []).append(found)
    events: dict[int, int] = {}
    for decision, some in alike.items():
        these, ids = among(session, [found.id for found in some])
        submitted = turns.happen(
            session,
            decision.event,
            "submitted",
            where=f"task_item.id {these}",
            change={"status_event_id": f"coalesce(task_item.kept_event_id, {RECORDED})"}
            if decision.led_already
            else {},
            now=now,
            actor_id=person_id,
            locked=True,
            wakes=any(found.entry_id is not None for found in some),
            status=decision.status,
            routing=decision.routing,
            assignment=some[0].own_id,
            ids=ids,
        )
        events |= {one.id: one.event_id for one in submitted if one.event_id is not None}
    return events


def stay(session: Session, *, task_item_ids: Sequence[int]) -> None:
    """Let statuses that were just set lead nowhere if the item has left its pipeline, and did not come back by them."""
    left = "EXISTS (SELECT 1 FROM entry e WHERE e.id = task_item.entry_id AND e.exit IS NOT NULL)"
    these, ids = among(session, task_item_ids)
    turns.mark(session, {"routing": "'void'"}, where=f"id {these} AND routing = 'pending' AND {left}", ids=ids)
