"""What a manager says of a task, before it starts or while it runs: when it is due, and what comes first."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypedDict, Unpack

from workflow_core.domain import values
from workflow_core.domain.roles import Permission
from workflow_core.domain.suggestions import possible
from workflow_core.domain.wording import cited
from workflow_core.errors import InvalidInput, Stale
from workflow_core.services import access
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store import turns
from workflow_core.store.allocation import parked
from workflow_core.store.data import tasks
from workflow_core.store.database.engine import Session, keep
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


def edit(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    now: datetime,
    expected: int | None = None,
    **settings: Unpack[Settings],
) -> int:
    """Change settings of a task, which apply at once, and return their `version`.

    What people hold and may not review any more is handed on.

    Raises:
        NotAllowed: the actor may not edit tasks.
        Stale: they are not of the version `expected` any more.
        InvalidInput: a setting makes no sense.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.EDIT_TASK)
    tasks.lock(session, task)
    present = version(task)
    if expected not in (None, present):
        why = f"the settings of {task.name!r} were changed meanwhile; look at them as they are now"
        due = task.due_at.isoformat() if task.due_at else None
        raise Stale(
            why,
            code="settings-changed",
            task=task.name,
            version=present,
            priority=task.priority,
            due=due,
            lock_when_due=task.lock_when_due,
            max_fix_rounds=task.max_fix_rounds,
            review_own=task.review_own,
            description=task.description,
        )
    check(task.name, {"due_at": task.due_at, "lock_when_due": task.lock_when_due, **settings})
    for name, value in settings.items():
        setattr(task, name, value)
    keep(session, task)
    if settings.get("review_own") is False:
        reassignment.hand_own_reviews_on(session, task_id=task.id, actor_id=actor.id if actor else None, now=now)
        parked.park_for_nobody(session, now=now)
    return version(task)


def version(task: Task) -> int:
    """Return the version of a task's settings: a number that is another one where any of them is."""
    said = repr([getattr(task, name) for name in Settings.__annotations__])
    return int.from_bytes(blake2b(said.encode(), digest_size=7).digest())


def check(name: str, settings: Settings) -> None:
    """Refuse settings of a task that make no sense."""
    if unknown := settings.keys() - Settings.__annotations__.keys():
        raise InvalidInput(
            f"a task has no setting {cited(min(unknown))}; {possible(min(unknown), Settings.__annotations__)}"
        )
    rounds, due_at, description = (settings.get(one) for one in ("max_fix_rounds", "due_at", "description"))
    values.whole(settings.get("priority", 0), f"the priority of {name!r}", least=-LARGEST, most=LARGEST)
    if rounds is not None:
        values.whole(rounds, f"max_fix_rounds of {name!r}", least=1, most=LARGEST)
    if due_at is not None:
        values.moment(due_at, f"due_at of {name!r}")
    for switch in ("lock_when_due", "review_own"):
        if not isinstance(settings.get(switch, False), bool):
            raise InvalidInput(f"{switch} is true or false, not {cited(settings.get(switch))}")
    if description is not None:
        values.text(description, "a description")
    if settings.get("lock_when_due") and due_at is None:
        raise InvalidInput(f"task {name!r} cannot be locked when it is due: it has no due_at; give it one")


def rank(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
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
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.EDIT_TASK)
    values.whole(rank, "a rank", least=-LARGEST, most=LARGEST)
    dataset = session.get_one(Dataset, task.dataset_id)
    chosen = data.condition(session, dataset=dataset, folder=folder, where=where, item_ids=item_ids)
    return turns.rank(session, task_id=task.id, items=chosen, rank=rank)
