"""The first tables. Until a release, edit them with the models; `tests/migrations` says where they differ."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from workflow_core.store.database.columns import Document, Instant, Key

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


REFUSE_POSTGRES = """
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the history is append-only'; END $$
"""


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "document",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("digest", name="uq_document_digest"),
    )
    op.create_table(
        "event",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("project_id", Key, nullable=True),
        sa.Column("item_id", Key, nullable=True),
        sa.Column("task_id", Key, nullable=True),
        sa.Column("entry_id", Key, nullable=True),
        sa.Column("assignment_id", Key, nullable=True),
        sa.Column("actor_id", Key, nullable=True),
        sa.Column("status", sa.String(length=64), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=True),
        sa.Column("cause_id", Key, nullable=True),
        sa.Column("name", sa.String(length=64), nullable=True),
        sa.Column("detail", Document, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index(
        "ix_event_author",
        "event",
        ["task_id", "item_id", "actor_id"],
        unique=False,
        sqlite_where=sa.text("verb = 'submitted'"),
        postgresql_where=sa.text("verb = 'submitted'"),
    )
    op.create_index(
        "ix_event_cause",
        "event",
        ["cause_id"],
        unique=False,
        sqlite_where=sa.text("cause_id IS NOT NULL"),
        postgresql_where=sa.text("cause_id IS NOT NULL"),
    )
    op.create_index("ix_event_item", "event", ["item_id", "id"], unique=False)

    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "person",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower")),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_table(
        "project",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
        sa.UniqueConstraint("name", name="uq_project_name"),
    )
    op.create_table(
        "dataset",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("project_id", Key, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_dataset_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dataset"),
        sa.UniqueConstraint("project_id", "name", name="uq_dataset_project_id_name"),
    )
    op.create_table(
        "membership",
        sa.Column("project_id", Key, autoincrement=False, nullable=False),
        sa.Column("person_id", Key, autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'manager', 'contributor')", name=op.f("ck_membership_role")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_membership_person_id"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_membership_project_id"),
        sa.PrimaryKeyConstraint("project_id", "person_id", name="pk_membership"),
    )
    op.create_table(
        "recipe",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("project_id", Key, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("document_id", Key, autoincrement=False, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_recipe_document_id"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_recipe_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recipe"),
    )
    op.create_table(
        "item",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("dataset_id", Key, autoincrement=False, nullable=False),
        sa.Column("folder", sa.String(length=1024), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("uri", sa.String(length=4096), nullable=True),
        sa.Column("meta", Document, nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("archived_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_item_dataset_id"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("dataset_id", "folder", "name", name="uq_item_dataset_id_folder_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_item_name", "item", ["name"], unique=False)
    op.create_index("ix_item_uri", "item", ["dataset_id", "uri"], unique=False)

    op.create_table(
        "pipeline",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("project_id", Key, autoincrement=False, nullable=False),
        sa.Column("dataset_id", Key, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version_id", Key, nullable=True),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_pipeline_dataset_id"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_pipeline_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pipeline"),
        sa.UniqueConstraint("project_id", "name", name="uq_pipeline_project_id_name"),
    )
    op.create_table(
        "pipeline_version",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("pipeline_id", Key, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("compiled", Document, nullable=False),
        sa.Column("deployed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipeline.id"], name="fk_pipeline_version_pipeline_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pipeline_version"),
        sa.UniqueConstraint("pipeline_id", "digest", name="uq_pipeline_version_pipeline_id_digest"),
    )
    op.create_table(
        "task",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("project_id", Key, autoincrement=False, nullable=False),
        sa.Column("dataset_id", Key, autoincrement=False, nullable=False),
        sa.Column("pipeline_id", Key, autoincrement=False, nullable=True),
        sa.Column("recipe_id", Key, autoincrement=False, nullable=False),
        sa.Column("manager_id", Key, autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("statuses", Document, nullable=False),
        sa.Column("queue", Document, nullable=True),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("team", Document, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("lock_when_due", sa.Boolean(), nullable=False),
        sa.Column("review_own", sa.Boolean(), nullable=False),
        sa.Column("max_fix_rounds", sa.Integer(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by_deploy", sa.Boolean(), nullable=False),
        sa.Column("archived_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("type IN ('annotation', 'qa')", name=op.f("ck_task_type")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_task_dataset_id"),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_task_manager_id"),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipeline.id"], name="fk_task_pipeline_id"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_task_project_id"),
        sa.ForeignKeyConstraint(["recipe_id"], ["recipe.id"], name="fk_task_recipe_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
        sa.UniqueConstraint("pipeline_id", "name", name="uq_task_pipeline_id_name"),
    )
    op.create_index(
        "uq_task_project_name",
        "task",
        ["project_id", "name"],
        unique=True,
        sqlite_where=sa.text("pipeline_id IS NULL"),
        postgresql_where=sa.text("pipeline_id IS NULL"),
    )

    op.create_table(
        "annotation",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("item_id", Key, autoincrement=False, nullable=False),
        sa.Column("task_id", Key, autoincrement=False, nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("tool", sa.String(length=16), nullable=False),
        sa.Column("geometry", Document, nullable=False),
        sa.Column("attributes", Document, nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("model_version", sa.String(length=200), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("created_by", Key, autoincrement=False, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_by", Key, autoincrement=False, nullable=True),
        sa.Column("updated_at", Instant(), nullable=True),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.CheckConstraint("origin IN ('human', 'model')", name=op.f("ck_annotation_origin")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_annotation_created_by"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_annotation_item_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_annotation_task_id"),
        sa.ForeignKeyConstraint(["updated_by"], ["person.id"], name="fk_annotation_updated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_annotation"),
        sa.UniqueConstraint("item_id", "external_id", name="uq_annotation_item_id_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_annotation_item", "annotation", ["item_id", "task_id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("annotation_id", Key, autoincrement=False, nullable=False),
        sa.Column("event_id", Key, autoincrement=False, nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("tool", sa.String(length=16), nullable=False),
        sa.Column("geometry", Document, nullable=False),
        sa.Column("attributes", Document, nullable=False),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name="fk_revision_annotation_id"),
        sa.PrimaryKeyConstraint("annotation_id", "event_id", name="pk_revision"),
    )
    op.create_table(
        "erased",
        sa.Column("item_id", Key, autoincrement=False, nullable=False),
        sa.Column("dataset_id", Key, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_erased_dataset_id"),
        sa.PrimaryKeyConstraint("item_id", name="pk_erased"),
        sa.UniqueConstraint("dataset_id", "digest", name="uq_erased_dataset_id_digest"),
    )

    op.create_table(
        "assignment",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("task_id", Key, autoincrement=False, nullable=False),
        sa.Column("person_id", Key, autoincrement=False, nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("allotted", Key, server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_assignment_person_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_assignment_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
        sa.UniqueConstraint("task_id", "person_id", name="uq_assignment_task_id_person_id"),
    )
    op.create_index("ix_assignment_person", "assignment", ["person_id"], unique=False)

    op.create_table(
        "entry",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("pipeline_id", Key, autoincrement=False, nullable=False),
        sa.Column("item_id", Key, autoincrement=False, nullable=False),
        sa.Column("version_id", Key, autoincrement=False, nullable=False),
        sa.Column("exit", sa.String(length=64), nullable=True),
        sa.Column("held_exit", sa.String(length=64), nullable=True),
        sa.Column("exited_at", Instant(), nullable=True),
        sa.Column("exported_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_entry_item_id"),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipeline.id"], name="fk_entry_pipeline_id"),
        sa.ForeignKeyConstraint(["version_id"], ["pipeline_version.id"], name="fk_entry_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("pipeline_id", "item_id", name="uq_entry_pipeline_id_item_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entry_exit", "entry", ["pipeline_id", "exit", "item_id"], unique=False)
    op.create_index(
        "ix_entry_held",
        "entry",
        ["pipeline_id", "held_exit"],
        unique=False,
        sqlite_where=sa.text("held_exit IS NOT NULL"),
        postgresql_where=sa.text("held_exit IS NOT NULL"),
    )
    op.create_index("ix_entry_item", "entry", ["item_id"], unique=False)

    op.create_table(
        "node",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("version_id", Key, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("task_id", Key, autoincrement=False, nullable=True),
        sa.Column("max_visits", sa.Integer(), nullable=True),
        sa.Column("overflow_id", Key, autoincrement=False, nullable=True),
        sa.Column("is_join", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["overflow_id"], ["node.id"], name="fk_node_overflow_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_node_task_id"),
        sa.ForeignKeyConstraint(["version_id"], ["pipeline_version.id"], name="fk_node_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_node"),
        sa.UniqueConstraint("version_id", "kind", "name", name="uq_node_version_id_kind_name"),
    )
    op.create_table(
        "review",
        sa.Column("qa_task_id", Key, autoincrement=False, nullable=False),
        sa.Column("task_id", Key, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["qa_task_id"], ["task.id"], name="fk_review_qa_task_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_review_task_id"),
        sa.PrimaryKeyConstraint("qa_task_id", "task_id", name="pk_review"),
    )
    op.create_table(
        "branch",
        sa.Column("join_id", Key, autoincrement=False, nullable=False),
        sa.Column("task_id", Key, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["join_id"], ["node.id"], name="fk_branch_join_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_branch_task_id"),
        sa.PrimaryKeyConstraint("join_id", "task_id", name="pk_branch"),
    )
    op.create_table(
        "route",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("version_id", Key, autoincrement=False, nullable=False),
        sa.Column("task_id", Key, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("node_id", Key, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"], name="fk_route_node_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_route_task_id"),
        sa.ForeignKeyConstraint(["version_id"], ["pipeline_version.id"], name="fk_route_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_route"),
        sa.UniqueConstraint(
            "version_id", "task_id", "status", "node_id", name="uq_route_version_id_task_id_status_node_id"
        ),
    )
    op.create_table(
        "task_item",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("task_id", Key, autoincrement=False, nullable=False),
        sa.Column("item_id", Key, autoincrement=False, nullable=False),
        sa.Column("entry_id", Key, autoincrement=False, nullable=True),
        sa.Column("assignment_id", Key, autoincrement=False, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=True),
        sa.Column("routing", sa.String(length=8), nullable=True),
        sa.Column("status_event_id", Key, nullable=True),
        sa.Column("kept_status", sa.String(length=64), nullable=True),
        sa.Column("kept_routing", sa.String(length=8), nullable=True),
        sa.Column("kept_by", sa.String(length=8), nullable=True),
        sa.Column("kept_event_id", Key, nullable=True),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("position", Key, server_default="0", nullable=False),
        sa.Column("claim_no", sa.Integer(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("parked", sa.String(length=32), nullable=True),
        sa.Column("since", Instant(), nullable=False),
        sa.CheckConstraint(
            "(lease_until IS NOT NULL) = (state = 'claimed')", name=op.f("ck_task_item_lease_iff_claimed")
        ),
        sa.CheckConstraint(
            "(routing = 'parked') = (parked IS NOT NULL) OR state <> 'submitted'", name=op.f("ck_task_item_parked")
        ),
        sa.CheckConstraint(
            "(routing IS NOT NULL) = (state = 'submitted')", name=op.f("ck_task_item_routing_iff_submitted")
        ),
        sa.CheckConstraint(
            "(status IS NOT NULL) = (state = 'submitted')", name=op.f("ck_task_item_status_iff_submitted")
        ),
        sa.CheckConstraint(
            "(status_event_id IS NOT NULL) = (state = 'submitted')", name=op.f("ck_task_item_event_iff_submitted")
        ),
        sa.CheckConstraint("kept_by IN ('issue', 're-entry')", name=op.f("ck_task_item_kept_by_what")),
        sa.CheckConstraint(
            "kept_routing IN ('pending', 'routed', 'void', 'again')", name=op.f("ck_task_item_kept_routing_what")
        ),
        sa.CheckConstraint(
            "kept_status IS NULL OR state NOT IN ('submitted', 'withdrawn')", name=op.f("ck_task_item_kept_while_open")
        ),
        sa.CheckConstraint(
            "parked IS NULL OR state IN ('submitted', 'queued', 'returned')", name=op.f("ck_task_item_parked_where")
        ),
        sa.CheckConstraint("routing IN ('pending', 'routed', 'void', 'parked')", name=op.f("ck_task_item_routing")),
        sa.CheckConstraint(
            "state <> 'claimed' OR assignment_id IS NOT NULL", name=op.f("ck_task_item_claimed_by_somebody")
        ),
        sa.CheckConstraint(
            "state <> 'returned' OR coalesce(kept_by, '') = 'issue'", name=op.f("ck_task_item_returned_by_issue")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'submitted', 'returned', 'waiting', 'withdrawn')",
            name=op.f("ck_task_item_state"),
        ),
        sa.CheckConstraint("(kept_status IS NOT NULL) = (kept_by IS NOT NULL)", name=op.f("ck_task_item_kept_by")),
        sa.CheckConstraint(
            "(kept_status IS NOT NULL) = (kept_routing IS NOT NULL)", name=op.f("ck_task_item_kept_routing")
        ),
        sa.CheckConstraint("visit >= 1", name=op.f("ck_task_item_visit")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_task_item_assignment_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_task_item_entry_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_task_item_item_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_item_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task_item"),
        sa.UniqueConstraint("item_id", "task_id", name="uq_task_item_item_id_task_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_task_item_claimable",
        "task_item",
        ["task_id", "assignment_id", "rank", "position", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'returned')"),
        postgresql_where=sa.text("state IN ('queued', 'returned')"),
    )
    op.create_index(
        "ix_task_item_counts",
        "task_item",
        ["task_id", "assignment_id", "state", "status", "begun", "visit", "kept_by", "parked", "since"],
        unique=False,
    )
    op.create_index(
        "ix_task_item_lease",
        "task_item",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index(
        "ix_task_item_parked",
        "task_item",
        ["task_id", "id"],
        unique=False,
        sqlite_where=sa.text("parked IS NOT NULL"),
        postgresql_where=sa.text("parked IS NOT NULL"),
    )
    op.create_index(
        "ix_task_item_pending",
        "task_item",
        ["status_event_id"],
        unique=False,
        sqlite_where=sa.text("routing = 'pending'"),
        postgresql_where=sa.text("routing = 'pending'"),
    )

    op.create_table(
        "draft",
        sa.Column("task_item_id", Key, autoincrement=False, nullable=False),
        sa.Column("person_id", Key, autoincrement=False, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_draft_person_id"),
        sa.ForeignKeyConstraint(["task_item_id"], ["task_item.id"], name="fk_draft_task_item_id"),
        sa.PrimaryKeyConstraint("task_item_id", "person_id", name="pk_draft"),
    )
    op.create_table(
        "issue",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("item_id", Key, autoincrement=False, nullable=False),
        sa.Column("annotation_id", Key, autoincrement=False, nullable=True),
        sa.Column("place_id", Key, autoincrement=False, nullable=False),
        sa.Column("flagged_place_id", Key, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("geometry", Document, nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("flagged_by", Key, autoincrement=False, nullable=False),
        sa.Column("author_id", Key, autoincrement=False, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'for_review', 'approved', 'dismissed')", name=op.f("ck_issue_state")),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name="fk_issue_annotation_id"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_issue_author_id"),
        sa.ForeignKeyConstraint(["flagged_by"], ["person.id"], name="fk_issue_flagged_by"),
        sa.ForeignKeyConstraint(["flagged_place_id"], ["task_item.id"], name="fk_issue_flagged_place_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_issue_item_id"),
        sa.ForeignKeyConstraint(["place_id"], ["task_item.id"], name="fk_issue_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_issue"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_issue_flagged", "issue", ["flagged_place_id", "state"], unique=False)
    op.create_index("ix_issue_item", "issue", ["item_id", "state"], unique=False)
    op.create_index("ix_issue_place", "issue", ["place_id", "state"], unique=False)

    op.create_table(
        "comment",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("item_id", Key, autoincrement=False, nullable=False),
        sa.Column("task_id", Key, autoincrement=False, nullable=True),
        sa.Column("issue_id", Key, autoincrement=False, nullable=True),
        sa.Column("person_id", Key, autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_comment_issue_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_comment_item_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_comment_person_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_comment_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
    )
    op.create_index("ix_comment_issue", "comment", ["issue_id"], unique=False)
    op.create_index("ix_comment_item", "comment", ["item_id", "id"], unique=False)
    op.create_index("ix_comment_task", "comment", ["task_id", "id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE_POSTGRES)
        op.execute(
            "CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history()"
        )
        op.execute(
            "CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON event"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history()"
        )
    else:
        for guard, change in (
            ("update", "UPDATE ON event"),
            ("delete", "DELETE ON event"),
            # REPLACE deletes without firing any trigger, unless the connection asked for it.
            ("replace", "INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)"),
        ):
            op.execute(
                f"CREATE TRIGGER event_no_{guard} BEFORE {change}"
                " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END"
            )


def downgrade() -> None:
    """Go back down."""
    op.drop_table("comment")
    op.drop_table("issue")
    op.drop_table("draft")
    op.drop_table("task_item")
    op.drop_table("route")
    op.drop_table("branch")
    op.drop_table("review")
    op.drop_table("node")
    op.drop_table("entry")
    op.drop_table("assignment")
    op.drop_table("erased")
    op.drop_table("revision")
    op.drop_table("annotation")
    op.drop_table("task")
    op.drop_table("pipeline_version")
    op.drop_table("pipeline")
    op.drop_table("item")
    op.drop_table("recipe")
    op.drop_table("membership")
    op.drop_table("dataset")
    op.drop_table("project")
    op.drop_table("person")
    op.drop_table("lease")
    op.drop_table("event")
    op.drop_table("document")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_history()")
