"""What a deploy does to each task: people, labels, statuses, settings, with counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from workflow_core.domain.annotations import recipes
from workflow_core.domain.views.pipelines import Change, Leaver, PlannedTask, RemovedLabel
from workflow_core.store.allocation import assignments
from workflow_core.store.data import tasks
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person, Pipeline, Recipe, Task


@dataclass(frozen=True)
class Present:
    """A task as it is at one moment; `people` have weights.

    `open_items` counts what each has to do, and the pool, and how much of that is claimed.
    """

    id: int
    type: str
    is_open: bool
    people: Mapping[str, float]
    open_items: Mapping[str | None, tuple[int, int]]
    labels: tuple[str, ...]
    recipe: tuple[Mapping[str, Any], int | None]
    statuses: tuple[str, ...]
    settings: Mapping[str, Any]

    @property
    def items(self) -> int:
        """Return how many items are to be done."""
        return sum(items for items, _ in self.open_items.values())


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the names whose values differ."""
    names = dict.fromkeys((*before, *after))
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(Change(name, old, new) for name, old, new in pairs if old != new)


def present(session: Session, pipeline: Pipeline) -> dict[str, Present]:
    """Return the tasks of a pipeline, by name, as they are now."""
    todo = tasks.open_items(session, pipeline=pipeline)
    return {one.name: _present(session, one, todo) for one in tasks.of_pipeline(session, pipeline_id=pipeline.id)}


def between(
    session: Session, before: Mapping[str, Present], after: Mapping[str, Present], named: tuple[str, ...]
) -> list[PlannedTask]:
    """Return what becomes of each task, in the order in which the file has `named` them; then those that go."""
    planned = [_changed(session, name, before.get(name), after[name]) for name in named]
    for name, task in before.items():
        if name not in named and task.is_open:
            planned.append(PlannedTask(name, task.type, "removed", task.items))
    return planned


def _changed(session: Session, name: str, old: Present | None, new: Present) -> PlannedTask:
    if old is None:
        return PlannedTask(
            name, new.type, "new", join=tuple(new.people), labels_added=new.labels, statuses_added=new.statuses
        )
    stay = old.people.keys() & new.people.keys()
    gone = sorted(set(old.labels) - set(new.labels))
    drawn = tasks.drawn(session, task_id=old.id) if gone else {}
    found: dict[str, Any] = {
        "join": tuple(email for email in new.people if email not in old.people),
        "leave": tuple(
            Leaver(email, *old.open_items.get(email, (0, 0))) for email in sorted(old.people) if email not in new.people
        ),
        "weights": differing(
            {email: weight for email, weight in old.people.items() if email in stay},
            {email: weight for email, weight in new.people.items() if email in stay},
        ),
        "labels_added": tuple(label for label in new.labels if label not in old.labels),
        "labels_removed": tuple(RemovedLabel(label, drawn.get(label, 0)) for label in gone),
        "recipe_changed": old.recipe != new.recipe,
        "statuses_added": tuple(status for status in new.statuses if status not in old.statuses),
        "statuses_removed": tuple(status for status in old.statuses if status not in new.statuses),
        "settings": differing(old.settings, new.settings),
    }
    kind = "changed" if any(found.values()) else "same"
    return PlannedTask(name=name, type=new.type, kind=kind, items=old.items, **found)


def _present(session: Session, task: Task, todo: Mapping[tuple[int, int | None], tuple[int, int]]) -> Present:
    team = assignments.of_task(session, task_id=task.id)
    emails = {assignment.id: email for email, assignment in team.items()}
    recipe = session.get_one(Recipe, task.recipe_id)
    return Present(
        id=task.id,
        type=task.type,
        is_open=task.closed_at is None,
        people={email: one.weight for email, one in sorted(team.items()) if one.active},
        open_items={emails[who] if who else None: count for (id, who), count in todo.items() if id == task.id},
        labels=tuple(label.name for label in recipes.from_json(recipe.content).labels),
        recipe=(recipe.content, recipe.document_id),
        statuses=tuple(status["name"] for status in task.statuses),
        settings=_settings(session, task),
    )


def _settings(session: Session, task: Task) -> dict[str, Any]:
    manager = session.get(Person, task.manager_id) if task.manager_id is not None else None
    return {
        "queue": f"batch {task.queue['batch']}, limit {task.queue['limit']}" if task.queue else None,
        "lease": task.lease,
        "manager": manager.email if manager else None,
        "priority": task.priority,
        "due": task.due_at.astimezone(UTC).isoformat() if task.due_at else None,
        "lock_when_due": task.lock_when_due,
        "review_own": task.review_own,
        "max_fix_rounds": task.max_fix_rounds,
        "description": task.description,
        "incomplete": ", ".join(status["name"] for status in task.statuses if status.get("incomplete")) or None,
    }
