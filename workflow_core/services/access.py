"""What is somebody's own, and what stands against changing it."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.domain.work.managed import Managed
from workflow_core.domain.work.roles import Permission, Role
from workflow_core.domain.work.situations import Seat, Situation
from workflow_core.errors import NotFound
from workflow_core.services import people
from workflow_core.services.people import Actor
from workflow_core.store import locks
from workflow_core.store.data import items
from workflow_core.store.data import tasks as known_tasks
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Assignment, Dataset, Item, Person, Pipeline, Task
from workflow_core.store.work import managed as task_items
from workflow_core.store.work import situations

OfProject = TypeVar("OfProject", Dataset, Task, Pipeline)


def seat(session: Session, *, actor: Person, task_id: int) -> Seat:
    """Return a person's seat in a task.

    Raises:
        NotFound: they have none: for them the task does not exist.
    """
    found = situations.seat(session, person_id=actor.id, task_id=values.key(task_id))
    if found is None or not actor.active:
        raise NotFound(f"{actor.email} has no task {shown(task_id)}")
    _check_role(actor, found)
    return found


def own(
    session: Session, *, actor: Person, task_item_id: int, only_read: bool = False, finished: bool = False
) -> Situation:
    """Return how a task item stands that is the person's: in their assignment, in a pool of theirs, or left behind.

    It is locked, with the others of its item, unless it is `only_read`. `finished` takes also what somebody has
    finished who was taken out of the task.

    Raises:
        NotFound: it is not theirs: for them it does not exist.
    """
    key = values.key(task_item_id)
    if not only_read:
        locks.lock(session, key)
    found = situations.find(session, person_id=actor.id, task_item_ids=[key]).get(key)
    if found is None or not _is_own(actor, found, finished=finished):
        raise NotFound(f"{actor.email} has no task item {shown(task_item_id)}")
    return found


def managed(
    session: Session, *, actor: Actor, task_item_id: int, permission: Permission, only_read: bool = False
) -> Managed:
    """Return how a task item stands with which the actor may do something, whoever has it.

    It is locked, with the others of its item, unless it is `only_read`.

    Raises:
        NotFound: there is no such task item, or the actor has no role in its project: for them it does not exist.
        NotAllowed: their role does not allow it.
    """
    key = values.key(task_item_id)
    if not only_read:
        locks.lock(session, key)
    found = next(iter(task_items.find(session, [key], person_id=actor.id if actor else None)), None)
    role = Role(found.role) if found and found.role and actor and actor.active else None
    if found is None or (actor is not None and role is None):
        raise NotFound(f"there is no task item {shown(task_item_id)}")
    if actor is not None and role is not None:
        people.check(actor, role, permission)
    return found


def task(session: Session, *, actor: Actor, task_id: int, permission: Permission) -> Task:
    """Return a task of a project in which the actor may do something.

    Raises:
        NotFound: there is no such task, or the actor has no role in its project: for them it does not exist.
        NotAllowed: their role does not allow it.
    """
    found = session.get(Task, values.key(task_id))
    return _of_their_project(session, actor, found, f"task {shown(task_id)}", permission)


def tasks(session: Session, *, actor: Actor, task_ids: Iterable[int], permission: Permission) -> list[Task]:
    """Return several tasks, each of them as `task` does, in a statement for all and one for each of their projects."""
    ids = values.several(task_ids, "tasks")
    there = known_tasks.by_key(session, keys=map(values.key, ids))
    found: list[Task] = []
    checked: set[int] = set()
    for task_id in ids:
        one = there.get(values.key(task_id))
        if one is None or one.project_id not in checked:
            one = _of_their_project(session, actor, one, f"task {shown(task_id)}", permission)
            checked.add(one.project_id)
        found.append(one)
    return found


def assignment(
    session: Session, *, actor: Actor, assignment_id: int, permission: Permission
) -> tuple[Assignment, Task]:
    """Return an assignment with its task, as `task` does."""
    found = session.get(Assignment, values.key(assignment_id))
    of = session.get_one(Task, found.task_id) if found else None
    of = _of_their_project(session, actor, of, f"assignment {shown(assignment_id)}", permission)
    assert found is not None
    return found, of


def dataset(session: Session, *, actor: Actor, dataset_id: int, permission: Permission) -> Dataset:
    """Return a dataset of a project in which the actor may do something, as `task` does."""
    found = session.get(Dataset, values.key(dataset_id))
    return _of_their_project(session, actor, found, f"dataset {shown(dataset_id)}", permission)


def pipeline(session: Session, *, actor: Actor, pipeline_id: int, permission: Permission) -> Pipeline:
    """Return a pipeline of a project in which the actor may do something, as `task` does."""
    found = session.get(Pipeline, values.key(pipeline_id))
    return _of_their_project(session, actor, found, f"pipeline {shown(pipeline_id)}", permission)


def _of_their_project(
    session: Session, actor: Actor, found: OfProject | None, what: str, permission: Permission
) -> OfProject:
    if actor is None:
        if found is None:
            raise NotFound(f"there is no {what}")
        return found
    role = people.role_of(session, person=actor, project_id=found.project_id) if found else None
    if found is None or role is None:
        raise NotFound(f"{actor.email} has no {what}")
    people.check(actor, role, permission)
    return found


def item(session: Session, *, actor: Person, item_id: int) -> tuple[Item, Dataset]:
    """Return an item that the actor may see, with its dataset: who runs tasks sees all, others while it is theirs.

    Raises:
        NotFound: there is no such item, or it is not theirs.
    """
    found = items.with_dataset(session, id=values.key(item_id))
    if found is not None:
        manages = people.may(session, actor=actor, project_id=found[1].project_id, permission=Permission.QUERY_ITEMS)
        if manages or any(
            _is_theirs(session, actor, key)
            for key in items.in_tasks_of(session, item_id=found[0].id, person_id=actor.id)
        ):
            return found
    raise NotFound(f"{actor.email} has no item {shown(item_id)}")


def _is_theirs(session: Session, actor: Person, task_item_id: int) -> bool:
    try:
        own(session, actor=actor, task_item_id=task_item_id, only_read=True, finished=True)
    except NotFound:
        return False
    return True


def own_many(session: Session, *, actor: Person, task_item_ids: Sequence[int]) -> dict[int, Situation]:
    """Return how those task items stand that are the person's, or were when they finished them, by key; all locked."""
    keys = values.keys(task_item_ids)
    locks.lock_all(session, locks.listed(keys), siblings=True)
    founds = situations.find(session, person_id=actor.id, task_item_ids=keys)
    return {key: found for key, found in founds.items() if _is_own(actor, found, finished=True)}


def _is_own(actor: Person, found: Situation, *, finished: bool) -> bool:
    if not actor.active:
        return False
    _check_role(actor, found)
    return found.theirs or (finished and found.finished)


def _check_role(actor: Person, seat: Seat) -> None:
    qa = seat.type == "qa"
    needed = Permission.REVIEW_OWN_ASSIGNMENT if qa else Permission.WORK_ON_OWN_ASSIGNMENT
    people.check(actor, Role(seat.role), needed)
