"""Alembic's entry: run migrations on the connection that `store.schema` hands over, in its transaction."""

from alembic import context
from sqlmodel import SQLModel

from workflow_core.store import models  # noqa: F401 - the tables register themselves

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
