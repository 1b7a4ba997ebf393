"""Recipes, tasks, assignments, and how each item stands in each task."""

from collections.abc import Container
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from workflow_core.domain import work
from workflow_core.store.models.base import NEVER_AGAIN, Table, document, instant, key, number, reference


class Recipe(Table, table=True):
    """What may be labelled in a task and how; `content` is `domain.recipes.to_json`."""

    id: int = key()
    project_id: int = reference("project.id")
    name: str = Field(max_length=200)
    content: dict[str, Any] = document()
    document_id: int | None = reference("document.id", null=True)
    created_at: datetime = instant()


class Task(Table, table=True):
    """One micro-task. `queue` is null where assignments are allocated in advance.

    `statuses` lists what the task offers, each `{name, action, color, key}`. `lease` is in seconds. A task that is
    `closed_by_deploy` has left its pipeline with its last item, and opens again with an item that comes back.
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
    """A QA task reviews an annotation task."""

    qa_task_id: int = reference("task.id", primary=True)
    task_id: int = reference("task.id", primary=True)


class Assignment(Table, table=True):
    """One contributor's share of a task. `allotted` counts all items ever allocated in advance to it."""

    __table_args__ = (UniqueConstraint("task_id", "person_id"), Index("ix_assignment_person", "person_id"))

    id: int = key()
    task_id: int = reference("task.id")
    person_id: int = reference("person.id")
    weight: float = 1.0
    allotted: int = number(default=0)
    active: bool = True
    paused_at: datetime | None = instant(null=True)
    created_at: datetime = instant()


def among(states: Container[work.State]) -> str:
    """Return the SQL that a state is one of these; always in the same order, since an index's condition is compared."""
    listed = ", ".join(f"'{one}'" for one in work.State if one in states)
    return f"state IN ({listed})"


OPEN = among(work.OPEN)
COUNTED = ("task_id", "assignment_id", "state", "status", "begun", "visit", "kept_by", "parked", "since")
CLAIMABLE = among({work.State.QUEUED, work.State.RETURNED})


class TaskItem(Table, table=True):
    """Where an item stands in one task.

    `routing` says what became of the status: pending, routed, void (the item had left), parked.
    `kept_status` is a status taken by an issue or by a re-entry; `kept_routing` says what had become of it:
    pending, routed, void, or again where it was routed and a route has led here once more, so that the next one is too.
    What has the lower `rank` comes first, then the lower `position`.
    `parked` says why nobody can go on with it. `claim_no` is the fencing token: it grows with each claim.
    """

    __tablename__ = "task_item"
    __table_args__ = (
        UniqueConstraint("item_id", "task_id"),
        CheckConstraint(among(frozenset(work.State)), name="state"),
        CheckConstraint("(status IS NOT NULL) = (state = 'submitted')", name="status_iff_submitted"),
        CheckConstraint("(routing IS NOT NULL) = (state = 'submitted')", name="routing_iff_submitted"),
        CheckConstraint("routing IN ('pending', 'routed', 'void', 'parked')", name="routing"),
        CheckConstraint("(status_event_id IS NOT NULL) = (state = 'submitted')", name="event_iff_submitted"),
        CheckConstraint("(lease_until IS NOT NULL) = (state = 'claimed')", name="lease_iff_claimed"),
        CheckConstraint("state <> 'claimed' OR assignment_id IS NOT NULL", name="claimed_by_somebody"),
        CheckConstraint("(kept_status IS NOT NULL) = (kept_by IS NOT NULL)", name="kept_by"),
        CheckConstraint("kept_by IN ('issue', 're-entry')", name="kept_by_what"),
        CheckConstraint("(kept_status IS NOT NULL) = (kept_routing IS NOT NULL)", name="kept_routing"),
        CheckConstraint("kept_routing IN ('pending', 'routed', 'void', 'again')", name="kept_routing_what"),
        CheckConstraint("kept_status IS NULL OR state NOT IN ('submitted', 'withdrawn')", name="kept_while_open"),
        CheckConstraint("state <> 'returned' OR coalesce(kept_by, '') = 'issue'", name="returned_by_issue"),
        CheckConstraint("(routing = 'parked') = (parked IS NOT NULL) OR state <> 'submitted'", name="parked"),
        CheckConstraint("parked IS NULL OR state IN ('submitted', 'queued', 'returned')", name="parked_where"),
        CheckConstraint("visit >= 1", name="visit"),
        # All that counting needs, so that it reads the index alone.
        Index("ix_task_item_counts", *COUNTED),
        Index(
            "ix_task_item_claimable",
            "task_id",
            "assignment_id",
            "rank",
            "position",
            "id",
            sqlite_where=text(CLAIMABLE),
            postgresql_where=text(CLAIMABLE),
        ),
        Index(
            "ix_task_item_pending",
            "status_event_id",
            sqlite_where=text("routing = 'pending'"),
            postgresql_where=text("routing = 'pending'"),
        ),
        Index(
            "ix_task_item_lease",
            "lease_until",
            sqlite_where=text("state = 'claimed'"),
            postgresql_where=text("state = 'claimed'"),
        ),
        Index(
            "ix_task_item_parked",
            "task_id",
            "id",
            sqlite_where=text("parked IS NOT NULL"),
            postgresql_where=text("parked IS NOT NULL"),
        ),
        NEVER_AGAIN,
    )

    id: int = key()
    task_id: int = reference("task.id")
    item_id: int = reference("item.id")
    entry_id: int | None = reference("entry.id", null=True)
    assignment_id: int | None = reference("assignment.id", null=True)
    state: str = Field(default="queued", max_length=16)
    status: str | None = Field(default=None, max_length=64)
    routing: str | None = Field(default=None, max_length=8)
    status_event_id: int | None = number(null=True)
    kept_status: str | None = Field(default=None, max_length=64)
    kept_routing: str | None = Field(default=None, max_length=8)
    kept_by: str | None = Field(default=None, max_length=8)
    kept_event_id: int | None = number(null=True)
    visit: int = 1
    begun: bool = False
    rank: int = 0
    position: int = number(default=0)
    claim_no: int = 0
    lease_until: datetime | None = instant(null=True)
    parked: str | None = Field(default=None, max_length=32)
    since: datetime = instant()


class Issue(Table, table=True):
    """A fault flagged in QA on an annotation, or on the item; `task_item_id` is the row that was returned for it.

    `qa_task_item_id` is the QA row that owns it, `rounds` counts how often it was re-opened.
    """

    __table_args__ = (
        CheckConstraint("state IN ('open', 'for_review', 'approved', 'dismissed')", name="state"),
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


class Lease(Table, table=True):
    """Who does a job that one process at a time does, such as moving items."""

    name: str = Field(primary_key=True, max_length=64)
    holder: str = Field(max_length=64)
    until: datetime = instant()
