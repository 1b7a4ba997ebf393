"""Tasks as a pipeline file has them, with their recipes and documents, written at a deploy."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, select

from workflow_core.domain import recipes
from workflow_core.domain.roles import Role
from workflow_core.errors import InvalidInput
from workflow_core.pipeline import compiled
from workflow_core.pipeline.language.recipes import Read
from workflow_core.services import people
from workflow_core.services.managers.task_settings import Settings
from workflow_core.store.models import Document, Pipeline, Recipe, Task


def apply(
    session: Session,
    pipeline: Pipeline,
    one: compiled.Task,
    task: Task | None,
    last: compiled.Task | None,
    read: Read,
    invited: set[str],
    now: datetime,
) -> Task:
    """Write a task as the file has it: made if need be, with its recipe; what a manager set by hand stands.

    `task` is the present one, `last` what the file of the last deploy said of it.

    Raises:
        InvalidInput: the task has another type.
    """
    if task is not None and task.type != one.type:
        raise InvalidInput(
            f"task {one.name!r} is of type {task.type} and keeps it; give a task of type {one.type} another name"
        )
    if task is None:
        task = Task(
            project_id=pipeline.project_id,
            dataset_id=pipeline.dataset_id,
            pipeline_id=pipeline.id,
            recipe_id=_recipe(session, pipeline, one, None, read, now).id,
            name=one.name,
            type=one.type,
            created_at=now,
        )
    else:
        task.recipe_id = _recipe(session, pipeline, one, task.recipe_id, read, now).id
    fields: dict[str, Any] = {
        "statuses": [
            {"name": status.name, "action": status.action, "color": status.color, "key": status.key}
            for status in one.statuses
        ],
        "queue": None if one.queue is None else {"batch": one.queue.batch, "limit": one.queue.limit},
        "lease": one.queue.lease_seconds if one.queue else one.lease_seconds,
        "manager_id": manager(session, pipeline, one.manager, invited, now),
    }
    said, before = _settings(one), _settings(last) if last else {}
    fields |= {name: value for name, value in said.items() if name not in before or before[name] != value}
    for name, value in fields.items():
        setattr(task, name, value)
    session.add(task)
    session.flush()
    return task


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
    session: Session, pipeline: Pipeline, one: compiled.Task, present_id: int | None, read: Read, now: datetime
) -> Recipe:
    content = recipes.to_json(one.recipe)
    document_id = _document(session, one.recipe.instructions, read)
    present = session.get(Recipe, present_id) if present_id is not None else None
    if present is not None and present.content == content and present.document_id == document_id:
        return present
    recipe = Recipe(
        project_id=pipeline.project_id,
        name=f"{pipeline.name}/{one.name}",
        content=content,
        document_id=document_id,
        created_at=now,
    )
    session.add(recipe)
    session.flush()
    return recipe


def _document(session: Session, instructions: recipes.Instructions | None, read: Read) -> int | None:
    if instructions is None or instructions.file is None:
        return None
    content = read(instructions.file)
    digest = hashlib.sha256(content).hexdigest()
    found = session.exec(select(Document).where(Document.digest == digest)).first()
    if found is None:
        pdf = instructions.file.lower().endswith(".pdf")
        found = Document(
            digest=digest,
            name=instructions.file.rsplit("/", 1)[-1],
            media_type="application/pdf" if pdf else "text/markdown",
            content=content,
        )
        session.add(found)
        session.flush()
    return found.id
