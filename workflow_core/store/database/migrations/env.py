"""Alembic's entry: run migrations on the connection that `store.database.schema` hands over, in its transaction."""

from alembic import context

from workflow_core.store.models import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
