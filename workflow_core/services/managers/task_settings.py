"""What a manager says of a task, before it starts or while it runs: when it is due, and what comes first."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from workflow_core.domain.roles import Permission
from workflow_core.errors import InvalidInput
from workflow_core.services import people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store import turns
from workflow_core.store.allocation import parked
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Task
from workflow_core.store.work import reassignment

LARGEST = 1_000_000
"""The highest priority and rank, as in a pipeline file."""


class Settings(TypedDict, total=False):
    """What may be said of any task at any time, as in a pipeline file; a task of higher `priority` is shown first."""

    priority: int
    due_at: datetime | None
    lock_when_due: bool
    max_fix_rounds: int | None
    review_own: bool
    description: str | None


def edit(session: Session, *, actor: Actor, task: Task, now: datetime, **settings: Unpack[Settings]) -> None:
    """Change settings of a task; they apply at once. What people hold and may not review any more is handed on.

    Raises:
        NotAllowed: the actor may not edit tasks.
        InvalidInput: a setting makes no sense.
    """
    people.require(session, actor=actor, project_id=task.project_id, permission=Permission.EDIT_TASK)
    check(task.name, {"due_at": task.due_at, "lock_when_due": task.lock_when_due, **settings})
    for name, value in settings.items():
        setattr(task, name, value)
    session.add(task)
    session.flush()
    if settings.get("review_own") is False:
        reassignment.hand_own_reviews_on(session, task_id=task.id, actor_id=actor.id if actor else None, now=now)
        parked.park_for_nobody(session, now=now)
        session.expire_all()


def check(name: str, settings: Settings) -> None:
    """Refuse settings of a task that make no sense."""
    priority, rounds, due_at = settings.get("priority", 0), settings.get("max_fix_rounds"), settings.get("due_at")
    if not -LARGEST <= priority <= LARGEST:
        raise InvalidInput(f"a priority lies between {-LARGEST} and {LARGEST}; {name!r} was to have {priority}")
    if rounds is not None and not 1 <= rounds <= LARGEST:
        raise InvalidInput(f"max_fix_rounds is at least 1, or none at all; {name!r} was to have {rounds}")
    if due_at is not None and due_at.tzinfo is None:
        raise InvalidInput(f"{due_at.isoformat()} is no moment without a time zone; write {due_at.isoformat()}+00:00")
    if settings.get("lock_when_due") and due_at is None:
        raise InvalidInput(f"task {name!r} cannot be locked when it is due: it has no due_at; give it one")


def rank(
    session: Session,
    *,
    actor: Actor,
    task: Task,
    rank: int,
    folder: str | None = None,
    where: Mapping[str, Any] | None = None,
    item_ids: Iterable[int] | None = None,
) -> int:
    """Say which items of a task come first: those of the lowest rank, by default all have 0; returns how many change.

    All items of the task, a folder, a filter, or those listed; what is still to be done is handed out by it at once.

    Raises:
        NotAllowed: the actor may not edit tasks.
        InvalidInput: the rank is none.
    """
    people.require(session, actor=actor, project_id=task.project_id, permission=Permission.EDIT_TASK)
    if not -LARGEST <= rank <= LARGEST:
        raise InvalidInput(f"a rank lies between {-LARGEST} and {LARGEST}, unlike {rank}")
    dataset = session.get_one(Dataset, task.dataset_id)
    chosen = data.condition(session, dataset=dataset, folder=folder, where=where, item_ids=item_ids)
    changed = turns.rank(session, task_id=task.id, items=chosen, rank=rank)
    session.expire_all()
    return changed
