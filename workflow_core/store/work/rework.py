"""Rework: what issues do to task items.

Statuses are taken and given back, reviews wait and have their turn again, and what is answered is handed on.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.domain.work.issues import UNRESOLVED, IssueState
from workflow_core.domain.work.situations import MAX_VISITS
from workflow_core.domain.work.states import Event
from workflow_core.store import turns
from workflow_core.store.database.dialect import json, listed, run
from workflow_core.store.models import Assignment, Issue, TaskItem
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.work import issues

PLACED = {name: turns.TASK_ITEM[name] for name in ("item_id", "task_id", "entry_id")}
PLACED["placement"] = "task_item.placement"


def give_back(session: Session, task_item_ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """Set the statuses that issues took, where none is unresolved, also from a claim, which ends; the draft stays."""
    unresolved = "SELECT 1 FROM issue i WHERE i.task_item_id = task_item.id AND i.state IN ('open', 'for_review')"
    turns.happen(
        session,
        Event.GIVE_BACK,
        "restored",
        where=f"task_item.id IN ({listed(task_item_ids)}) AND NOT EXISTS ({unresolved})",
        now=now,
        actor_id=actor_id,
        wakes=True,
    )


def follow_change(session: Session, issue: Issue, *, actor_id: int | None, now: datetime) -> None:
    """Draw the consequences of an issue that is fixed, approved or dismissed."""
    if issue.state == IssueState.DISMISSED:
        give_back(session, [issue.task_item_id], actor_id=actor_id, now=now)
    queue_answered(session, issue.qa_task_item_id, now=now)


def queue_answered(session: Session, qa_task_item_id: int, *, now: datetime) -> None:
    """Queue a waiting QA task item again once nothing it flagged is open, and what is for review is submitted."""
    qa = session.get_one(TaskItem, qa_task_item_id, with_for_update={"key_share": True}, populate_existing=True)
    if qa.state != "waiting":
        return
    for issue in issues.owned_by(session, qa.id, tuple(UNRESOLVED)):
        if issue.state == IssueState.OPEN or session.get_one(TaskItem, issue.task_item_id).state != "submitted":
            return
    holder = session.get(Assignment, qa.assignment_id) if qa.assignment_id else None
    turn = issues.turn_of(session, qa, holder.person_id if holder else None)
    turns.happen(
        session,
        Event.ANSWERED,
        "answered",
        where="task_item.id = :id",
        now=now,
        locked=True,
        id=qa_task_item_id,
        assignment=turn.assignment_id,
    )
    turns.park(session, qa_task_item_id, turn.parked, now=now)


def take_status(session: Session, issue: Issue, *, actor_id: int, now: datetime) -> None:
    """Let an issue take the status of its task item, which is returned to whose turn it is; what is open stays."""
    task_item = session.get_one(TaskItem, issue.task_item_id)
    if task_item.state != "submitted":
        return
    turn = issues.turn_of(session, task_item, issue.author_id)
    turns.happen(
        session,
        Event.TAKE,
        "returned",
        where="task_item.id = :id",
        now=now,
        actor_id=actor_id,
        locked=True,
        id=issue.task_item_id,
        assignment=turn.assignment_id,
    )
    turns.park(session, issue.task_item_id, turn.parked, now=now)


def wait_for_fixes(session: Session, *, qa_task_item_id: int, assignment_id: int, actor_id: int, now: datetime) -> None:
    """Let a QA task item wait for the fixes, with whoever flagged last."""
    turns.happen(
        session,
        Event.FLAG,
        "waiting",
        where="task_item.id = :id AND NOT (task_item.state = 'waiting' AND task_item.assignment_id = :assignment)",
        now=now,
        actor_id=actor_id,
        locked=True,
        id=qa_task_item_id,
        assignment=assignment_id,
    )


NEXT = f"""
    SELECT i.id, i.qa_task_item_id AS owner_id, max(ti.id) AS task_item_id
    FROM arrival a JOIN issue i ON i.item_id = a.item_id AND i.state = 'for_review'
    JOIN task_item owner ON owner.id = i.qa_task_item_id AND owner.state = 'submitted'
    JOIN task_item returned ON returned.id = i.task_item_id
    JOIN review r ON r.qa_task_id = a.task_id AND r.task_id = returned.task_id
        AND r.version_id = coalesce((SELECT e.version_id FROM entry e WHERE e.id = a.entry_id), 0)
    JOIN task_item ti ON ti.task_id = a.task_id AND ti.item_id = a.item_id
        AND ti.state IN ('queued', 'claimed', 'waiting') AND coalesce(ti.parked, '') <> '{MAX_VISITS}'
    WHERE a.kind IN ('task', 'open') AND owner.task_id <> a.task_id
    GROUP BY i.id, i.qa_task_item_id
"""


def hand_on(session: Session, *, now: datetime) -> None:
    """Give the issues for review of QA task items that have a status to the next QA task item, among the arrivals."""
    answered = """SELECT 1 FROM arrival a JOIN issue i ON i.item_id = a.item_id AND i.state = 'for_review'
    WHERE a.kind IN ('task', 'open') LIMIT 1"""
    if run(session, answered).first() is None:
        return
    hand_over(session, NEXT, verb="handed-on", now=now)


def hand_over(session: Session, which: str, *, verb: str, now: datetime) -> None:
    """Let issues become those of another QA task item; `which` is SQL of `id`, `owner_id` and `task_item_id`."""
    detail = f"""CAST('{{"issue": ' || n.id || ', "from": ' || n.owner_id || '}}' AS {json(session)})"""
    turns.record(
        session,
        verb,
        of=f"({which}) n JOIN task_item ON task_item.id = n.task_item_id ORDER BY n.id",
        what=PLACED | {"detail": detail},
        now=now,
    )
    run(session, f"UPDATE issue SET qa_task_item_id = n.task_item_id FROM ({which}) n WHERE issue.id = n.id")


def dismiss_withdrawn(session: Session, *, where: str, now: datetime) -> list[Issue]:
    """Dismiss the unresolved issues on, and of, open task items that are about to be withdrawn; return them."""
    mine = f"""
        state IN ('open', 'for_review') AND (
            task_item_id IN (SELECT id FROM task_item WHERE {where} AND {OPEN})
            OR qa_task_item_id IN (SELECT id FROM task_item WHERE {where} AND {OPEN})
        )
    """
    recorded = turns.record(
        session,
        "dismissed",
        of=f"""issue JOIN task_item ON task_item.id = issue.task_item_id
        WHERE issue.id IN (SELECT id FROM issue WHERE {mine})""",
        what=PLACED
        | {"name": "'withdrawn'", "detail": f"""CAST('{{"issue": ' || issue.id || '}}' AS {json(session)})"""},
        now=now,
    )
    if not recorded:
        return []
    ids = run(session, f"UPDATE issue SET state = 'dismissed', updated_at = :now WHERE {mine} RETURNING id", now=now)
    query = select(Issue).where(col(Issue.id).in_(ids.scalars())).order_by(col(Issue.id))
    return list(session.exec(query.execution_options(populate_existing=True)))


def follow_withdrawn(session: Session, dismissed: Sequence[Issue], *, now: datetime) -> None:
    """Draw the consequences of issues that a withdrawal dismissed, for task items that it left open: statuses are given
    back, and reviewers have their turn.
    """
    session.expire_all()
    give_back(session, [issue.task_item_id for issue in dismissed], actor_id=None, now=now)
    for qa_task_item in sorted({issue.qa_task_item_id for issue in dismissed}):
        queue_answered(session, qa_task_item, now=now)
