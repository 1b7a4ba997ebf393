"""How each item stands in each task, and SQL of the states in which it can be."""

from collections.abc import Container
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from workflow_core.domain.work import states
from workflow_core.store.models.base import NEVER_AGAIN, Table, instant, key, number, on_sqlite_alone, reference


def among(wanted: Container[states.State]) -> str:
    """Return the SQL that a state is one of these; always in the same order, since an index's condition is compared."""
    listed = ", ".join(f"'{one}'" for one in states.State if one in wanted)
    return f"state IN ({listed})"


OPEN = among(states.OPEN)
COUNTED = (
    "task_id",
    "assignment_id",
    "state",
    "status",
    "begun",
    "visit",
    "kept_by",
    "parked",
    "since",
    "entry_id",
    "item_id",
)
CLAIMABLE = among({states.State.QUEUED, states.State.RETURNED})
REVIEWED = """
    r.qa_task_id = task_item.task_id
    AND r.version_id = coalesce((SELECT e.version_id FROM entry e WHERE e.id = task_item.entry_id), 0)
"""
"""Whether a review `r` is one of a task item: its task reviews that, by the version which the item follows."""


class TaskItem(Table, table=True):
    """Where an item stands in one task.

    `routing` says what became of the status: pending, routed, void (the item had left), parked.
    `kept_status` is a status taken by an issue or by a re-entry; `kept_routing` says what had become of it:
    pending, routed, void; or again where it was routed, and anew where it was void, and a route has led here once more,
    so that the next one is routed.
    `placement` is the number of the placement that the row is in, `placements` the highest one it ever had.
    What has the lower `rank` comes first, then the lower `position`. `shown_upto` is the last annotation that had come
    in when the last claim began: what came after it was not there to be looked at.
    `parked` says why nobody can go on with it. `claim_no` is the fencing token: it grows with each claim.
    """

    __tablename__ = "task_item"
    __table_args__ = (
        UniqueConstraint("item_id", "task_id"),
        CheckConstraint(among(frozenset(states.State)), name="state"),
        CheckConstraint("(status IS NOT NULL) = (state = 'submitted')", name="status_iff_submitted"),
        CheckConstraint("(routing IS NOT NULL) = (state = 'submitted')", name="routing_iff_submitted"),
        CheckConstraint("routing IN ('pending', 'routed', 'void', 'parked')", name="routing"),
        CheckConstraint("(status_event_id IS NOT NULL) = (state = 'submitted')", name="event_iff_submitted"),
        CheckConstraint("(lease_until IS NOT NULL) = (state = 'claimed')", name="lease_iff_claimed"),
        CheckConstraint("state <> 'claimed' OR assignment_id IS NOT NULL", name="claimed_by_somebody"),
        CheckConstraint("(kept_status IS NOT NULL) = (kept_by IS NOT NULL)", name="kept_by"),
        CheckConstraint("kept_by IN ('issue', 're-entry')", name="kept_by_what"),
        CheckConstraint("(kept_status IS NOT NULL) = (kept_routing IS NOT NULL)", name="kept_routing"),
        CheckConstraint("kept_routing IN ('pending', 'routed', 'void', 'again', 'anew')", name="kept_routing_what"),
        CheckConstraint("kept_status IS NULL OR state NOT IN ('submitted', 'withdrawn')", name="kept_while_open"),
        CheckConstraint("state <> 'returned' OR coalesce(kept_by, '') = 'issue'", name="returned_by_issue"),
        CheckConstraint("(routing = 'parked') = (parked IS NOT NULL) OR state <> 'submitted'", name="parked"),
        CheckConstraint("parked IS NULL OR state IN ('submitted', 'queued', 'returned')", name="parked_where"),
        CheckConstraint("visit >= 1", name="visit"),
        # What is listed by state, in the order of the keys.
        Index("ix_task_item_state", "task_id", "state", "id"),
        # All that counting needs, so that it reads the index alone.
        Index("ix_task_item_counts", *COUNTED, "entry_id", "item_id"),
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
            "task_id",
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
        *on_sqlite_alone(task_id="task.id", entry_id="entry.id", assignment_id="assignment.id"),
        NEVER_AGAIN,
    )

    id: int = key()
    task_id: int = number()
    item_id: int = reference("item.id")
    entry_id: int | None = number(null=True)
    assignment_id: int | None = number(null=True)
    state: str = Field(default="queued", max_length=16)
    status: str | None = Field(default=None, max_length=64)
    routing: str | None = Field(default=None, max_length=8)
    status_event_id: int | None = number(null=True)
    kept_status: str | None = Field(default=None, max_length=64)
    kept_routing: str | None = Field(default=None, max_length=8)
    kept_by: str | None = Field(default=None, max_length=8)
    kept_event_id: int | None = number(null=True)
    visit: int = 1
    placement: int = number(default=1)
    placements: int = number(default=1)
    begun: bool = False
    rank: int = 0
    position: int = number(default=0)
    claim_no: int = 0
    lease_until: datetime | None = instant(null=True)
    shown_upto: int | None = number(null=True)
    parked: str | None = Field(default=None, max_length=32)
    since: datetime = instant()
