"""A manager's ways out: send a stuck item on, end a claim, take items out, close and re-open tasks."""

from collections.abc import Iterable
from datetime import datetime

from workflow_core.domain import states
from workflow_core.domain.roles import Permission
from workflow_core.domain.suggestions import possible
from workflow_core.errors import Conflict, InvalidInput, NotFound
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.store import locks
from workflow_core.store.data import items, versions
from workflow_core.store.database.columns import Where
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Entry, Event, Node, Pipeline, Task, TaskItem
from workflow_core.store.routing import dispatch
from workflow_core.store.work import claims, selection


def send(
    session: Session, *, actor: Actor, task_item_id: int, to: str, now: datetime, end_claims: bool = False
) -> None:
    """Send a parked item to any task or exit of its pipeline but `approved`; it counts as no visit.

    From inside a fork only to a task of its own branch, or to `discarded`; never from outside into a fork.
    `end_claims` confirms that people who have the item open in other branches lose their claim if it leaves.

    Raises:
        NotAllowed: the actor may not unstick items.
        NotFound: there is no such task item.
        Conflict: it is not parked, or not in a pipeline; or somebody has the item open, and it was not confirmed.
        InvalidInput: the target is unknown or out of reach; the message says what is possible.
    """
    task_item, task = _managed(session, actor, task_item_id, Permission.UNSTICK_ITEMS)
    if task_item.parked is None:
        raise Conflict(f"the item is not stuck in {task.name!r}: it is {task_item.state}")
    if task_item.entry_id is None:
        raise Conflict(f"task {task.name!r} is in no pipeline; give the item to somebody instead")
    entry = session.get_one(Entry, task_item.entry_id)
    nodes = versions.targets(session, version_id=entry.version_id)
    branch = versions.branch_of(session, version_id=entry.version_id, task_id=task_item.task_id)
    reachable = {
        node.name: node
        for node in nodes
        if _in_reach(node, branch, versions.branch_of(session, version_id=entry.version_id, task_id=node.task_id))
    }
    if to not in reachable:
        raise InvalidInput(f"cannot send it to {to!r}; {possible(to, list(reachable))}")
    if reachable[to].kind == "exit":
        _confirm_claims(session, selection.of_entry(entry.id), end_claims, "send away")
    dispatch.send(session, task_item=task_item, node=reachable[to], actor_id=actor.id if actor else None, now=now)
    session.expire_all()


def _in_reach(node: Node, here: tuple[int, int] | None, there: tuple[int, int] | None) -> bool:
    if node.kind == "exit":
        return node.name == "discarded" or (here is None and node.name != "approved")
    return here == there


def release(session: Session, *, actor: Actor, task_item_id: int, now: datetime) -> None:
    """End somebody's claim by force; their draft stays, their token is dead."""
    task_item, task = _managed(session, actor, task_item_id, Permission.END_CLAIM)
    if task_item.state != states.State.CLAIMED:
        raise Conflict(f"nobody holds the item in {task.name!r}: it is {task_item.state}")
    claims.end(session, id=task_item.id, verb="released", actor_id=actor.id if actor else None, now=now)
    session.expire_all()


def remove_items(
    session: Session,
    *,
    actor: Actor,
    task: Task,
    item_ids: Iterable[int],
    now: datetime,
    end_claims: bool = False,
) -> int:
    """Take items without a status out of a task; in a pipeline they leave it by the exit `removed`.

    `end_claims` confirms that people who have such an item open, here or in another branch, lose their claim.

    Raises:
        Conflict: an item has a status there, or had one that it will have again; clear it first. Or somebody has
            one open, and it was not confirmed.
    """
    people.require(session, actor=actor, project_id=task.project_id, permission=Permission.FILL_TASK)
    rows = selection.lock_of_items(session, task_id=task.id, item_ids=item_ids)
    done = [row for row in rows if row.state == states.State.SUBMITTED]
    if done:
        raise Conflict(f"{len(done)} of these items have a status in {task.name!r}; clear it before you remove them")
    for row in (row for row in rows if row.kept_status is not None):
        access.check_rework(session, task_item=row, name=access.name_of(session, row))
    _confirm_claims(session, selection.with_siblings(rows), end_claims, "remove")
    dispatch.remove(session, [row.id for row in rows], actor_id=actor.id if actor else None, now=now)
    session.expire_all()
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
    wanted = items.present(dataset_id=dataset.id, ids=item_ids)
    locks.lock_all(session, wanted)
    _confirm_claims(session, wanted, end_claims, "archive")
    found = items.chosen(session, of=wanted)
    for item in found:
        item.archived_at = now
        session.add(Event(at=now, verb="archived", item_id=item.id, actor_id=actor.id if actor else None))
    session.flush()
    dispatch.withdraw_items(session, [item.id for item in found], now=now)
    session.expire_all()
    return len(found)


def _confirm_claims(session: Session, of: Where, end_claims: bool, what: str) -> None:
    """Refuse what ends claims on items, or in tasks, unless that is confirmed; say who has the first of them open."""
    if end_claims:
        return
    first = selection.first_held(session, of=of)
    if first:
        who, item, task = first
        raise Conflict(f"{who} has {item} open in {task!r}; confirm to end the claims on what you {what}")


def close(session: Session, *, actor: Actor, task: Task, now: datetime) -> None:
    """Let nobody work on a task any more; what is there stays."""
    people.require(session, actor=actor, project_id=task.project_id, permission=Permission.RUN_TASK)
    task.closed_at, task.closed_by_deploy = task.closed_at or now, False
    session.add(task)
    session.flush()


def reopen(session: Session, *, actor: Actor, task: Task) -> None:
    """Let people work on a closed or archived task again."""
    people.require(session, actor=actor, project_id=task.project_id, permission=Permission.RUN_TASK)
    task.closed_at = task.archived_at = None
    task.closed_by_deploy = False
    session.add(task)
    session.flush()


def archive(
    session: Session,
    *,
    actor: Actor,
    task: Task,
    now: datetime,
    with_finished: bool = False,
    end_claims: bool = False,
) -> None:
    """Put a task away; refused while it holds finished work, or people have items open, unless that is confirmed.

    Raises:
        Conflict: a pipeline still has the task, or it was not confirmed.
    """
    people.require(session, actor=actor, project_id=task.project_id, permission=Permission.RUN_TASK)
    pipeline = session.get(Pipeline, task.pipeline_id) if task.pipeline_id is not None else None
    if pipeline is not None and versions.task_node(session, version_id=pipeline.version_id or 0, task_id=task.id):
        raise Conflict(f"pipeline {pipeline.name!r} has the task {task.name!r}; take it out of the file and deploy")
    if not with_finished and selection.any_with_status(session, task_id=task.id):
        raise Conflict(f"task {task.name!r} holds finished work; say that it may be archived with it")
    locks.lock_all(session, selection.of_task(task.id), siblings=True)
    _confirm_claims(session, selection.of_task(task.id), end_claims, "archive")
    dispatch.put_away(session, task_id=task.id, now=now)
    task.archived_at = task.closed_at = now
    session.add(task)
    session.flush()


def _managed(session: Session, actor: Actor, task_item_id: int, permission: Permission) -> tuple[TaskItem, Task]:
    task_item = locks.lock(session, task_item_id)
    task = session.get_one(Task, task_item.task_id) if task_item else None
    if task_item is None or task is None or not people.sees(session, actor=actor, project_id=task.project_id):
        raise NotFound(f"there is no task item {task_item_id}")
    people.require(session, actor=actor, project_id=task.project_id, permission=permission)
    return task_item, task
