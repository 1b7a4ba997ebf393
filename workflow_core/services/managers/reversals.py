"""Second thoughts: a person undoes their own status, a manager clears statuses. Both say first what they take back."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from workflow_core.domain import work
from workflow_core.domain.roles import Permission
from workflow_core.errors import Conflict, NotFound
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store import turns
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Item, Person, Task, TaskItem
from workflow_core.store.routing import clears, lineage, placement
from workflow_core.store.routing.lineage import Effects
from workflow_core.store.work import places
from workflow_core.store.work.issues import author_of


def undo(session: Session, *, actor: Person, place_id: int, now: datetime) -> Effects:
    """Take back one's own status; the item is claimed by the same person again.

    Raises:
        NotFound: the item is not the person's.
        NotAllowed: they have become an author of what they reviewed, and would hold it again.
        Conflict: somebody has begun a place that was reached from it, the item is exported, the status is history; or
            the task is closed or locked.
    """
    place, task, assignment = access.place_of(session, actor=actor, place_id=place_id)
    people.require(session, actor=actor, project_id=task.project_id, permission=Permission.UNDO_OWN_STATUS)
    _check_present(place, session.get_one(Item, place.item_id))
    access.check_open(task, assignment, now, holding=True)
    if author_of(session, place, None) != actor.id or place.assignment_id != assignment.id:
        raise Conflict(f"{_name(session, place)} was {place.status} by somebody else; a manager can clear it")
    access.check_author(session, person=actor, place=place, task=task)
    lineage.trace(session, [place.status_event_id])
    effects = lineage.effects(session)
    begun = [reached.task for reached in effects.places if reached.begun]
    if begun or effects.statuses:
        where = f"in {begun[0]}" if begun else "further on"
        raise Conflict(f"{_name(session, place)} was begun {where} already; ask a manager to clear it")
    if effects.exported:
        raise Conflict(f"{_name(session, place)} is exported already; ask a manager to clear it")
    _check_at_exit(session)
    status, until = place.status, now + timedelta(seconds=task.lease)
    lineage.take_back(session, reason="undo", now=now)
    session.expire_all()
    session.refresh(place)
    clears.uncover(session, place)
    place.state, place.since = work.State.CLAIMED, now
    place.status = place.status_event_id = place.routing = place.parked = None
    place.lease_until, place.claim_no, place.begun = until, place.claim_no + 1, True
    turns.record(session, place, "undone", actor_id=actor.id, now=now, status=status)
    session.flush()
    return effects


def chosen(
    session: Session,
    *,
    task: Task,
    place_ids: Iterable[int] | None = None,
    where: Mapping[str, Any] | None = None,
    status: str | None = None,
) -> list[TaskItem]:
    """Return the places of a task that have a status: those listed, of a status, of items of a filter."""
    dataset = session.get_one(Dataset, task.dataset_id)
    items = data.condition(session, dataset=dataset, where=where)
    return places.with_status(session, task_id=task.id, items=items, ids=place_ids, status=status)


def preview_clear(session: Session, *, actor: Actor, task: Task, of: Iterable[TaskItem]) -> Effects:
    """Say what clearing these statuses would take back: every place, and the exits."""
    people.require(session, actor=actor, project_id=task.project_id, permission=Permission.CLEAR_STATUS)
    lineage.trace(session, [place.status_event_id for place in of])
    return lineage.effects(session)


def clear(
    session: Session,
    *,
    actor: Actor,
    task: Task,
    of: Iterable[TaskItem],
    now: datetime,
    end_claims: bool = False,
) -> Effects:
    """Remove statuses, with everything that was reached from them; the items are to be done again.

    `end_claims` confirms that people who have such an item open lose their claim (their drafts stay).

    Raises:
        NotFound: one of the places is not in the task.
        Conflict: somebody holds a place that would be withdrawn and it was not confirmed; or a status is history.
    """
    people.require(session, actor=actor, project_id=task.project_id, permission=Permission.CLEAR_STATUS)
    ids = [place.id for place in of]
    locked = places.lock_listed(session, task_id=task.id, ids=ids)
    for one in set(ids) - {place.id for place, _ in locked}:
        raise NotFound(f"there is no place {one} in {task.name!r}")
    for place, item in locked:
        _check_present(place, item)
    lineage.trace(session, [place.status_event_id for place, _ in locked])
    effects = lineage.effects(session)
    claimed = sum(reached.state == work.State.CLAIMED for reached in effects.places)
    if claimed and not end_claims:
        raise Conflict(f"{claimed} of the places reached are open with somebody; confirm to end their claims")
    _check_at_exit(session)
    entry_ids = [place.entry_id for place, _ in locked]
    lineage.take_back(session, reason="clear", now=now)
    clears.reopen(session, ids, actor_id=actor.id if actor else None, now=now)
    session.expire_all()
    placement.go_on(session, entry_ids=entry_ids, now=now)
    return effects


def _check_present(place: TaskItem, item: Item) -> None:
    name = item.name
    if item.archived_at is not None:
        raise Conflict(f"{name} is deleted: what was done on it stays as history")
    if place.state != work.State.SUBMITTED or place.status_event_id is None:
        raise Conflict(f"{name} has no status here: it is {place.state}")
    if place.routing == "void":
        raise Conflict(f"the status {place.status} of {name} is history: what led to it was taken back")


def _check_at_exit(session: Session) -> None:
    """At an exit only a status that led there can be taken back."""
    left = lineage.left_otherwise(session)
    if left is not None:
        name, exit_ = left
        raise Conflict(f"{name} left by {exit_!r}, and not by its status here; clear what led there")


def _name(session: Session, place: TaskItem) -> str:
    return session.get_one(Item, place.item_id).name
