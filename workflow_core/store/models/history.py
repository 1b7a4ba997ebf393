"""What happened: append-only, guarded by a trigger."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from workflow_core.store.models.base import Table, document, instant, key, number

OF_REVIEWS = (
    "verb IN ('flagged', 'fixed', 're-opened', 'accepted', 'dismissed', 'returned', 'waiting', 'cleared', 'undone')"
)
"""The verbs that figures on quality read; rare beside those of moving and working, and indexed apart."""
STILL_TO_COME = 4_216_519
"""The advisory locks of transactions on PostgreSQL that write events; each is of the last number drawn before them."""
LOCK_BITS = 0x7FFFFFFF
"""As much of a number as such a lock has."""
DAY_OF_EVENT = "(at / 86400000000)"
"""The day of an event, counted since 1970 in UTC."""


class Event(Table, table=True):
    """One thing that happened: who (`actor_id`, null for annoflow), when, what (`verb`), where, why (`cause_id`).

    A task item is named by (`task_id`, `item_id`), one placement of it by its number. `cause_id` is the event of the
    status that led here, so that everything reached from a status can be found; `name` is the exit, or the reason.
    About an item `detail` holds numbers alone: what people drew and wrote must not outlive it.
    """

    __table_args__ = (
        Index("ix_event_item", "item_id", "id"),
        Index("ix_event_project", "project_id", "id"),
        Index(
            "ix_event_cause",
            "cause_id",
            sqlite_where=text("cause_id IS NOT NULL"),
            postgresql_where=text("cause_id IS NOT NULL"),
        ),
        Index(
            "ix_event_author",
            "task_id",
            "item_id",
            "id",
            "actor_id",
            "at",
            "status",
            "verb",  # else SQLite reads the row, to see that the condition of the index holds
            sqlite_where=text("verb = 'submitted'"),
            postgresql_where=text("verb = 'submitted'"),
        ),
        Index(
            "ix_event_done",
            "task_id",
            "actor_id",
            text(DAY_OF_EVENT),  # so that SQLite needs not sort to count by day
            "at",
            "id",
            "item_id",
            "status",
            "verb",
            sqlite_where=text("verb = 'submitted'"),
            postgresql_where=text("verb = 'submitted'"),
        ),
        Index(
            "ix_event_review",
            "task_id",
            "verb",
            "item_id",
            "id",
            "at",
            "actor_id",
            "assignment_id",
            "status",
            sqlite_where=text(OF_REVIEWS),
            postgresql_where=text(OF_REVIEWS),
        ),
    )

    id: int = key()
    at: datetime = instant()
    verb: str = Field(max_length=16)
    project_id: int = number()
    item_id: int | None = number(null=True)
    task_id: int | None = number(null=True)
    entry_id: int | None = number(null=True)
    assignment_id: int | None = number(null=True)
    actor_id: int | None = number(null=True)
    status: str | None = Field(default=None, max_length=64)
    visit: int | None = None
    placement: int | None = None
    cause_id: int | None = number(null=True)
    name: str | None = Field(default=None, max_length=64)
    detail: dict[str, Any] | None = document(null=True)
