"""What became of a status that an issue or a re-entry has taken: given back, it is that again."""

from collections.abc import Sequence

from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go up."""
    op.execute(
        """ALTER TABLE task_item ADD COLUMN kept_routing VARCHAR(8)
        CONSTRAINT ck_task_item_kept_routing CHECK (kept_routing IN ('pending', 'routed', 'void'))"""
    )
    op.execute(
        """UPDATE task_item SET kept_routing = CASE WHEN kept_routed THEN 'routed' ELSE 'pending' END
        WHERE kept_status IS NOT NULL"""
    )


def downgrade() -> None:
    """Go down."""
    op.drop_column("task_item", "kept_routing")
