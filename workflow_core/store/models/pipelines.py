"""Pipelines, their versions compiled to nodes and routes, and the items that entered them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from workflow_core.store.models.base import (
    NEVER_AGAIN,
    Table,
    document,
    instant,
    key,
    number,
    on_sqlite_alone,
    reference,
)


class Pipeline(Table, table=True):
    """A deployed pipeline; `version_id` is the version that new items enter."""

    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: int = key()
    project_id: int = reference("project.id")
    dataset_id: int = reference("dataset.id")
    name: str = Field(max_length=64)
    version_id: int | None = number(null=True)
    paused_at: datetime | None = instant(null=True)
    created_at: datetime = instant()


class PipelineVersion(Table, table=True):
    """A graph of a pipeline, named by its content. `compiled` is the whole file as last deployed with it."""

    __tablename__ = "pipeline_version"
    __table_args__ = (UniqueConstraint("pipeline_id", "digest"),)

    id: int = key()
    pipeline_id: int = reference("pipeline.id")
    digest: str = Field(max_length=64)
    compiled: dict[str, Any] = document()
    deployed_at: datetime = instant()


class Deploy(Table, table=True):
    """What was deployed, as it came: `files` are the documents by their names, `file` is that of the pipeline's own."""

    __table_args__ = (Index("ix_deploy_pipeline", "pipeline_id", "id"), NEVER_AGAIN)

    id: int = key()
    pipeline_id: int = reference("pipeline.id")
    version_id: int = reference("pipeline_version.id")
    actor_id: int | None = reference("person.id", null=True)
    at: datetime = instant()
    file: str
    files: dict[str, int] = document()


class Node(Table, table=True):
    """A node of a version: a task, a router or an exit."""

    __table_args__ = (UniqueConstraint("version_id", "kind", "name"),)

    id: int = key()
    version_id: int = reference("pipeline_version.id")
    kind: str = Field(max_length=8)
    name: str = Field(max_length=64)
    task_id: int | None = reference("task.id", null=True)
    max_visits: int | None = None
    overflow_id: int | None = reference("node.id", null=True)
    is_join: bool = False


class Route(Table, table=True):
    """Where a status leads: one row for each target, several for a fork."""

    __table_args__ = (UniqueConstraint("version_id", "task_id", "status", "node_id"),)

    id: int = key()
    version_id: int = reference("pipeline_version.id")
    task_id: int = reference("task.id")
    status: str = Field(max_length=64)
    node_id: int = reference("node.id")


class Entry(Table, table=True):
    """An item in a pipeline: the version whose routes it follows, and the exit by which it left.

    `held_exit` is the exit at which it waits for unresolved issues; `exported_at` is set once a snapshot has it.
    """

    __table_args__ = (
        UniqueConstraint("pipeline_id", "item_id"),
        Index("ix_entry_exit", "pipeline_id", "exit", "item_id"),
        Index("ix_entry_item", "item_id"),
        Index(
            "ix_entry_held",
            "pipeline_id",
            "held_exit",
            sqlite_where=text("held_exit IS NOT NULL"),
            postgresql_where=text("held_exit IS NOT NULL"),
        ),
        *on_sqlite_alone(pipeline_id="pipeline.id", version_id="pipeline_version.id"),
        NEVER_AGAIN,
    )

    id: int = key()
    pipeline_id: int = number()
    item_id: int = reference("item.id")
    version_id: int = number()
    exit: str | None = Field(default=None, max_length=64)
    held_exit: str | None = Field(default=None, max_length=64)
    exited_at: datetime | None = instant(null=True)
    exported_at: datetime | None = instant(null=True)
    created_at: datetime = instant()


class Branch(Table, table=True):
    """A task inside a fork: the join where its branch ends, and the number of the branch."""

    join_id: int = reference("node.id", primary=True)
    task_id: int = reference("task.id", primary=True)
    number: int = 0
