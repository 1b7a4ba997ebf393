"""What issues mean for a status: when it is refused, and what follows once it is set."""

from datetime import datetime

from workflow_core.domain.work.issues import UNRESOLVED, IssueEvent, IssueState
from workflow_core.domain.work.situations import Situation
from workflow_core.domain.work.states import Kept
from workflow_core.domain.work.submitting import Decision
from workflow_core.errors import Conflict
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Annotation, Issue, Person, TaskItem
from workflow_core.store.routing import lineage, placement
from workflow_core.store.work import issues, rework, submissions

OPEN = (IssueState.OPEN,)
FOR_REVIEW = (IssueState.FOR_REVIEW,)


def check(session: Session, *, found: Situation, status: str) -> None:
    """Refuse a status that an open issue stands against; `discarded` always passes.

    Raises:
        Conflict: it names the issue, and says what is possible.
    """
    if status == "discarded" or not found.disputed:
        return
    cannot = f"cannot set {status} on {found.name}"
    mine = issues.of_task_item(session, found.id, OPEN)
    if mine:
        why = f"{cannot}: {_told(session, mine[0])} is open; fix it and mark it for review"
        raise Conflict(why, code="issue-open", **found.about, issue=mine[0].id)
    if found.type != "qa":
        return
    own = issues.owned_by(session, found.id, OPEN)
    against = issues.on_reviewed(session, found, OPEN) if status == "approved" else own
    if against:
        why = f"{cannot}: {_told(session, against[0])} is open; dismiss it or wait for its fix"
        raise Conflict(why, code="issue-open", **found.about, issue=against[0].id)


def follow_up(
    session: Session, *, found: Situation, decided: Decision, event_id: int, actor_id: int, now: datetime
) -> None:
    """Draw the consequences of a status that was just set, in the same transaction."""
    taken = found.kept_by == Kept.BY_ISSUE
    if not found.disputed and not taken:
        return
    resolved: list[Issue] = []
    if decided.status == "discarded":
        resolved = _dismiss(session, found, actor_id, now)
    elif found.type == "qa" and decided.status == "approved":
        resolved = issues.owned_by(session, found.id, FOR_REVIEW)
        for issue in resolved:
            issues.change(session, issue, IssueEvent.APPROVE, actor_id=actor_id, now=now)
    if decided.take_back is not None:
        traced = lineage.trace(session, [decided.take_back], but=event_id)
        lineage.take_back(session, traced, reason="fix", now=now)
        submissions.stay(session, task_item_id=found.id)
    unresolved = issues.of_task_item(session, found.id, tuple(UNRESOLVED))
    for qa_task_item in {issue.qa_task_item_id for issue in unresolved}:
        rework.queue_answered(session, qa_task_item, now=now)
    # A review outside the pipeline may have held the item there.
    freed = {session.get_one(TaskItem, issue.task_item_id).entry_id for issue in resolved}
    placement.resume(session, entry_ids=freed | ({found.entry_id} if taken else set()), now=now)


def _dismiss(session: Session, found: Situation, actor_id: int, now: datetime) -> list[Issue]:
    """Dismiss what a discarded item makes pointless: its issues, and those that a QA task item owns."""
    of = issues.owned_by if found.type == "qa" else issues.of_task_item
    pointless = of(session, found.id, tuple(UNRESOLVED))
    for issue in pointless:
        issues.change(session, issue, IssueEvent.DISMISS, actor_id=actor_id, now=now)
        rework.follow_change(session, issue, actor_id=actor_id, now=now)
    return pointless


def _told(session: Session, issue: Issue) -> str:
    annotation = session.get(Annotation, issue.annotation_id) if issue.annotation_id else None
    about = annotation.label if annotation else "the item"
    return f"issue {issue.id} ({about}, by {session.get_one(Person, issue.flagged_by).email})"
