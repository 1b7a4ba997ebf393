"""What issues mean for a status: when it is refused, and what follows once it is set."""

from dataclasses import dataclass
from datetime import datetime

from workflow_core.domain.issues import UNRESOLVED, IssueEvent, IssueState
from workflow_core.errors import Conflict
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Annotation, Issue, Person, Task, TaskItem
from workflow_core.store.routing import lineage, placement
from workflow_core.store.work import issues, submissions

OPEN = (IssueState.OPEN,)
FOR_REVIEW = (IssueState.FOR_REVIEW,)


@dataclass(frozen=True)
class Taken:
    """The status that an issue had taken from a task item, whether it leads anywhere now, and its event."""

    status: str
    routed: bool
    event_id: int | None


def taken(task_item: TaskItem) -> Taken | None:
    """Return what an issue has taken from a task item, before it is submitted again."""
    if task_item.kept_by != "issue" or task_item.kept_status is None:
        return None
    return Taken(task_item.kept_status, task_item.kept_routing in ("routed", "again"), task_item.kept_event_id)


def check(session: Session, *, task_item: TaskItem, task: Task, status: str, name: str) -> None:
    """Refuse a status that an open issue stands against; `discarded` always passes.

    Raises:
        Conflict: it names the issue, and says what is possible.
    """
    if status == "discarded":
        return
    mine = issues.of_task_item(session, task_item.id, OPEN)
    if mine:
        raise Conflict(
            f"cannot set {status} on {name}: {_told(session, mine[0])} is open; fix it and mark it for review"
        )
    if task.type != "qa":
        return
    own = issues.owned_by(session, task_item.id, OPEN)
    against = issues.on_reviewed(session, task_item, OPEN) if status == "approved" else own
    if against:
        raise Conflict(
            f"cannot set {status} on {name}: {_told(session, against[0])} is open; dismiss it or wait for its fix"
        )


def follow_up(
    session: Session,
    *,
    task_item: TaskItem,
    task: Task,
    status: str,
    taken: Taken | None,
    actor_id: int,
    now: datetime,
) -> None:
    """Draw the consequences of a status that was just set, in the same transaction."""
    session.flush()
    resolved: list[Issue] = []
    if status == "discarded":
        resolved = _dismiss(session, task_item, task, actor_id, now)
    elif task.type == "qa" and status == "approved":
        resolved = issues.owned_by(session, task_item.id, FOR_REVIEW)
        for issue in resolved:
            issues.change(session, issue, IssueEvent.APPROVE, actor_id=actor_id, now=now)
    if taken is not None and taken.routed and taken.status != status and taken.event_id is not None:
        traced = lineage.trace(session, [taken.event_id], but=task_item.status_event_id or 0)
        lineage.take_back(session, traced, reason="fix", now=now)
        submissions.stay(session, task_item=task_item)
        session.expire_all()
    session.flush()
    for qa_task_item in {
        issue.qa_task_item_id for issue in issues.of_task_item(session, task_item.id, tuple(UNRESOLVED))
    }:
        issues.queue_answered(session, qa_task_item, now=now)
    session.flush()
    # A review outside the pipeline may have held the item there.
    freed = {session.get_one(TaskItem, issue.task_item_id).entry_id for issue in resolved}
    if taken is not None:
        freed.add(task_item.entry_id)
    placement.resume(session, entry_ids=freed, now=now)


def _dismiss(session: Session, task_item: TaskItem, task: Task, actor_id: int, now: datetime) -> list[Issue]:
    """Dismiss what a discarded item makes pointless: its issues, and those that a QA task item owns."""
    of = issues.owned_by if task.type == "qa" else issues.of_task_item
    found = of(session, task_item.id, tuple(UNRESOLVED))
    for issue in found:
        issues.change(session, issue, IssueEvent.DISMISS, actor_id=actor_id, now=now)
        session.flush()
        issues.follow_change(session, issue, actor_id=actor_id, now=now)
    return found


def _told(session: Session, issue: Issue) -> str:
    annotation = session.get(Annotation, issue.annotation_id) if issue.annotation_id else None
    about = annotation.label if annotation else "the item"
    return f"issue {issue.id} ({about}, by {session.get_one(Person, issue.flagged_by).email})"
