"""Issues: whose turn they make it, and what they keep from happening."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from json import dumps
from typing import Any

from sqlmodel import Session, col, select

from workflow_core.domain.work.issues import TRANSITIONS, UNRESOLVED, IssueEvent
from workflow_core.store import turns
from workflow_core.store.database.dialect import among, json, run
from workflow_core.store.models import Issue

VERBS = {
    IssueEvent.MARK_FOR_REVIEW: "fixed",
    IssueEvent.REOPEN: "re-opened",
    IssueEvent.APPROVE: "accepted",
    IssueEvent.DISMISS: "dismissed",
}


def add(session: Session, *, geometry: Mapping[str, Any] | None, now: datetime, **columns: Any) -> int:
    """Add an issue that was just flagged; returns its key."""
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    added = run(
        session,
        f"""
        INSERT INTO issue ({names}, state, rounds, geometry, created_at, updated_at)
        VALUES ({values}, 'open', 0, CAST(:geometry AS {json(session)}), :now, :now) RETURNING id
        """,
        geometry=None if geometry is None else dumps(geometry),
        now=now,
        **columns,
    )
    return int(added.scalar())


def change(session: Session, ids: Sequence[int], event: IssueEvent, *, actor_id: int | None, now: datetime) -> None:
    """Let an event happen to those of some issues to which it can, by their table; each has its event."""
    these, bound = among(session, ids)
    possible = ", ".join(f"'{state}'" for state, happens in TRANSITIONS if happens is event)
    cases = " ".join(f"WHEN '{state}' THEN '{to}'" for (state, happens), to in TRANSITIONS.items() if happens is event)
    chosen = f"issue.id {these} AND issue.state IN ({possible})"
    detail = f"""CAST('{{"issue": ' || issue.id || '}}' AS {json(session)})"""
    what = {**turns.TASK_ITEM, "placement": "task_item.placement", "detail": detail}
    of = f"issue JOIN task_item ON task_item.id = issue.task_item_id WHERE {chosen} ORDER BY issue.id"
    turns.record(session, VERBS[event], of=of, what=what, now=now, actor_id=actor_id, ids=bound)
    rounds = f"rounds + {int(event is IssueEvent.REOPEN)}"
    sets = f"state = CASE state {cases} END, rounds = {rounds}, updated_at = :now"
    run(session, f"UPDATE issue SET {sets} WHERE {chosen}", ids=bound, now=now)


def concerned(session: Session, *, id: int) -> list[int]:
    """Return the task items of an issue: the one with the fault, then the review; none where there is no such issue."""
    found = run(session, "SELECT task_item_id, qa_task_item_id FROM issue WHERE id = :issue", issue=id).first()
    return [] if found is None else [int(key) for key in found]


def unresolved(session: Session, *, task_item_id: int, owned: bool) -> list[Issue]:
    """Return the unresolved issues that a QA task item owns, or else those on a task item, oldest first."""
    of = col(Issue.qa_task_item_id if owned else Issue.task_item_id) == task_item_id
    return list(session.exec(select(Issue).where(of, col(Issue.state).in_(UNRESOLVED)).order_by(col(Issue.id))))
