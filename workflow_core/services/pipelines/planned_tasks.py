"""What a deploy would do to each task: people, labels, statuses, settings, with counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from workflow_core.domain import recipes
from workflow_core.pipeline import compiled
from workflow_core.store.data import versions
from workflow_core.store.models import (
    Annotation,
    Assignment,
    Person,
    Pipeline,
    PipelineVersion,
    Recipe,
    Task,
    TaskItem,
)

OPEN = ("queued", "claimed", "returned", "waiting")
BY_HAND = ("priority", "due", "lock_when_due", "review_own", "max_fix_rounds", "description")
"""Settings that `services.managers.task_settings` changes too."""


@dataclass(frozen=True)
class Change:
    """A setting that changes; None is its absence."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Leaver:
    """Who would leave a task, and how many items they still have to do there; these stay theirs until reassigned."""

    email: str
    open_items: int


@dataclass(frozen=True)
class RemovedLabel:
    """A label that the recipe would no longer have, and how many annotations have it; these stay."""

    name: str
    annotations: int


@dataclass(frozen=True)
class PlannedTask:
    """What would become of a task. `items` are to be done in it now. `kind` is new, removed, changed or same."""

    name: str
    type: str
    kind: str
    items: int = 0
    join: tuple[str, ...] = ()
    leave: tuple[Leaver, ...] = ()
    weights: tuple[Change, ...] = ()
    labels_added: tuple[str, ...] = ()
    labels_removed: tuple[RemovedLabel, ...] = ()
    recipe_changed: bool = False
    statuses_added: tuple[str, ...] = ()
    statuses_removed: tuple[str, ...] = ()
    settings: tuple[Change, ...] = ()


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the names whose values differ."""
    names = dict.fromkeys((*before, *after))
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(Change(name, old, new) for name, old, new in pairs if old != new)


def new(one: compiled.Task) -> PlannedTask:
    """Return what a task that is not there yet would be."""
    return PlannedTask(
        name=one.name,
        type=one.type,
        kind="new",
        join=tuple(one.assignees),
        labels_added=tuple(label.name for label in one.recipe.labels),
        statuses_added=tuple(status.name for status in one.statuses),
    )


def of_tasks(session: Session, pipeline: Pipeline, spec: compiled.Pipeline) -> tuple[PlannedTask, ...]:
    """Return what would become of each task of a deployed pipeline."""
    rows = session.exec(select(Task).where(Task.pipeline_id == pipeline.id).order_by(col(Task.id))).all()
    present = {task.name: task for task in rows}
    held = _open_items(session, pipeline)
    last = versions.from_document(session.get_one(PipelineVersion, pipeline.version_id).compiled).tasks
    planned = []
    for one in spec.tasks.values():
        task = present.get(one.name)
        planned.append(new(one) if task is None else _kept(session, task, one, last.get(one.name), held))
    for task in rows:
        if task.name not in spec.tasks and task.closed_at is None:
            items = sum(count for (task_id, _), count in held.items() if task_id == task.id)
            planned.append(PlannedTask(task.name, task.type, "removed", items))
    return tuple(planned)


def _open_items(session: Session, pipeline: Pipeline) -> dict[tuple[int, int | None], int]:
    """Count what is to be done, by task and assignment."""
    rows = session.exec(
        select(TaskItem.task_id, TaskItem.assignment_id, func.count())
        .join(Task, col(Task.id) == col(TaskItem.task_id))
        .where(Task.pipeline_id == pipeline.id, col(TaskItem.state).in_(OPEN))
        .group_by(col(TaskItem.task_id), col(TaskItem.assignment_id))
    )
    return {(task, assignment): count for task, assignment, count in rows}


def _kept(
    session: Session,
    task: Task,
    one: compiled.Task,
    last: compiled.Task | None,
    held: Mapping[tuple[int, int | None], int],
) -> PlannedTask:
    content = session.get_one(Recipe, task.recipe_id).content
    old = {label.name for label in recipes.from_json(content).labels}
    labels = [label.name for label in one.recipe.labels]
    gone = sorted(old - set(labels))
    offered = [status["name"] for status in task.statuses]
    wanted = [status.name for status in one.statuses]
    present, wanted_settings = _settings_now(session, task), _settings(one)
    if last is not None:
        # What a manager may have set by hand changes where the file does.
        before = _settings(last)
        wanted_settings |= {name: present[name] for name in BY_HAND if before[name] == wanted_settings[name]}
    found: dict[str, Any] = {
        "join": tuple(email for email in one.assignees if email not in task.team),
        "leave": _leavers(session, task, one, held),
        "weights": differing(
            {email: weight for email, weight in task.team.items() if email in one.assignees},
            {email: weight for email, weight in one.assignees.items() if email in task.team},
        ),
        "labels_added": tuple(name for name in labels if name not in old),
        "labels_removed": tuple(RemovedLabel(name, _annotations(session, task, name)) for name in gone),
        "recipe_changed": content != recipes.to_json(one.recipe),
        "statuses_added": tuple(name for name in wanted if name not in offered),
        "statuses_removed": tuple(name for name in offered if name not in wanted),
        "settings": differing(present, wanted_settings),
    }
    items = sum(count for (task_id, _), count in held.items() if task_id == task.id)
    kind = "changed" if any(found.values()) else "same"
    return PlannedTask(name=one.name, type=one.type, kind=kind, items=items, **found)


def _leavers(
    session: Session, task: Task, one: compiled.Task, held: Mapping[tuple[int, int | None], int]
) -> tuple[Leaver, ...]:
    if dict(task.team) == dict(one.assignees):
        return ()
    active = session.exec(
        select(Assignment.id, Person.email)
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(Assignment.task_id == task.id, Assignment.active)
        .order_by(Person.email)
    )
    gone = ((key, email) for key, email in active if email not in one.assignees)
    return tuple(Leaver(email, held.get((task.id, key), 0)) for key, email in gone)


def _annotations(session: Session, task: Task, label: str) -> int:
    mine = (Annotation.task_id == task.id, Annotation.label == label, col(Annotation.deleted_at).is_(None))
    return session.exec(select(func.count()).select_from(Annotation).where(*mine)).one()


def _settings_now(session: Session, task: Task) -> dict[str, Any]:
    manager = session.get(Person, task.manager_id) if task.manager_id is not None else None
    return {
        "queue": _queue(task.queue),
        "lease": task.lease,
        "manager": manager.email if manager else None,
        "priority": task.priority,
        "due": _moment(task.due_at),
        "lock_when_due": task.lock_when_due,
        "review_own": task.review_own,
        "max_fix_rounds": task.max_fix_rounds,
        "description": task.description,
    }


def _settings(one: compiled.Task) -> dict[str, Any]:
    return {
        "queue": _queue({"batch": one.queue.batch, "limit": one.queue.limit} if one.queue else None),
        "lease": one.queue.lease_seconds if one.queue else one.lease_seconds,
        "manager": one.manager.lower() if one.manager else None,
        "priority": one.priority,
        "due": _moment(datetime.fromisoformat(one.due) if one.due else None),
        "lock_when_due": one.lock_when_due,
        "review_own": one.review_own,
        "max_fix_rounds": one.max_fix_rounds,
        "description": one.description,
    }


def _queue(queue: Mapping[str, Any] | None) -> str | None:
    return f"batch {queue['batch']}, limit {queue['limit']}" if queue else None


def _moment(due: datetime | None) -> str | None:
    if due is None:
        return None
    return (due if due.tzinfo else due.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
