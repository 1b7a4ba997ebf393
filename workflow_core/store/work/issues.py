"""Issues: whose turn they make it, and what they keep from happening."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from workflow_core.domain.work import allocation
from workflow_core.domain.work.issues import IssueEvent, IssueState, next_state
from workflow_core.domain.work.situations import Situation
from workflow_core.store import turns
from workflow_core.store.allocation import authors
from workflow_core.store.allocation.shares import NOBODY
from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import keep
from workflow_core.store.models import Assignment, Issue, Person, Task, TaskItem
from workflow_core.store.work import reviews

VERBS = {
    IssueEvent.MARK_FOR_REVIEW: "fixed",
    IssueEvent.REOPEN: "re-opened",
    IssueEvent.APPROVE: "accepted",
    IssueEvent.DISMISS: "dismissed",
}


def add(session: Session, *, now: datetime, **columns: Any) -> Issue:
    """Add an issue that was just flagged."""
    issue = Issue(**columns, created_at=now, updated_at=now)
    keep(session, issue)
    return issue


def find(session: Session, issue_id: int) -> Issue | None:
    """Return an issue as it is now."""
    return session.get(Issue, issue_id, populate_existing=True)


def change(session: Session, issue: Issue, event: IssueEvent, *, actor_id: int | None, now: datetime) -> None:
    """Move an issue on by its table, with its event."""
    issue.state = next_state(IssueState(issue.state), event)
    issue.updated_at = now
    issue.rounds += event is IssueEvent.REOPEN
    detail = {"issue": issue.id}
    turns.tell(session, VERBS[event], task_item_id=issue.task_item_id, actor_id=actor_id, now=now, detail=detail)


def of_task_item(session: Session, task_item_id: int, states: Sequence[IssueState] = ()) -> list[Issue]:
    """Return the issues for which a task item was returned."""
    return _listed(session, col(Issue.task_item_id) == task_item_id, states)


def owned_by(session: Session, task_item_id: int, states: Sequence[IssueState] = ()) -> list[Issue]:
    """Return the issues that a QA task item owns."""
    return _listed(session, col(Issue.qa_task_item_id) == task_item_id, states)


def on_reviewed(session: Session, qa: Situation, states: Sequence[IssueState]) -> list[Issue]:
    """Return the issues of the item on tasks that a QA task item's task reviews, whoever flagged them."""
    reviewed = reviews.task_ids(session, qa_task_item_ids=[qa.id])[qa.id]
    rows = select(TaskItem.id).where(TaskItem.item_id == qa.item_id, col(TaskItem.task_id).in_(reviewed))
    return _listed(session, col(Issue.task_item_id).in_(rows), states)


def _listed(session: Session, where: Where, states: Sequence[IssueState]) -> list[Issue]:
    query = select(Issue).where(where).order_by(col(Issue.id))
    return list(session.exec(query.where(col(Issue.state).in_(states)) if states else query))


def author_of(session: Session, task_item: TaskItem | Situation, made_by: int | None) -> int | None:
    """Return who is to fix: who made the annotation, else who submitted the item last in its task."""
    if made_by is not None:
        return made_by
    submitted = """SELECT actor_id FROM event WHERE task_id = :task AND item_id = :item AND verb = 'submitted'
    ORDER BY id DESC LIMIT 1"""
    last = run(session, submitted, task=task_item.task_id, item=task_item.item_id).first()
    return None if last is None else last.actor_id


class Turn(NamedTuple):
    """Whose turn it is at a task item: an assignment, or None for the pool; `parked` says why it is nobody's."""

    assignment_id: int | None
    parked: str | None = None


def turn_of(session: Session, task_item: TaskItem, person_id: int | None) -> Turn:
    """Return whose turn it is at a task item: the person's, else the present holder's, else another's or the pool's."""
    active = _active(session, task_item)
    if person_id is not None and person_id in active:
        return Turn(active[person_id].id)
    holder = session.get(Assignment, task_item.assignment_id) if task_item.assignment_id else None
    if holder is not None and holder.person_id in active:
        return Turn(holder.id)
    task = session.get_one(Task, task_item.task_id)
    if not active:
        return Turn(None, NOBODY)
    if task.queue is not None:
        return Turn(None)
    weights = {one.id: one.weight for one in active.values()}
    dealt = allocation.shares(weights, {one.id: one.allotted for one in active.values()}, 1)
    return Turn(next((key for key, count in dealt.items() if count), None))


def _active(session: Session, task_item: TaskItem) -> dict[int, Assignment]:
    """Return the active assignments of a task item's task whose people may work on the item."""
    rows = session.exec(
        select(Assignment)
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(Assignment.task_id == task_item.task_id, col(Assignment.active), col(Person.active))
        .order_by(col(Assignment.id))
    ).all()
    task = session.get_one(Task, task_item.task_id)
    if task.type != "qa" or task.review_own:
        return {one.person_id: one for one in rows}
    wrote = authors.of_reviewed(session, task_item=task_item)
    return {one.person_id: one for one in rows if one.person_id not in wrote}
