"""Tasks as a pipeline file has them, with their recipes and documents, written at a deploy."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from workflow_core.domain import recipes
from workflow_core.domain.roles import Role
from workflow_core.errors import InvalidInput
from workflow_core.pipeline import compiled
from workflow_core.pipeline.language.recipes import Read
from workflow_core.services import people
from workflow_core.services.managers import new_tasks
from workflow_core.services.managers.task_settings import Settings
from workflow_core.store.data import tasks
from workflow_core.store.database.engine import Session, keep
from workflow_core.store.models import Document, Pipeline, Recipe, Task


def apply(
    session: Session,
    pipeline: Pipeline,
    one: compiled.Task,
    task: Task | None,
    recipe: Recipe | None,
    last: compiled.Task | None,
    read: Read,
    invited: set[str],
    now: datetime,
) -> Task:
    """Write a task as the file has it: made if need be, with its recipe; what a manager set by hand stands.

    `task` and `recipe` are the present ones, `last` what the file of the last deploy said of it.

    Raises:
        InvalidInput: the task has another type.
    """
    if task is not None and task.type != one.type:
        raise InvalidInput(
            f"task {one.name!r} is of type {task.type} and keeps it; give a task of type {one.type} another name"
        )
    recipe = _recipe(session, pipeline, one, recipe, read, now)
    if task is None:
        task = Task(
            project_id=pipeline.project_id,
            dataset_id=pipeline.dataset_id,
            pipeline_id=pipeline.id,
            name=one.name,
            type=one.type,
            created_at=now,
        )
    fields = new_tasks.columns(one.statuses, one.queue, one.queue.lease_seconds if one.queue else one.lease_seconds)
    if task is not None:
        fields["former_statuses"] = _gone(task, fields["statuses"])
    fields |= {"recipe_id": recipe.id, "manager_id": manager(session, pipeline, one.manager, invited, now)}
    said, before = _settings(one), _settings(last) if last else {}
    fields |= {name: value for name, value in said.items() if name not in before or before[name] != value}
    for name, value in fields.items():
        setattr(task, name, value)
    keep(session, task)
    return task


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
    )


def manager(session: Session, pipeline: Pipeline, email: str | None, invited: set[str], now: datetime) -> int | None:
    """Return the manager whom the file names, if any; who is new is invited."""
    if email is None:
        return None
    role = Role.MANAGER
    return people.member(session, email=email, project_id=pipeline.project_id, role=role, now=now, invited=invited).id


def _due(due: str | None) -> datetime | None:
    if due is None:
        return None
    moment = datetime.fromisoformat(due)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _recipe(
    session: Session, pipeline: Pipeline, one: compiled.Task, present: Recipe | None, read: Read, now: datetime
) -> Recipe:
    content = recipes.to_json(one.recipe)
    document = _document(session, one.recipe.instructions, read)
    document_id = document.id if document else None
    if present is not None and present.content == content and present.document_id == document_id:
        return present
    name = f"{pipeline.name}/{one.name}"
    return tasks.add_recipe(
        session, project_id=pipeline.project_id, name=name, content=content, document_id=document_id, now=now
    )


def documents(spec: compiled.Pipeline, read: Read) -> dict[str, str]:
    """Return, by task, the digest of the document beside the file that its recipe names, of those that name one."""
    named = {name: one.recipe.instructions.file for name, one in spec.tasks.items() if one.recipe.instructions}
    digests = {file: _digest(read(file)) for file in set(named.values()) if file is not None}
    return {name: digests[file] for name, file in named.items() if file is not None}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _document(session: Session, instructions: recipes.Instructions | None, read: Read) -> Document | None:
    if instructions is None or instructions.file is None:
        return None
    content = read(instructions.file)
    pdf = instructions.file.lower().endswith(".pdf")
    document = Document(
        digest=_digest(content),
        name=instructions.file.rsplit("/", 1)[-1],
        media_type="application/pdf" if pdf else "text/markdown",
        content=content,
    )
    return tasks.keep_document(session, document)
