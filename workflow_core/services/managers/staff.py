"""Who works on a task: redistribute, reassign, add and remove contributors, pause."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Unpack

from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.views import tasks as views
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import counted, shown
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import Conflict, InvalidInput, NotFound
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store.allocation import assignments, parked
from workflow_core.store.allocation.assignments import Member
from workflow_core.store.data import items, teams
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Assignment, Dataset, Person, Pipeline, Task
from workflow_core.store.work import reassignment
from workflow_core.store.work.reassignment import Handed

What = Literal["task", "assignment", "pipeline"]
"""What can be paused."""


def redistribute(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    now: datetime,
    weights: Mapping[str, float] | None = None,
    of: Iterable[str] | None = None,
    preview: bool = False,
    **chosen: Unpack[Chosen],
) -> Handed:
    """Deal what nobody has begun anew: equally, or by `weights`; only the work `of` some people, or some items.

    What has a status, an issue, or is open with somebody stays where it is; so does what none of them may review, which
    is `stuck` in the answer. With `preview` nothing is changed.

    Raises:
        NotAllowed: the actor may not redistribute.
        NotFound: somebody named is not in the task.
        InvalidInput: a weight is none, or nobody has one above 0.
        Conflict: the task hands out from a pool; there is nothing to deal.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.REDISTRIBUTE_ITEMS)
    if task.queue is not None:
        why = f"task {task.name!r} hands out from its pool: whoever is free takes what is left"
        raise Conflict(why, code="handed-from-pool", task=task.name)
    team = assignments.of_task(session, task_id=task.id)
    if weights is None:
        weights = {email: 1.0 for email, one in team.items() if one.active}
    weights = values.mapping(weights, "what each is to get")
    target = {_member(team, task, email).id: values.weight(one) if one else 0.0 for email, one in weights.items()}
    if not any(target.values()):
        raise InvalidInput("nobody would get anything: give at least one person a weight above 0")
    theirs = None if of is None else [_member(team, task, email).id for email in values.several(of, "people")]
    listed = None
    if any(one is not None for one in chosen.values()):
        meant = data.condition(session, dataset=session.get_one(Dataset, task.dataset_id), **chosen)
        listed = items.ids(session, meant, archived=None, limit=values.LARGEST)
    reassignment.choose_remaining(session, task_id=task.id, of=theirs, item_ids=listed)
    handed = reassignment.hand_out(session, weights=target)
    if not preview:
        reassignment.leave_stuck(session)
        reassignment.carry_out(session, actor_id=actor.id if actor else None, now=now)
    return handed


def reassign(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    old: str,
    new: str,
    now: datetime,
    end_claims: bool = False,
    item_ids: Iterable[int] | None = None,
) -> Handed:
    """Give everything unfinished of one person to another; finished work and history stay with who did it.

    Flags go along with a QA item. An item that the new person may not review goes to the others. With `item_ids` only
    these are given; the old person is out of the task all the same.

    Raises:
        NotAllowed: the actor may not reassign.
        NotFound: the old person is not in the task.
        InvalidInput: the new person is the old one, or a service account that is to review.
        Conflict: they have items open, and `end_claims` does not confirm that these claims end.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.REASSIGN_WORK)
    team = assignments.of_task(session, task_id=task.id)
    leaver = _member(team, task, old)
    if values.email(new) == values.email(old):
        raise InvalidInput(f"{shown(old)} has this work already; name somebody else")
    listed = None if item_ids is None else values.keys(item_ids)
    reassignment.lock_unfinished(session, task_id=task.id, assignment_id=leaver.id, item_ids=listed)
    _confirm_claims(session, task, leaver, old, end_claims, listed)
    person = _present(session, task, new, now)
    heir = assignments.succeed(session, leaver_id=leaver.id, person_id=person.id, now=now)
    return _hand_over(session, actor, task, leaver, {heir: 1.0}, now, listed)


def add(
    session: Session, *, actor: Actor, task_id: int, email: str, now: datetime, weight: float = 1.0
) -> views.Assignment:
    """Let one more person work on a running task; redistribute gives them their share of what is left.

    Raises:
        NotAllowed: the actor may not edit the task.
        Conflict: the person is no longer active.
        InvalidInput: the weight is none; or a service account is to review.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.EDIT_TASK)
    weight = values.weight(weight)
    person = _present(session, task, email, now)
    joined = assignments.join(session, task_id=task.id, person_id=person.id, weight=weight, now=now)
    return teams.view(joined, person.email)


def remove(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    email: str,
    now: datetime,
    end_claims: bool = False,
    item_ids: Iterable[int] | None = None,
) -> Handed:
    """Take a person out of a running task: their open work goes to the others, or to the pool of a queue.

    Where nobody is left it is parked, and the stuck list says so. With `item_ids` only the work on these goes yet.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.EDIT_TASK)
    leaver = _member(assignments.of_task(session, task_id=task.id), task, email)
    listed = None if item_ids is None else values.keys(item_ids)
    reassignment.lock_unfinished(session, task_id=task.id, assignment_id=leaver.id, item_ids=listed)
    _confirm_claims(session, task, leaver, email, end_claims, listed)
    assignments.leave(session, id=leaver.id)
    return _hand_over(session, actor, task, leaver, None, now, listed)


def whose(session: Session, *, actor: Actor, assignment_id: int) -> tuple[int, str]:
    """Return the task of an assignment, and the e-mail of whose it is; for who may change the team."""
    found, task = access.assignment(session, actor=actor, assignment_id=assignment_id, permission=Permission.EDIT_TASK)
    return task.id, session.get_one(Person, found.person_id).email


def pause(session: Session, *, actor: Actor, what: What, key: int, now: datetime) -> None:
    """Hand out nothing new of a task, to a person in a task, or of a whole pipeline; its source too.

    Raises:
        NotFound: there is none with this number, or none for this person.
        NotAllowed: the actor may not run it.
    """
    found = _run(session, actor, what, key)
    assignments.pause(session, found=found, at=found.paused_at or now)


def resume(session: Session, *, actor: Actor, what: What, key: int) -> None:
    """Hand out again."""
    assignments.pause(session, found=_run(session, actor, what, key), at=None)


def _run(session: Session, actor: Actor, what: What, key: int) -> Task | Assignment | Pipeline:
    by: Any = {"session": session, "actor": actor}
    if what == "assignment":
        return access.assignment(**by, assignment_id=key, permission=Permission.PAUSE_PEOPLE)[0]
    if what == "pipeline":
        return access.pipeline(**by, pipeline_id=key, permission=Permission.RUN_PIPELINES)
    return access.task(**by, task_id=key, permission=Permission.RUN_TASK)


def _hand_over(
    session: Session,
    actor: Actor,
    task: Task,
    leaver: Member,
    weights: Mapping[int, float] | None,
    now: datetime,
    item_ids: Iterable[int] | None,
) -> Handed:
    reassignment.choose_unfinished(session, task_id=task.id, assignment_id=leaver.id, item_ids=item_ids)
    handed = reassignment.hand_out(session, weights=weights)
    if weights is not None and handed.stuck:
        handed = reassignment.try_others(session)
    reassignment.carry_out(session, actor_id=actor.id if actor else None, now=now)
    parked.park_for_nobody(session, now=now)
    return handed


def _confirm_claims(
    session: Session,
    task: Task,
    leaver: Member,
    email: str,
    confirmed: bool,
    item_ids: Iterable[int] | None,
) -> None:
    held = reassignment.count_claimed(session, task_id=task.id, assignment_id=leaver.id, item_ids=item_ids)
    if held and not confirmed:
        why = f"{shown(email)} has {counted(held, 'item')} of {task.name!r} open; confirm to end that, drafts stay"
        raise Conflict(why, code="claims-open", task=task.name, person=email)


def _present(session: Session, task: Task, email: str, now: datetime) -> Person:
    """Return who is to work in a task, invited if need be."""
    person = people.member(session, email=email, project_id=task.project_id, role="contributor", now=now)
    people.check_reviewers(session, teams=[(task, [person.email])])
    if not person.active:
        raise Conflict(
            f"{person.email} is no longer active; choose somebody who is", code="person-inactive", person=person.email
        )
    return person


def _member(team: Mapping[str, Member], task: Task, email: str) -> Member:
    found = team.get(values.email(email))
    if found is None:
        raise NotFound(
            f"{shown(email)} is not in task {task.name!r}; there is {shown(', '.join(sorted(team))) or 'nobody'}"
        )
    return found
