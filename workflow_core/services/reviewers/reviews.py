"""QA as people do it: flag, comment, fix, re-open, approve, dismiss."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow_core.domain.views.work import ChangedIssue
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.domain.work import reviewing, situations
from workflow_core.domain.work.issues import UNRESOLVED, IssueEvent, IssueState, check_flag
from workflow_core.domain.work.reviewing import Case, Fault, SentBack
from workflow_core.domain.work.roles import Permission, Role, allowed
from workflow_core.domain.work.situations import MAX_FIX_ROUNDS, Situation
from workflow_core.domain.work.states import OPEN, Event, State
from workflow_core.errors import Conflict, NotFound
from workflow_core.services import access
from workflow_core.services.people import Actor
from workflow_core.store import locks, turns
from workflow_core.store.data import comments
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person
from workflow_core.store.routing import holds, placement
from workflow_core.store.work import activity, claims, issues, reviews, rework


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
    fault = Fault(annotation_id=annotation_id, label=label, task=task)
    pointed_at = None if annotation_id is None else values.key(annotation_id)
    annotation, reviewed = reviews.reviewed(session, qa_task_item_id=qa.id, annotation_id=pointed_at)
    sent_back, author_id = reviewing.flag(
        qa, fault, annotation=annotation, reviewed=reviewed, email=actor.email, now=now
    )
    issue_id = issues.add(
        session,
        item_id=qa.item_id,
        annotation_id=pointed_at,
        task_item_id=sent_back.returned.id,
        qa_task_item_id=qa.id,
        kind=kind,
        text=text,
        geometry=geometry,
        flagged_by=actor.id,
        author_id=author_id,
        now=now,
    )
    detail = {"issue": issue_id, "qa": qa.task_id}
    turns.tell(session, "flagged", task_item_id=sent_back.returned.id, actor_id=actor.id, now=now, detail=detail)
    _send_back(session, qa, sent_back, actor_id=actor.id, now=now)
    return ChangedIssue(id=issue_id, state=IssueState.OPEN, rounds=0, task_item_id=sent_back.returned.id)


def fix(session: Session, *, actor: Person, issue_id: int, now: datetime) -> ChangedIssue:
    """Mark an issue for review; the item goes back to the reviewer once all are, and the items submitted.

    Raises:
        NotFound: the issue is not on an item of the actor's.
        Conflict: it is not open, or the task is closed or locked.
    """
    case = _case(session, actor, issue_id)
    situations.check_parked(_own(session, actor, case, case.returned.id, now))
    return _answer(session, case, IssueEvent.MARK_FOR_REVIEW, actor, now)


def reopen(session: Session, *, actor: Person, issue_id: int, now: datetime, text: str = "") -> ChangedIssue:
    """Do not accept a fix: the same effects as flagging. Beyond `max_fix_rounds` the item is parked for a manager."""
    case = _case(session, actor, issue_id)
    qa = _own(session, actor, case, case.review.id, now)
    sent_back = reviewing.reopen(case, qa)
    issues.change(session, [case.id], IssueEvent.REOPEN, actor_id=actor.id, now=now)
    if text:
        said = values.text(text, "a comment", least=1).strip()
        comments.add(session, issue_id=case.id, person_id=actor.id, text=said, now=now)
    _send_back(session, qa, sent_back, actor_id=actor.id, now=now)
    return _told(case, IssueState.OPEN, rounds=case.rounds + 1)


def approve(session: Session, *, actor: Actor, issue_id: int, now: datetime) -> ChangedIssue:
    """Accept a fix; where the review that it waits for is over, and no other follows, a manager does.

    Raises:
        NotFound: the issue is not the actor's to review.
        Conflict: it is not for review; or somebody is still to review it.
    """
    case = _case(session, actor, issue_id)
    over = case.review.state not in OPEN
    if actor is None and not over:
        why = f"issue {issue_id} is still to be reviewed; whoever does it approves it"
        raise Conflict(why, code="review-pending", issue=issue_id)
    if actor is not None and not (over and _may_resolve(actor, case)):
        _own(session, actor, case, case.review.id, now)
    return _answer(session, case, IssueEvent.APPROVE, actor, now)


def dismiss(session: Session, *, actor: Actor, issue_id: int, now: datetime) -> ChangedIssue:
    """Take an issue back, or overrule it as a manager; the last one dismissed gives the status back."""
    case = _case(session, actor, issue_id)
    if actor is not None and not _may_resolve(actor, case):
        _own(session, actor, case, case.review.id, now)
    return _answer(session, case, IssueEvent.DISMISS, actor, now)


def _case(session: Session, actor: Actor, issue_id: int) -> Case:
    """Return an issue as it is now, locked with all task items of its item."""
    key = values.key(issue_id)
    locks.lock(session, key, of="issue")
    case = reviews.case(session, issue_id=key, person_id=actor.id if actor else None)
    if case is None:
        raise NotFound(f"there is no issue {shown(issue_id)}")
    return case


def _own(session: Session, actor: Person, case: Case, task_item_id: int, now: datetime) -> Situation:
    """Return a task item of an issue that is the actor's: for whom it is not, the issue does not exist."""
    try:
        found = access.own(session, actor=actor, task_item_id=task_item_id, only_read=True)
    except NotFound:
        raise NotFound(f"there is no issue {case.id}") from None
    if found.assignment_id not in (None, found.own_id):
        raise NotFound(f"there is no issue {case.id}")
    situations.check_open(found, now, holding=True)
    return found


def _may_resolve(actor: Person, case: Case) -> bool:
    return actor.active and case.role is not None and allowed(Role(case.role), Permission.RESOLVE_ISSUES)


def _send_back(session: Session, qa: Situation, sent_back: SentBack, *, actor_id: int, now: datetime) -> None:
    returned = sent_back.returned
    if sent_back.turn is not None:
        taken = {returned.id: sent_back.turn}
        rework.give_turns(session, Event.TAKE, "returned", taken, actor_id=actor_id, now=now)
    if sent_back.too_often:
        if returned.state is State.CLAIMED:
            claims.end(session, id=returned.id, verb="released", actor_id=None, now=now)
        turns.park(session, [returned.id], MAX_FIX_ROUNDS, now=now)
    activity.seen(session, task_item_ids=[qa.id], person_id=actor_id, now=now, ends=True)
    if sent_back.waits:
        rework.wait_for_fixes(session, qa_task_item_id=qa.id, assignment_id=qa.own_id, actor_id=actor_id, now=now)
    if returned.exited:
        holds.hold_again(session, entry_id=returned.entry_id, now=now)


def _answer(session: Session, case: Case, event: IssueEvent, actor: Actor, now: datetime) -> ChangedIssue:
    answered, actor_id = reviewing.answer(case, event), actor.id if actor else None
    issues.change(session, [case.id], event, actor_id=actor_id, now=now)
    if answered.gives_back:
        rework.give_back(session, [case.returned.id], actor_id=actor_id, now=now)
    if answered.turn is not None:
        rework.give_turns(session, Event.ANSWERED, "answered", {case.review.id: answered.turn}, now=now)
    if answered.state not in UNRESOLVED:
        placement.resume(session, entry_ids=[case.returned.entry_id], now=now)
    return _told(case, answered.state, rounds=case.rounds)


def _told(case: Case, state: IssueState, *, rounds: int) -> ChangedIssue:
    return ChangedIssue(id=case.id, state=state, rounds=rounds, task_item_id=case.returned.id)
