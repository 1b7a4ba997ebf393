"""What takes longer than a request, and what came of it: jobs, and the snapshots that exports wrote."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field

from workflow_core.store.models.base import NEVER_AGAIN, Table, document, instant, key, number, reference


class Job(Table, table=True):
    """What somebody asked for, and how far it is: done by its `holder` until the lease ends, then by another.

    `about` is what was asked for, `done` counts what it is made of, `outcome` is set once it has ended. `result` and
    `faults` tell of what came of it, `fault` why it failed.
    """

    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
        Index("ix_job_project", "project_id", "id"),
        Index(
            "ix_job_open",
            "id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        NEVER_AGAIN,
    )

    id: int = key()
    project_id: int = reference("project.id")
    actor_id: int = reference("person.id")
    kind: str = Field(max_length=16)
    about: dict[str, Any] = document()
    done: int = number(default=0)
    result: dict[str, Any] | None = document(null=True)
    faults: list[dict[str, Any]] = document(empty=list)
    outcome: str | None = Field(default=None, max_length=16)
    fault: str | None = None
    attempts: int = 0
    holder: str | None = Field(default=None, max_length=64)
    until: datetime | None = instant(null=True)
    created_at: datetime = instant()
    started_at: datetime | None = instant(null=True)
    cancelled_at: datetime | None = instant(null=True)
    ended_at: datetime | None = instant(null=True)


class JobFile(Table, table=True):
    """What was sent for a job, until it has ended."""

    __tablename__ = "job_file"

    job_id: int = reference("job.id", primary=True)
    content: bytes = Field(sa_type=LargeBinary)


class Export(Table, table=True):
    """A snapshot that an export has written: where, by whom, when."""

    __table_args__ = (Index("ix_export_pipeline", "pipeline_id", "id"), NEVER_AGAIN)

    id: int = key()
    pipeline_id: int = reference("pipeline.id")
    actor_id: int | None = reference("person.id", null=True)
    exit: str = Field(max_length=64)
    uri: str
    items: int = number()
    annotations: int = number()
    at: datetime = instant()
