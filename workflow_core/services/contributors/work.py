"""What contributors do: take the next item, draw, set a status, give back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow_core.domain import states, statuses, values
from workflow_core.errors import Conflict
from workflow_core.services import access
from workflow_core.services.contributors import annotation_sets, offers
from workflow_core.services.reviewers import issue_effects
from workflow_core.services.running import announcements
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Assignment, Draft, Person, Pipeline, Task, TaskItem
from workflow_core.store.work import activity, claims, reassignment, submissions
from workflow_core.store.work.claims import Claim


@dataclass(frozen=True)
class Submitted:
    """A status that is set, for good: its transaction is about to commit."""

    task_item_id: int
    item_id: int
    status: str
    event_id: int


def claim_next(session: Session, *, actor: Person, task_id: int, now: datetime) -> Claim | None:
    """Return the item to work on next, claimed until its lease ends; None where there is none.

    What the person holds already comes first. In a queue task a whole batch is claimed; `claim_more` claims another.

    Raises:
        NotFound: the task does not exist, or the person has no assignment in it.
        Conflict: the task or the assignment is paused, or the task is closed.
    """
    task, assignment = _handing_out(session, actor, task_id, now)
    until = values.later(now, task.lease)
    held = claims.claimed_by(session, task_id=task.id, assignment_id=assignment.id)
    if held:
        claims.renew(session, task_id=task.id, assignment_id=assignment.id, until=until)
        activity.seen(session, task_item_id=held[0].id, person_id=actor.id, now=now)
        return held[0]
    access.check_member(task, assignment)
    next_own = claims.claim_own(
        session, task_id=task.id, assignment_id=assignment.id, person_id=actor.id, until=until, now=now
    )
    if next_own:
        return next_own[0]
    # Outside queue tasks the pool holds what had nobody to go to, and now somebody asks.
    count = int(task.queue["batch"]) if task.queue else 1
    taken = _from_pool(session, actor, task, assignment, now, count=count)
    return taken[0] if taken else None


def claim_more(session: Session, *, actor: Person, task_id: int, now: datetime) -> list[Claim]:
    """Claim one more batch of a queue task beside what the person holds, up to its limit; none where the pool is empty.

    What an issue sent back to them, to fix or to look at again, does not count to the limit.

    Raises:
        NotFound: the task does not exist, or the person has no assignment in it.
        Conflict: they hold as many as the limit allows; the task allocates in advance; the task or the assignment is
            paused, or the task is closed.
    """
    task, assignment = _handing_out(session, actor, task_id, now)
    access.check_member(task, assignment)
    if task.queue is None:
        raise Conflict(f"task {task.name!r} allocates in advance: there is no batch to ask for, only the next item")
    batch, limit = int(task.queue["batch"]), int(task.queue["limit"])
    holding = claims.count_to_limit(session, task_id=task.id, assignment_id=assignment.id)
    if holding >= limit:
        raise Conflict(f"you hold {holding} items of {task.name!r}, its limit is {limit}: finish or release one first")
    until = values.later(now, task.lease)
    claims.renew(session, task_id=task.id, assignment_id=assignment.id, until=until)
    return _from_pool(session, actor, task, assignment, now, count=min(batch, limit - holding), opens=False)


def _handing_out(session: Session, actor: Person, task_id: int, now: datetime) -> tuple[Task, Assignment]:
    task, assignment = access.share(session, person=actor, task_id=task_id)
    access.check_open(task, assignment, now)
    _check_running(session, task)
    if task.queue is not None:
        claims.take_turns(session, person_id=actor.id)
    return task, assignment


def _from_pool(
    session: Session,
    actor: Person,
    task: Task,
    assignment: Assignment,
    now: datetime,
    *,
    count: int,
    opens: bool = True,
) -> list[Claim]:
    return claims.claim_from_pool(
        session,
        task_id=task.id,
        assignment_id=assignment.id,
        person_id=actor.id,
        until=values.later(now, task.lease),
        now=now,
        count=count,
        review_own=task.review_own,
        opens=opens,
    )


def renew(session: Session, *, actor: Person, task_id: int, now: datetime, task_item_id: int | None = None) -> int:
    """Renew the lease of all that the person holds in a task; returns how many. Any activity calls it.

    The time counts for the task item that is open, by default the one they worked on last.
    """
    task, assignment = access.share(session, person=actor, task_id=task_id)
    until = values.later(now, task.lease)
    renewed = claims.renew(session, task_id=task.id, assignment_id=assignment.id, until=until)
    mine = activity.claimed_by(session, task_id=task.id, assignment_id=assignment.id, person_id=actor.id)
    if mine:
        opened = values.key(task_item_id)
        activity.seen(session, task_item_id=opened if opened in mine else mine[0], person_id=actor.id, now=now)
    return renewed


def save_draft(
    session: Session, *, actor: Person, task_item_id: int, annotations: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Keep what a person has drawn so far, and renew their lease. It is nobody else's, and outlives the claim.

    Raises:
        NotFound: there is no such task item, or the person may not see it.
        Conflict: the item has its status: a late draft would come up at the next visit and undo what was submitted.
        InvalidInput: an annotation is malformed.
    """
    task_item, task, assignment = access.own_task_item(session, actor=actor, task_item_id=task_item_id)
    if task_item.state in (states.State.SUBMITTED, states.State.WITHDRAWN):
        raise Conflict(f"{access.name_of(session, task_item)} is {task_item.state}: there is nothing to draw now")
    content = {"annotations": [one.model_dump(exclude_unset=True) for one in annotation_sets.parse(annotations)]}
    draft = session.get(Draft, (task_item_id, actor.id))
    if draft is None:
        session.add(Draft(task_item_id=task_item_id, person_id=actor.id, content=content, updated_at=now))
    else:
        draft.content, draft.updated_at = content, now
    if task_item.state == states.State.CLAIMED and task_item.assignment_id == assignment.id:
        until = values.later(now, task.lease)
        claims.renew(session, task_id=task.id, assignment_id=assignment.id, until=until)
        activity.seen(session, task_item_id=task_item_id, person_id=actor.id, now=now)


def submit(
    session: Session,
    *,
    actor: Person,
    task_item_id: int,
    status: str,
    now: datetime,
    token: int | None = None,
    annotations: Sequence[Mapping[str, Any]] | None = None,
) -> Submitted:
    """Set a status on an item; what was drawn, or else the person's draft, becomes annotations.

    `token` is the one of the claim: it refuses a claim that ended meanwhile and was taken by somebody else.
    What nobody holds is claimed implicitly. Doing the same again is no error and changes nothing.

    Raises:
        NotFound: there is no such task item, or the person may not see it.
        Conflict: somebody else holds it, it has another status already, or the task is closed.
        InvalidInput: the task does not offer the status, or an annotation is not allowed.
    """
    task_item, task, assignment = access.own_task_item(session, actor=actor, task_item_id=task_item_id)
    chosen = statuses.resolve(status, offers.offered(session, task_item=task_item, task=task)).name
    again = (
        task_item.status == chosen and task_item.assignment_id == assignment.id and token in (None, task_item.claim_no)
    )
    if again and task_item.status_event_id is not None:
        return Submitted(task_item.id, task_item.item_id, chosen, task_item.status_event_id)
    name = access.name_of(session, task_item)
    if token is not None and token != task_item.claim_no:
        raise Conflict(f"your claim on {name} has ended and it was claimed anew; your draft is kept")
    event = states.Event.DISCARD if chosen == "discarded" else states.Event.SUBMIT
    states.next_state(states.State(task_item.state), event, kept=states.Kept(task_item.kept_by or states.Kept.NOTHING))
    _check_holder(session, task_item, assignment, name)
    access.check_open(task, assignment, now, holding=True)
    access.check_parked(session, task_item)
    access.check_author(session, person=actor, task_item=task_item, task=task)
    issue_effects.check(session, task_item=task_item, task=task, status=chosen, name=name)
    draft = session.get(Draft, (task_item.id, actor.id))
    if annotations is None and draft is not None:
        annotations = draft.content["annotations"]
    if annotations is not None:
        drawn = annotation_sets.parse(annotations)
        annotation_sets.replace(session, task_item=task_item, task=task, drawn=drawn, person_id=actor.id, now=now)
    if draft is not None:
        session.delete(draft)
        session.flush()
    taken = issue_effects.taken(task_item)
    held = task_item.state == states.State.CLAIMED
    activity.seen(session, task_item_id=task_item.id, person_id=actor.id, now=now, held=held, ends=True)
    event_id = submissions.submit(
        session, task_item=task_item, assignment_id=assignment.id, person_id=actor.id, status=chosen, now=now
    )
    if event_id is None:
        raise Conflict(f"{name} has changed while you worked on it; your draft is kept, open it again")
    announcements.note(session, pipeline_id=task.pipeline_id, task=task.name, status=chosen)
    issue_effects.follow_up(
        session, task_item=task_item, task=task, status=chosen, taken=taken, actor_id=actor.id, now=now
    )
    if task.type == "annotation":
        reassignment.hand_reviews_on(session, item_id=task_item.item_id, task_id=task.id, person_id=actor.id, now=now)
    return Submitted(task_item.id, task_item.item_id, chosen, event_id)


def release(session: Session, *, actor: Person, task_item_id: int, now: datetime) -> None:
    """Give an item back without a status; a draft stays."""
    _end(session, actor=actor, task_item_id=task_item_id, verb="released", now=now)


def postpone(session: Session, *, actor: Person, task_item_id: int, now: datetime) -> None:
    """Put an item behind all the others of the assignment."""
    _end(session, actor=actor, task_item_id=task_item_id, verb="postponed", now=now)


def _end(session: Session, *, actor: Person, task_item_id: int, verb: str, now: datetime) -> None:
    task_item, _, assignment = access.own_task_item(session, actor=actor, task_item_id=task_item_id)
    if task_item.state != states.State.CLAIMED or task_item.assignment_id != assignment.id:
        raise Conflict(
            f"you do not hold {access.name_of(session, task_item)}: it is {task_item.state}; only a claim can be {verb}"
        )
    claims.end(session, id=task_item.id, verb=verb, actor_id=actor.id, now=now)


def _check_holder(session: Session, task_item: TaskItem, assignment: Assignment, name: str) -> None:
    if task_item.assignment_id in (None, assignment.id) or claims.left_behind(session, task_item=task_item):
        return
    if task_item.state == states.State.CLAIMED:
        raise Conflict(f"somebody else holds {name} now; your draft is kept")
    raise Conflict(f"{name} is in somebody else's assignment now; your draft is kept")


def _check_running(session: Session, task: Task) -> None:
    pipeline = session.get(Pipeline, task.pipeline_id) if task.pipeline_id is not None else None
    if pipeline is not None and pipeline.paused_at is not None:
        raise Conflict(f"pipeline {pipeline.name!r} is paused: nothing new is handed out; what you hold you can finish")
