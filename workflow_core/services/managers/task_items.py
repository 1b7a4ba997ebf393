"""A manager's ways out: send an item on or back, end a claim, take items out, close and re-open tasks."""

from collections.abc import Iterable
from datetime import datetime
from typing import Unpack

from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.views.effects import TakenAlong
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import counted, shown
from workflow_core.domain.work import states
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import Conflict, NotFound
from workflow_core.services import access, people
from workflow_core.services.managers import send_targets
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store import locks
from workflow_core.store.data import items, versions
from workflow_core.store.database.columns import Where
from workflow_core.store.database.engine import Session, keep
from workflow_core.store.models import Dataset, Pipeline, Task, TaskItem
from workflow_core.store.routing import dispatch
from workflow_core.store.work import claims, selection


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
    task_item, _ = _managed(session, actor, task_item_id, Permission.UNSTICK_ITEMS)
    way = send_targets.find(session, task_item=task_item, to=to)
    effects = dispatch.effects(session, source=task_item, entry=way.entry, of=way.of)
    held = next((one for one in effects.task_items if one.state == states.State.CLAIMED), None)
    if held is not None and not end_claims:
        name = access.name_of(session, task_item)
        why = f"{held.who} has {name} open in {held.task!r}; confirm to end the claims on what you send away"
        raise Conflict(why, code="claims-open", task=held.task, person=held.who)
    actor_id = actor.id if actor else None
    if task_item.parked is not None:
        dispatch.send(session, task_item=task_item, node=way.node, actor_id=actor_id, now=now)
    else:
        dispatch.send_again(
            session, task_item=task_item, entry=way.entry, branch=way.branch, node=way.node, actor_id=actor_id, now=now
        )
    return effects


def preview_send(session: Session, *, actor: Actor, task_item_id: int, to: str) -> TakenAlong:
    """Say what sending an item would take with it: open task items, claims, issues, and the exit it would leave."""
    task_item, _ = _managed(session, actor, task_item_id, Permission.UNSTICK_ITEMS, only_read=True)
    way = send_targets.find(session, task_item=task_item, to=to)
    return dispatch.effects(session, source=task_item, entry=way.entry, of=way.of)


def targets(session: Session, *, actor: Actor, task_item_id: int) -> list[str]:
    """Return the tasks, and from where an item is stuck the exits, to which it may be sent; raises as `send` does."""
    task_item, _ = _managed(session, actor, task_item_id, Permission.UNSTICK_ITEMS, only_read=True)
    return send_targets.targets(session, task_item=task_item)


def release(session: Session, *, actor: Actor, task_item_id: int, now: datetime) -> None:
    """End somebody's claim by force; their draft stays, their token is dead."""
    task_item, task = _managed(session, actor, task_item_id, Permission.END_CLAIM)
    if task_item.state != states.State.CLAIMED:
        name = access.name_of(session, task_item)
        why = f"nobody has {name} open in {task.name!r}"
        raise Conflict(
            why, code="wrong-state", item=name, task=task.name, state=task_item.state, status=task_item.status
        )
    claims.end(session, id=task_item.id, verb="released", actor_id=actor.id if actor else None, now=now)


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
    rows = selection.lock_of_items(session, task_id=task.id, items=items)
    done = [row for row in rows if row.state == states.State.SUBMITTED]
    if done:
        why = f"cannot remove what has a status: {counted(len(done), 'item')} in {task.name!r}; clear that first"
        raise Conflict(why, code="have-status", task=task.name, count=len(done))
    for row in (row for row in rows if row.kept_status is not None):
        access.check_rework(session, task_item=row, name=access.name_of(session, row))
    _confirm_claims(session, selection.with_siblings(rows), end_claims, "remove")
    dispatch.remove(session, [row.id for row in rows], actor_id=actor.id if actor else None, now=now)
    return len(rows)


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


def _confirm_claims(session: Session, of: Where, end_claims: bool, what: str) -> None:
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
    task.closed_at, task.closed_by_deploy = task.closed_at or now, False
    keep(session, task)


def reopen(session: Session, *, actor: Actor, task_id: int) -> None:
    """Let people work on a closed or archived task again."""
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.RUN_TASK)
    task.closed_at = task.archived_at = None
    task.closed_by_deploy = False
    keep(session, task)


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
    task.archived_at = task.closed_at = now
    keep(session, task)


def _managed(
    session: Session, actor: Actor, task_item_id: int, permission: Permission, *, only_read: bool = False
) -> tuple[TaskItem, Task]:
    key = values.key(task_item_id)
    if not only_read:
        locks.lock(session, key)
    task_item = session.get(TaskItem, key, populate_existing=True)
    task = session.get_one(Task, task_item.task_id) if task_item else None
    if task_item is None or task is None or not people.sees(session, actor=actor, project_id=task.project_id):
        raise NotFound(f"there is no task item {shown(task_item_id)}")
    people.require(session, actor=actor, project_id=task.project_id, permission=permission)
    return task_item, task
