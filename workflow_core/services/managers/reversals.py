"""Second thoughts: a person undoes their own status, a manager clears statuses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.views.effects import TakenBack
from workflow_core.domain.words import values
from workflow_core.domain.work import situations, statuses
from workflow_core.domain.work.roles import Permission
from workflow_core.domain.work.situations import Situation
from workflow_core.domain.work.states import State
from workflow_core.errors import Conflict, NotFound
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store.data import versions
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Person, Task, TaskItem
from workflow_core.store.routing import clears, lineage, placement
from workflow_core.store.routing.lineage import Lineage
from workflow_core.store.work import selection
from workflow_core.store.work.issues import author_of


def undo(session: Session, *, actor: Person, task_item_id: int, now: datetime) -> TakenBack:
    """Take back one's own status; the item is claimed by the same person again.

    Raises:
        NotFound: the item is not the person's.
        NotAllowed: they have become an author of what they reviewed, and would hold it again.
        Conflict: somebody has begun what was reached from it, the item is exported, the status is history or in a task
            that the item's version does not have; or the task is closed or locked.
    """
    found = access.own(session, actor=actor, task_item_id=task_item_id)
    people.require(session, actor=actor, project_id=found.project_id, permission=Permission.UNDO_OWN_STATUS)
    _check_present(found, found.name, found.task, archived=found.archived)
    situations.check_open(found, now, holding=True)
    if author_of(session, found, None) != actor.id:
        why = f"{found.name} was {found.status} by somebody else; a manager can clear it"
        raise Conflict(why, code="held-by-another", **found.about)
    if found.assignment_id != found.own_id:
        why = f"{found.name} is in somebody else's assignment now; a manager can clear it"
        raise Conflict(why, code="held-by-another", **found.about)
    situations.check_author(found, actor.email)
    _check_in_version(session, found.task, [task_item_id])
    traced = lineage.trace(session, [found.status_event_id])
    effects = lineage.effects(session, traced)
    begun = [reached.task for reached in effects.task_items if reached.begun]
    if begun or effects.statuses:
        where = f"in {begun[0]}" if begun else "further on"
        why = f"{found.name} was begun {where} already; ask a manager to clear it"
        raise Conflict(why, code="begun-already", **found.about, begun=begun)
    if effects.exported:
        why = f"{found.name} is exported already; ask a manager to clear it"
        raise Conflict(why, code="exported-already", **found.about)
    _check_at_exit(session, traced)
    until = values.later(now, found.lease)
    lineage.take_back(session, traced, reason="undo", now=now)
    clears.undo(session, task_item_id=task_item_id, actor_id=actor.id, until=until, now=now)
    return effects


def clear(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    now: datetime,
    status: str | None = None,
    end_claims: bool = False,
    **chosen: Unpack[Chosen],
) -> TakenBack:
    """Remove statuses, with everything that was reached from them; the items are to be done again.

    Those of the items listed, each of which has one; or all of a folder or a filter; or all of one status that the task
    offers or offered. `end_claims` confirms that people who have such an item open lose their claim (drafts stay).

    Raises:
        NotFound: an item that is listed is not in the task.
        Conflict: somebody holds a task item that would be withdrawn and it was not confirmed; or a status is history,
            or in a task that the version which its item follows does not have.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.CLEAR_STATUS)
    ids = [one.id for one in _chosen(session, task, chosen, status)]
    locked = selection.lock_listed(session, task_id=task.id, ids=ids)
    for task_item, item in locked:
        access.check_rework(session, task_item=task_item, name=item.name)
        _check_present(task_item, item.name, task.name, archived=item.archived_at is not None)
    _check_in_version(session, task.name, ids)
    traced = lineage.trace(session, [task_item.status_event_id for task_item, _ in locked])
    effects = lineage.effects(session, traced)
    claimed = [reached for reached in effects.task_items if reached.state == State.CLAIMED]
    if claimed and not end_claims:
        there = ", ".join(dict.fromkeys(reached.task for reached in claimed))
        why = f"somebody has open what this led to, in {there}; confirm to end the claims on it"
        raise Conflict(why, code="claims-open", task=claimed[0].task, person=None)
    _check_at_exit(session, traced)
    entry_ids = [task_item.entry_id for task_item, _ in locked]
    lineage.take_back(session, traced, reason="clear", now=now)
    clears.reopen(session, ids, actor_id=actor.id if actor else None, now=now)
    placement.resume(session, entry_ids=entry_ids, now=now)
    return effects


def status_named(task: Task, given: str | None) -> str | None:
    """Return the status that a task offers, or offered, as it was given; None where none was.

    Raises:
        InvalidInput: it never offered that.
    """
    offered = [statuses.Status(**one) for one in (*task.statuses, *task.former_statuses)]
    return None if given is None else statuses.resolve(given, offered).name


def _chosen(session: Session, task: Task, chosen: Chosen, status: str | None) -> list[TaskItem]:
    """Return the task items of a task with a status that were chosen; what is listed has to be among them."""
    dataset = session.get_one(Dataset, task.dataset_id)
    items = data.condition(session, dataset=dataset, **chosen)
    named = status_named(task, status)
    found = selection.with_status(session, task_id=task.id, items=items, status=named)
    for one in sorted(set(values.keys(chosen.get("item_ids") or ())) - {each.item_id for each in found})[:1]:
        other = selection.find(session, task_id=task.id, item_id=one)
        if other is None:
            raise NotFound(f"there is no item {one} in {task.name!r}")
        name = access.name_of(session, other)
        access.check_rework(session, task_item=other, name=name)
        _check_present(other, name, task.name, archived=False)
    return found


def _check_present(task_item: TaskItem | Situation, name: str, task: str, *, archived: bool) -> None:
    if archived:
        raise Conflict(f"{name} is deleted: what was done on it stays as history", code="item-deleted", item=name)
    if task_item.state != State.SUBMITTED or task_item.status_event_id is None:
        why = f"{name} has no status in {task!r} that could be taken back"
        raise Conflict(why, code="wrong-state", item=name, task=task, state=task_item.state, status=task_item.status)
    if task_item.routing == "void":
        why = f"the status {task_item.status} of {name} is history: what led to it was taken back"
        raise Conflict(why, code="status-is-history", item=name, task=task, status=task_item.status)


def _check_in_version(session: Session, task: str, ids: Sequence[int]) -> None:
    """Refuse to open items at a task from which no route of theirs would lead on: they were taken along without it."""
    lacking = versions.without_task(session, ids=ids)
    if lacking is not None:
        name, version = lacking
        why = f"{name} follows version {version} of its pipeline, which does not have {task!r}: send it to a task there"
        raise Conflict(why, code="task-not-in-version", item=name, task=task, version=version)


def _check_at_exit(session: Session, traced: Lineage) -> None:
    """At an exit only a status that led there can be taken back."""
    left = lineage.left_otherwise(session, traced)
    if left is not None:
        name, exit_ = left
        if exit_ == "removed":
            why = f"{name} was taken out of its pipeline, by no status; a manager can add it to a task again"
            raise Conflict(why, code="item-removed", item=name)
        why = f"{name} left by {exit_!r}, and not by its status here; clear what led there"
        raise Conflict(why, code="left-otherwise", item=name, exit=exit_)
