"""Bring a database to the newest migration, whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlmodel import SQLModel

from workflow_core.store import models  # noqa: F401 - the tables register themselves

UPGRADE_LOCK = 4_216_517
"""The advisory lock that lets one process at a time upgrade a PostgreSQL database."""


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, without any file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction for the whole upgrade: DDL is transactional on both databases, as `database` opens it."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '30s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        yield connection


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Go up to a revision; what is there already stays."""
    with _transaction(engine) as connection:
        command.upgrade(configuration(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go down to a revision; `base` leaves an empty database."""
    with _transaction(engine) as connection:
        command.downgrade(configuration(connection), revision)


def head() -> str:
    """Return the newest revision."""
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    assert revision is not None
    return revision


def current(engine: Engine) -> str | None:
    """Return the database's revision; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences(engine: Engine) -> list[str]:
    """Return in what tables, columns, indexes and foreign keys the database differs from the models."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(one) for one in compare_metadata(context, SQLModel.metadata)]
