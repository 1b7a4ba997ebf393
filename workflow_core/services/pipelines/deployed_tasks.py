"""Tasks as a pipeline file has them, with their recipes, written at a deploy."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from workflow_core.domain.annotations.recipes import to_json
from workflow_core.domain.work.roles import Role
from workflow_core.errors import InvalidInput
from workflow_core.pipeline import compiled
from workflow_core.services import people
from workflow_core.services.managers import new_tasks
from workflow_core.services.managers.task_settings import Settings
from workflow_core.store.data import tasks as rows
from workflow_core.store.database.engine import Session, keep
from workflow_core.store.models import Pipeline, Recipe, Task


def apply(
    session: Session,
    pipeline: Pipeline,
    wanted: Iterable[compiled.Task],
    *,
    known: Mapping[str, Task],
    recipes: Mapping[str, Recipe],
    last: Mapping[str, compiled.Task],
    managers: Mapping[str, int],
    documents: Mapping[str, int],
    now: datetime,
) -> dict[str, Task]:
    """Write tasks as the file has them: made if need be, with their recipes; what a manager set by hand stands.

    `known` and `recipes` are the present ones by task, `last` what the file of the last deploy said, `managers` the
    people of its e-mails, and `documents` the files beside it. All are written at once.

    Raises:
        InvalidInput: a task has another type.
    """
    wanted = list(wanted)
    for one in wanted:
        if one.name in known and known[one.name].type != one.type:
            raise InvalidInput(
                f"task {one.name!r} is of type {known[one.name].type} and keeps it;"
                f" give a task of type {one.type} another name"
            )
    used = {one.name: _recipe(pipeline, one, recipes.get(one.name), documents, now) for one in wanted}
    keep(session, *used.values())
    said: dict[str, dict[str, Any]] = {}
    for one in wanted:
        fields = _fields(one, known.get(one.name), last.get(one.name))
        fields["recipe_id"] = used[one.name].id
        fields["manager_id"] = None if one.manager is None else managers[one.manager]
        said[one.name] = fields
    types = {one.name: one.type for one in wanted}
    return rows.of_file(session, pipeline, known=known, said=said, types=types, now=now)


def _fields(one: compiled.Task, task: Task | None, last: compiled.Task | None) -> dict[str, Any]:
    fields = new_tasks.columns(one.statuses, one.queue)
    if task is not None:
        fields["former_statuses"] = _gone(task, fields["statuses"])
    said, before = _settings(one), _settings(last) if last else {}
    return fields | {name: value for name, value in said.items() if name not in before or before[name] != value}


def _gone(task: Task, now: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the statuses that the task offered once, as they looked last, but for those that it offers now."""
    known = {one["name"]: one for one in (*task.former_statuses, *task.statuses)}
    for one in now:
        known.pop(one["name"], None)
    return list(known.values())


def _settings(one: compiled.Task) -> Mapping[str, Any]:
    return Settings(
        priority=one.priority,
        due_at=_due(one.due),
        lock_when_due=one.lock_when_due,
        review_own=one.review_own,
        max_fix_rounds=one.max_fix_rounds,
        description=one.description,
        lease=one.queue.lease_seconds if one.queue else one.lease_seconds,
    )


def managers(
    session: Session, pipeline: Pipeline, emails: Iterable[str | None], invited: set[str], now: datetime
) -> dict[str, int]:
    """Return the people whom the file names as managers; who is new is invited."""
    named = dict.fromkeys(email for email in emails if email is not None)
    belongs = partial(people.member, project_id=pipeline.project_id, role=Role.MANAGER, now=now, invited=invited)
    return {email: belongs(session, email=email).id for email in named}


def _due(due: str | None) -> datetime | None:
    if due is None:
        return None
    moment = datetime.fromisoformat(due)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _recipe(
    pipeline: Pipeline, one: compiled.Task, present: Recipe | None, documents: Mapping[str, int], now: datetime
) -> Recipe:
    content = to_json(one.recipe)
    file = one.recipe.instructions.file if one.recipe.instructions else None
    document_id = None if file is None else documents[file]
    if present is not None and present.content == content and present.document_id == document_id:
        return present
    name = f"{pipeline.name}/{one.name}"
    return Recipe(project_id=pipeline.project_id, name=name, content=content, document_id=document_id, created_at=now)
