"""The first tables: those of the models, and the guards of the history.

Nothing is released yet, so a change of the models is a change of this migration. The release freezes it: from then
on it names its tables and columns itself, and every change of the models brings a migration of its own.
"""

from collections.abc import Sequence

from alembic import op

from workflow_core.store.models import METADATA
from workflow_core.store.models.history import LOCK_BITS, STILL_TO_COME

revision: str = "r0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REFUSED = "the history is append-only"
GUARDS = {
    "postgresql": (
        "CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
        "CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history()",
        "CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON event"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history()",
        # Numbers of events are drawn before they are committed: who reads on by number has to know from which one on
        # transactions that are still open may write. Each says so by a lock, which nobody waits for.
        f"""
        CREATE FUNCTION tell_what_may_still_come() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF current_setting('annoflow.told', true) IS DISTINCT FROM 'yes' THEN
                PERFORM pg_advisory_xact_lock_shared(
                    {STILL_TO_COME}, CAST(coalesce(pg_sequence_last_value('event_id_seq'), 0) & {LOCK_BITS} AS INTEGER)
                );
                PERFORM set_config('annoflow.told', 'yes', true);
            END IF;
            RETURN NULL;
        END $$""",
        "CREATE TRIGGER event_may_still_come BEFORE INSERT ON event"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_what_may_still_come()",
    ),
    "sqlite": tuple(
        f"CREATE TRIGGER event_no_{guard} BEFORE {change} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        for guard, change in (
            ("update", "UPDATE ON event"),
            ("delete", "DELETE ON event"),
            # REPLACE deletes without firing any trigger, unless the connection asked for it.
            ("replace", "INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)"),
        )
    ),
}
UPKEEP = {
    "postgresql": (
        "ALTER TABLE task_item SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)",
        "ALTER TABLE event SET (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)",
    ),
    "sqlite": (),
}
"""PostgreSQL tidies a table up after a fifth of it has changed: of ten million task items two million dead rows."""


def upgrade() -> None:
    """Go up."""
    METADATA.create_all(op.get_bind())
    for statement in (*GUARDS[op.get_bind().dialect.name], *UPKEEP[op.get_bind().dialect.name]):
        op.execute(statement)


def downgrade() -> None:
    """Go back down."""
    METADATA.drop_all(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_history()")
        op.execute("DROP FUNCTION tell_what_may_still_come()")
