"""Recipes, tasks with who reviews what, and assignments."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from workflow_core.store.database.columns import Key
from workflow_core.store.models.base import Table, document, instant, key, number, reference


class Recipe(Table, table=True):
    """What may be labelled in a task and how; `content` is `domain.annotations.recipes.to_json`."""

    __table_args__ = (Index("ix_recipe_project", "project_id", "id"),)

    id: int = key()
    project_id: int = reference("project.id")
    name: str = Field(max_length=200)
    content: dict[str, Any] = document()
    document_id: int | None = reference("document.id", null=True)
    created_at: datetime = instant()


class Task(Table, table=True):
    """One micro-task. `queue` is null where assignments are allocated in advance.

    `statuses` lists what the task offers, each a `domain.work.statuses.Status`; `former_statuses` those that it offered
    once, which items of older versions still do. `lease` is in seconds. A task that is `closed_by_deploy` has left its
    pipeline with its last item, and opens again with an item that comes back.
    """

    __table_args__ = (
        CheckConstraint("type IN ('annotation', 'qa')", name="type"),
        UniqueConstraint("pipeline_id", "name"),
        Index(
            "uq_task_project_name",
            "project_id",
            "name",
            unique=True,
            sqlite_where=text("pipeline_id IS NULL"),
            postgresql_where=text("pipeline_id IS NULL"),
        ),
        Index("ix_task_project", "project_id", "id"),
    )

    id: int = key()
    project_id: int = reference("project.id")
    dataset_id: int = reference("dataset.id")
    pipeline_id: int | None = reference("pipeline.id", null=True)
    recipe_id: int = reference("recipe.id")
    manager_id: int | None = reference("person.id", null=True)
    name: str = Field(max_length=64)
    type: str = Field(max_length=16)
    statuses: list[dict[str, Any]] = document()
    former_statuses: list[dict[str, Any]] = document(empty=list)
    queue: dict[str, Any] | None = document(null=True)
    lease: int = 1800
    team: dict[str, Any] = document()
    priority: int = 0
    due_at: datetime | None = instant(null=True)
    lock_when_due: bool = False
    review_own: bool = False
    max_fix_rounds: int | None = None
    description: str | None = None
    paused_at: datetime | None = instant(null=True)
    closed_at: datetime | None = instant(null=True)
    closed_by_deploy: bool = False
    archived_at: datetime | None = instant(null=True)
    created_at: datetime = instant()


class Review(Table, table=True):
    """A QA task reviews an annotation task, of items that follow a version of its pipeline (0 outside pipelines)."""

    qa_task_id: int = reference("task.id", primary=True)
    version_id: int = Field(default=0, sa_column=Column(Key, primary_key=True, autoincrement=False))
    task_id: int = reference("task.id", primary=True)


class Assignment(Table, table=True):
    """One contributor's share of a task. `allotted` counts all items ever allocated in advance to it.

    `left_at` is when a deploy took them out last: what they had open then they may still finish.
    """

    __table_args__ = (UniqueConstraint("task_id", "person_id"), Index("ix_assignment_person", "person_id"))

    id: int = key()
    task_id: int = reference("task.id")
    person_id: int = reference("person.id")
    weight: float = 1.0
    allotted: int = number(default=0)
    active: bool = True
    left_at: datetime | None = instant(null=True)
    paused_at: datetime | None = instant(null=True)
    created_at: datetime = instant()
