"""A manager's ways out: send an item on or back, end a claim, take items out, close and re-open tasks."""

from collections.abc import Iterable
from datetime import datetime
from typing import Unpack

from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.views.effects import TakenAlong
from workflow_core.domain.words import values
from workflow_core.domain.work import managed, sending
from workflow_core.domain.work.managed import Managed
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import Conflict
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store import locks
from workflow_core.store.data import items, tasks, versions
from workflow_core.store.database.columns import Where
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Pipeline
from workflow_core.store.routing import dispatch, journeys
from workflow_core.store.work import claims, selection
from workflow_core.store.work import managed as kept


def send(
    session: Session, *, actor: Actor, task_item_id: int, to: str, now: datetime, end_claims: bool = False
) -> TakenAlong:
    """Send an item on from where it is parked, or else to a task once more; it counts as no visit.

    A parked one goes to any task or exit of its pipeline but `approved`; from inside a fork only to a task of its own
    branch, or to `discarded`; never from outside into a fork. Any other one goes to a task: what it has open, all of it
    or inside a fork that of the branch, is withdrawn, what is not routed never moves, and an exit is left.
    `end_claims` confirms that people who have the item open where it is withdrawn lose their claim.

    Raises:
        NotAllowed: the actor may not send items.
        NotFound: there is no such task item.
        Conflict: it is in no pipeline; or inside a fork, and not from this task; or deleted, or taken out; or somebody
            has the item open, and it was not confirmed.
        InvalidInput: the target is unknown or out of reach; the message says what is possible.
    """
    found = access.managed(session, actor=actor, task_item_id=task_item_id, permission=Permission.UNSTICK_ITEMS)
    way = sending.find(found, journeys.find(session, found), to)
    sending.check_claims(found, way, end_claims=end_claims)
    dispatch.send(session, found, way, actor_id=actor.id if actor else None, now=now)
    return way.effects


def preview_send(session: Session, *, actor: Actor, task_item_id: int, to: str) -> TakenAlong:
    """Say what sending an item would take with it: open task items, claims, issues, and the exit it would leave."""
    found = _only_seen(session, actor, task_item_id)
    return sending.find(found, journeys.find(session, found), to).effects


def targets(session: Session, *, actor: Actor, task_item_id: int) -> list[str]:
    """Return the tasks, and from where an item is stuck the exits, to which it may be sent; raises as `send` does."""
    found = _only_seen(session, actor, task_item_id)
    return list(sending.reachable(found, journeys.find(session, found)).there)


def _only_seen(session: Session, actor: Actor, task_item_id: int) -> Managed:
    may = Permission.UNSTICK_ITEMS
    return access.managed(session, actor=actor, task_item_id=task_item_id, permission=may, only_read=True)


def release(session: Session, *, actor: Actor, task_item_id: int, now: datetime) -> None:
    """End somebody's claim by force; their draft stays, their token is dead."""
    found = access.managed(session, actor=actor, task_item_id=task_item_id, permission=Permission.END_CLAIM)
    managed.check_claimed(found)
    claims.end(session, id=found.id, verb="released", actor_id=actor.id if actor else None, now=now)


def remove_items(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    now: datetime,
    end_claims: bool = False,
    **chosen: Unpack[Chosen],
) -> int:
    """Take items without a status out of a task; in a pipeline they leave it by the exit `removed`.

    Those listed, of a folder, or of a filter. `end_claims` confirms that people who have such an item open, here or in
    another branch, lose their claim.

    Raises:
        Conflict: an item has a status there, or had one that it will have again; clear it first. Or somebody has
            one open, and it was not confirmed.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.FILL_TASK)
    dataset = session.get_one(Dataset, task.dataset_id)
    items = data.condition(session, dataset=dataset, **chosen)
    found = kept.find(session, selection.lock_of_items(session, task_id=task.id, items=items))
    managed.check_removed(found)
    _confirm_claims(session, dispatch.of_siblings(found), end_claims, "remove")
    dispatch.remove(session, found, actor_id=actor.id if actor else None, now=now)
    return len(found)


def archive_items(
    session: Session,
    *,
    actor: Actor,
    dataset: Dataset,
    item_ids: Iterable[int],
    now: datetime,
    end_claims: bool = False,
) -> int:
    """Delete items: they are archived, their open task items withdrawn; history stays, exports leave them out.

    `end_claims` confirms that people who have such an item open lose their claim.

    Raises:
        Conflict: somebody has an item open, and it was not confirmed.
    """
    people.require(session, actor=actor, project_id=dataset.project_id, permission=Permission.DELETE_ITEMS)
    wanted = items.present(dataset_id=dataset.id, ids=values.keys(item_ids))
    locks.lock_all(session, wanted)
    _confirm_claims(session, wanted, end_claims, "archive")
    found = items.archive(session, of=wanted, actor_id=actor.id if actor else None, now=now)
    dispatch.withdraw_items(session, found, now=now)
    return len(found)


def _confirm_claims(session: Session, of: Where | str, end_claims: bool, what: str) -> None:
    """Refuse what ends claims on items, or in tasks, unless that is confirmed; say who has the first of them open."""
    if end_claims:
        return
    first = selection.first_held(session, of=of)
    if first:
        who, item, task = first
        why = f"{who} has {item} open in {task!r}; confirm to end the claims on what you {what}"
        raise Conflict(why, code="claims-open", task=task, person=who)


def close(session: Session, *, actor: Actor, task_id: int, now: datetime) -> None:
    """Let nobody work on a task any more; what is there stays."""
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.RUN_TASK)
    tasks.change(session, task.id, closed_at=task.closed_at or now, closed_by_deploy=False)


def reopen(session: Session, *, actor: Actor, task_id: int) -> None:
    """Let people work on a closed or archived task again."""
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.RUN_TASK)
    tasks.change(session, task.id, **tasks.REOPENED)


def archive(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    now: datetime,
    with_finished: bool = False,
    end_claims: bool = False,
) -> None:
    """Put a task away; refused while it holds finished work, or people have items open, unless that is confirmed.

    Raises:
        Conflict: a pipeline still has the task, or it was not confirmed.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.RUN_TASK)
    pipeline = session.get(Pipeline, task.pipeline_id) if task.pipeline_id is not None else None
    if pipeline is not None and versions.task_node(session, version_id=pipeline.version_id or 0, task_id=task.id):
        why = f"pipeline {pipeline.name!r} has the task {task.name!r}; take it out of the file and deploy"
        raise Conflict(why, code="in-pipeline", task=task.name, pipeline=pipeline.name)
    if not with_finished and selection.any_with_status(session, task_id=task.id):
        why = f"task {task.name!r} holds finished work; say that it may be archived with it"
        raise Conflict(why, code="finished-work", task=task.name)
    locks.lock_all(session, selection.of_task(task.id), siblings=True)
    _confirm_claims(session, selection.of_task(task.id), end_claims, "archive")
    dispatch.put_away(session, task_id=task.id, now=now)
    tasks.change(session, task.id, archived_at=now, closed_at=now)
