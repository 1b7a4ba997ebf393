"""QA as people do it: flag, comment, fix, re-open, approve, dismiss."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow_core.domain.views.work import ChangedIssue
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.domain.work import situations
from workflow_core.domain.work.issues import IssueEvent, IssueState, check_flag
from workflow_core.domain.work.roles import Permission
from workflow_core.domain.work.situations import MAX_FIX_ROUNDS, Situation
from workflow_core.domain.work.states import OPEN, Event, State
from workflow_core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from workflow_core.services import access, people
from workflow_core.services.contributors import comments
from workflow_core.services.people import Actor
from workflow_core.services.reviewers import flag_targets
from workflow_core.store import locks, turns
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Issue, Person, Task, TaskItem
from workflow_core.store.routing import holds, placement
from workflow_core.store.work import activity, claims, issues, reviews, rework, selection


def flag(
    session: Session,
    *,
    actor: Person,
    task_item_id: int,
    kind: str,
    now: datetime,
    text: str = "",
    annotation_id: int | None = None,
    label: str | None = None,
    task: str | None = None,
    geometry: Mapping[str, Any] | None = None,
) -> ChangedIssue:
    """Flag a fault in QA: on an annotation, or on the item, where `label` or `task` says whose fault it is.

    The item's status in that task is removed and the item returns to the author; the QA task item waits.

    Raises:
        NotFound: the task item, or the annotation, is not the reviewer's to see.
        NotAllowed: this is no QA task.
        Conflict: somebody else holds the task item, or the item is neither open nor has it a status in that task.
        InvalidInput: it is not clear, or not allowed, what is flagged.
    """
    check_flag(kind, text, geometry)
    qa = access.own(session, actor=actor, task_item_id=task_item_id)
    if qa.type != "qa":
        why = f"{qa.task!r} is an annotation task; issues are flagged in a QA task that reviews it"
        raise NotAllowed(why, code="not-a-review", task=qa.task)
    if qa.assignment_id not in (None, qa.own_id):
        why = f"somebody else reviews {qa.name} now; a manager can reassign it"
        raise Conflict(why, code="held-by-another", **qa.about)
    situations.check_open(qa, now, holding=True)
    situations.check_parked(qa)
    situations.check_event(qa, Event.FLAG, "flag")
    situations.check_author(qa, actor.email)
    annotation = flag_targets.annotation(session, qa, annotation_id)
    reviewed = reviews.tasks(session, qa_task_item_id=qa.id)
    owner = annotation.task_id if annotation else flag_targets.task_of(session, reviewed, label=label, task=task)
    if owner not in reviewed:
        possible = flag_targets.names(reviewed)
        raise InvalidInput(f"{qa.task!r} reviews only {possible}; this annotation was made elsewhere")
    task_item = selection.find(session, task_id=owner, item_id=qa.item_id)
    if task_item is None or task_item.state == State.WITHDRAWN:
        there, state = reviewed[owner].name, task_item.state if task_item else None
        why = f"{qa.name} is not in {there!r} now: there is nothing to flag"
        raise Conflict(why, code="wrong-state", item=qa.name, task=there, state=state, status=None)
    author = issues.author_of(session, task_item, annotation.created_by if annotation else None)
    issue = issues.add(
        session,
        item_id=qa.item_id,
        annotation_id=annotation.id if annotation else None,
        task_item_id=task_item.id,
        qa_task_item_id=qa.id,
        kind=kind,
        text=text,
        geometry=dict(geometry) if geometry is not None else None,
        flagged_by=actor.id,
        author_id=author,
        now=now,
    )
    detail = {"issue": issue.id, "qa": qa.task_id}
    turns.tell(session, "flagged", task_item_id=task_item.id, actor_id=actor.id, now=now, detail=detail)
    rework.take_status(session, issue, actor_id=actor.id, now=now)
    _wait(session, qa, actor_id=actor.id, now=now)
    holds.hold_again(session, entry_id=task_item.entry_id, now=now)
    return _told(issue)


def fix(session: Session, *, actor: Person, issue_id: int, now: datetime) -> ChangedIssue:
    """Mark an issue for review; the item goes back to the reviewer once all are, and the items submitted.

    Raises:
        NotFound: the issue is not on an item of the actor's.
        Conflict: it is not open, or the task is closed or locked.
    """
    issue = _issue(session, issue_id)
    situations.check_parked(_own(session, actor, issue, issue.task_item_id, now))
    issues.change(session, issue, IssueEvent.MARK_FOR_REVIEW, actor_id=actor.id, now=now)
    rework.follow_change(session, issue, actor_id=actor.id, now=now)
    return _told(issue)


def reopen(session: Session, *, actor: Person, issue_id: int, now: datetime, text: str = "") -> ChangedIssue:
    """Do not accept a fix: the same effects as flagging. Beyond `max_fix_rounds` the item is parked for a manager."""
    issue, qa = _owned(session, actor, issue_id, now)
    situations.check_parked(qa)
    situations.check_event(qa, Event.FLAG, "re-open an issue on")
    task_item = session.get_one(TaskItem, issue.task_item_id)
    issues.change(session, issue, IssueEvent.REOPEN, actor_id=actor.id, now=now)
    rework.take_status(session, issue, actor_id=actor.id, now=now)
    limit = session.get_one(Task, task_item.task_id).max_fix_rounds
    if limit is not None and issue.rounds > limit:
        if task_item.state == State.CLAIMED:
            claims.end(session, id=task_item.id, verb="released", actor_id=None, now=now)
        turns.park(session, task_item.id, MAX_FIX_ROUNDS, now=now)
    if text:
        comments.comment(session, actor=actor, issue_id=issue.id, text=text, now=now)
    _wait(session, qa, actor_id=actor.id, now=now)
    holds.hold_again(session, entry_id=task_item.entry_id, now=now)
    return _told(issue)


def approve(session: Session, *, actor: Actor, issue_id: int, now: datetime) -> ChangedIssue:
    """Accept a fix; where the review that it waits for is over, and no other follows, a manager does.

    Raises:
        NotFound: the issue is not the actor's to review.
        Conflict: it is not for review; or somebody is still to review it.
    """
    issue = _locked(session, issue_id)
    over = session.get_one(TaskItem, issue.qa_task_item_id).state not in OPEN
    if actor is None and not over:
        why = f"issue {issue_id} is still to be reviewed; whoever does it approves it"
        raise Conflict(why, code="review-pending", issue=issue_id)
    if actor is not None and not (over and _may_resolve(session, actor, issue)):
        _owned(session, actor, issue_id, now)
    issues.change(session, issue, IssueEvent.APPROVE, actor_id=actor.id if actor else None, now=now)
    return _settled(session, issue, actor, now)


def dismiss(session: Session, *, actor: Actor, issue_id: int, now: datetime) -> ChangedIssue:
    """Take an issue back, or overrule it as a manager; the last one dismissed gives the status back."""
    issue = _issue(session, issue_id)
    if actor is None or _may_resolve(session, actor, issue):
        issue = _locked(session, issue_id)
    else:
        issue, _ = _owned(session, actor, issue_id, now)
    issues.change(session, issue, IssueEvent.DISMISS, actor_id=actor.id if actor else None, now=now)
    return _settled(session, issue, actor, now)


def _wait(session: Session, qa: Situation, *, actor_id: int, now: datetime) -> None:
    activity.seen(session, task_item_ids=[qa.id], person_id=actor_id, now=now, ends=True)
    rework.wait_for_fixes(session, qa_task_item_id=qa.id, assignment_id=qa.own_id, actor_id=actor_id, now=now)


def _settled(session: Session, issue: Issue, actor: Actor, now: datetime) -> ChangedIssue:
    rework.follow_change(session, issue, actor_id=actor.id if actor else None, now=now)
    placement.resume(session, entry_ids=[session.get_one(TaskItem, issue.task_item_id).entry_id], now=now)
    return _told(issue)


def _told(issue: Issue) -> ChangedIssue:
    return ChangedIssue(
        id=issue.id, state=IssueState(issue.state), rounds=issue.rounds, task_item_id=issue.task_item_id
    )


def _issue(session: Session, issue_id: int | None) -> Issue:
    issue = issues.find(session, values.key(issue_id))
    if issue is None:
        raise NotFound(f"there is no issue {shown(issue_id)}")
    return issue


def _locked(session: Session, issue_id: int) -> Issue:
    """Return an issue as it is now, with its review locked: nobody changes it any more."""
    locks.lock(session, _issue(session, issue_id).qa_task_item_id)
    return _issue(session, issue_id)


def _owned(session: Session, actor: Person, issue_id: int, now: datetime) -> tuple[Issue, Situation]:
    """Return an issue that is the actor's to judge: their QA task item owns it, or it was handed on to it."""
    issue = _issue(session, issue_id)
    return issue, _own(session, actor, issue, issue.qa_task_item_id, now)


def _own(session: Session, actor: Person, issue: Issue, task_item_id: int, now: datetime) -> Situation:
    """Return a task item of an issue that is the actor's, locked: nobody changes the issue, as it is now, any more."""
    try:
        found = access.own(session, actor=actor, task_item_id=task_item_id)
    except NotFound:
        raise NotFound(f"there is no issue {issue.id}") from None
    if found.assignment_id not in (None, found.own_id):
        raise NotFound(f"there is no issue {issue.id}")
    _issue(session, issue.id)
    situations.check_open(found, now, holding=True)
    return found


def _may_resolve(session: Session, actor: Person, issue: Issue) -> bool:
    project_id = session.get_one(Task, session.get_one(TaskItem, issue.task_item_id).task_id).project_id
    return people.may(session, actor=actor, project_id=project_id, permission=Permission.RESOLVE_ISSUES)
