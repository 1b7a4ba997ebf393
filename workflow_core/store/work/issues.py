"""Issues: whose turn they make it, and what they keep from happening."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from workflow_core.domain import allocation
from workflow_core.domain.issues import UNRESOLVED, IssueEvent, IssueState, next_state
from workflow_core.domain.situations import MAX_VISITS, Situation
from workflow_core.domain.states import Event
from workflow_core.store import turns
from workflow_core.store.allocation import authors
from workflow_core.store.allocation.shares import NOBODY
from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import json, listed, run
from workflow_core.store.models import Assignment, Issue, Person, Task, TaskItem
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.work import reviews

PLACED = {name: turns.TASK_ITEM[name] for name in ("item_id", "task_id", "entry_id")}
PLACED["placement"] = "task_item.placement"
VERBS = {
    IssueEvent.MARK_FOR_REVIEW: "fixed",
    IssueEvent.REOPEN: "re-opened",
    IssueEvent.APPROVE: "accepted",
    IssueEvent.DISMISS: "dismissed",
}


def add(session: Session, *, now: datetime, **columns: Any) -> Issue:
    """Add an issue that was just flagged."""
    issue = Issue(**columns, created_at=now, updated_at=now)
    session.add(issue)
    session.flush()
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
    reviewed = reviews.task_ids(session, qa_task_item_id=qa.id)
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
    for issue in owned_by(session, qa.id, tuple(UNRESOLVED)):
        if issue.state == IssueState.OPEN or session.get_one(TaskItem, issue.task_item_id).state != "submitted":
            return
    holder = session.get(Assignment, qa.assignment_id) if qa.assignment_id else None
    turn = turn_of(session, qa, holder.person_id if holder else None)
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
    turn = turn_of(session, task_item, issue.author_id)
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
    query = select(Issue).where(col(Issue.id).in_(ids.scalars().all())).order_by(col(Issue.id))
    return list(session.exec(query.execution_options(populate_existing=True)))


def follow_withdrawn(session: Session, dismissed: Sequence[Issue], *, now: datetime) -> None:
    """Draw the consequences of issues that a withdrawal dismissed, for task items that it left open: statuses are given
    back, and reviewers have their turn.
    """
    session.expire_all()
    give_back(session, [issue.task_item_id for issue in dismissed], actor_id=None, now=now)
    for qa_task_item in sorted({issue.qa_task_item_id for issue in dismissed}):
        queue_answered(session, qa_task_item, now=now)
