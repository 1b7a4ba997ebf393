"""Issues: what a reviewer flagged."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from workflow_core.store.models.base import NEVER_AGAIN, Table, document, instant, key, reference

UNRESOLVED = "state IN ('for_review', 'open')"


class Issue(Table, table=True):
    """A fault flagged in QA on an annotation, or on the item; `task_item_id` is the row that was returned for it.

    `qa_task_item_id` is the QA row that owns it, `rounds` counts how often it was re-opened.
    """

    __table_args__ = (
        CheckConstraint("state IN ('open', 'for_review', 'approved', 'dismissed')", name="state"),
        Index("ix_issue_unresolved", "id", sqlite_where=text(UNRESOLVED), postgresql_where=text(UNRESOLVED)),
        Index("ix_issue_item", "item_id", "state"),
        Index("ix_issue_task_item", "task_item_id", "state"),
        Index("ix_issue_flagged", "qa_task_item_id", "state"),
        NEVER_AGAIN,
    )

    id: int = key()
    item_id: int = reference("item.id")
    annotation_id: int | None = reference("annotation.id", null=True)
    task_item_id: int = reference("task_item.id")
    qa_task_item_id: int = reference("task_item.id")
    state: str = Field(default="open", max_length=16)
    kind: str = Field(max_length=64)
    text: str = ""
    geometry: dict[str, Any] | None = document(null=True)
    rounds: int = 0
    flagged_by: int = reference("person.id")
    author_id: int | None = reference("person.id", null=True)
    created_at: datetime = instant()
    updated_at: datetime = instant()
