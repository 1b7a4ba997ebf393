"""Second thoughts: a person undoes their own status, a manager clears statuses."""

from datetime import datetime
from typing import Unpack

from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.views.effects import TakenBack
from workflow_core.domain.words import values
from workflow_core.domain.work import reversing, statuses
from workflow_core.domain.work.roles import Permission, Role
from workflow_core.errors import NotFound
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store import locks
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Person, Task
from workflow_core.store.routing import clears, lineage, placement
from workflow_core.store.work import managed, selection


def undo(session: Session, *, actor: Person, task_item_id: int, now: datetime) -> TakenBack:
    """Take back one's own status; the item is claimed by the same person again.

    Raises:
        NotFound: the item is not the person's.
        NotAllowed: they have become an author of what they reviewed, and would hold it again.
        Conflict: somebody has begun what was reached from it, the item is exported, the status is history or in a task
            that the item's version does not have; or the task is closed or locked.
    """
    found = access.own(session, actor=actor, task_item_id=task_item_id)
    people.check(actor, Role(found.role), Permission.UNDO_OWN_STATUS)
    traced = lineage.trace(session, [found.status_event_id])
    effects = reversing.undo(found, traced, person_id=actor.id, email=actor.email, now=now)
    lineage.take_back(session, traced, reason="undo", now=now)
    until = values.later(now, found.lease)
    clears.undo(session, task_item_id=found.id, actor_id=actor.id, until=until, now=now)
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
    ids = _chosen(session, task, chosen, status)
    locks.lock_all(session, locks.listed(ids), siblings=True)
    found = managed.find(session, ids)
    traced = lineage.trace(session, [one.status_event_id for one in found])
    effects = reversing.clear(found, traced, end_claims=end_claims)
    lineage.take_back(session, traced, reason="clear", now=now)
    clears.reopen(session, ids, actor_id=actor.id if actor else None, now=now)
    placement.resume(session, entry_ids=[one.entry_id for one in found], now=now)
    return effects


def status_named(task: Task, given: str | None) -> str | None:
    """Return the status that a task offers, or offered, as it was given; None where none was.

    Raises:
        InvalidInput: it never offered that.
    """
    offered = [statuses.Status(**one) for one in (*task.statuses, *task.former_statuses)]
    return None if given is None else statuses.resolve(given, offered).name


def _chosen(session: Session, task: Task, chosen: Chosen, status: str | None) -> list[int]:
    """Return the task items of a task with a status that were chosen; what is listed has to be among them."""
    dataset = session.get_one(Dataset, task.dataset_id)
    items = data.condition(session, dataset=dataset, **chosen)
    named = status_named(task, status)
    found = selection.with_status(session, task_id=task.id, items=items, status=named)
    for one in sorted(set(values.keys(chosen.get("item_ids") or ())) - set(found.values()))[:1]:
        other = managed.of_items(session, task_id=task.id, item_ids=[one])
        if not other:
            raise NotFound(f"there is no item {one} in {task.name!r}")
        reversing.check_status(other[0])
    return list(found)
