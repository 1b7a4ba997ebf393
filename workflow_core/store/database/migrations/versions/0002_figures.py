"""What figures are made of: the time spent on items, and indexes for what they read of the history."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from workflow_core.store.database.columns import Instant, Key

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OF_REVIEWS = sa.text(
    "verb IN ('flagged', 'fixed', 're-opened', 'accepted', 'dismissed', 'returned', 'waiting', 'cleared', 'undone')"
)
SUBMITTED = sa.text("verb = 'submitted'")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "activity",
        sa.Column("task_id", Key, autoincrement=False, nullable=False),
        sa.Column("person_id", Key, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place_id", Key, autoincrement=False, nullable=False),
        sa.Column("visit", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("active_us", Key, server_default="0", nullable=False),
        sa.Column("waited_us", Key, nullable=True),
        sa.Column("last_at", Instant(), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "person_id", "day", "place_id", "visit", name="pk_activity"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_activity_place", "activity", ["place_id", "person_id", "visit", "day"], unique=False)
    op.drop_index("ix_event_author", table_name="event")
    op.create_index(
        "ix_event_author",
        "event",
        ["task_id", "item_id", "id", "actor_id", "at", "status", "verb"],
        unique=False,
        sqlite_where=SUBMITTED,
        postgresql_where=SUBMITTED,
    )
    op.create_index(
        "ix_event_done",
        "event",
        ["task_id", "actor_id", sa.text("(at / 86400000000)"), "at", "id", "item_id", "status", "verb"],
        unique=False,
        sqlite_where=SUBMITTED,
        postgresql_where=SUBMITTED,
    )
    op.create_index(
        "ix_event_review",
        "event",
        ["task_id", "verb", "item_id", "id", "at", "actor_id", "assignment_id", "status"],
        unique=False,
        sqlite_where=OF_REVIEWS,
        postgresql_where=OF_REVIEWS,
    )
    op.create_index(
        "ix_annotation_label",
        "annotation",
        ["task_id", "label", "item_id", "origin", "deleted_at"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def downgrade() -> None:
    """Go down."""
    op.drop_index("ix_annotation_label", table_name="annotation")
    op.drop_index("ix_event_review", table_name="event")
    op.drop_index("ix_event_done", table_name="event")
    op.drop_index("ix_event_author", table_name="event")
    op.create_index(
        "ix_event_author",
        "event",
        ["task_id", "item_id", "actor_id"],
        unique=False,
        sqlite_where=SUBMITTED,
        postgresql_where=SUBMITTED,
    )
    op.drop_table("activity")
