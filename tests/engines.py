"""Engines that outlive a test: one compiles each statement once, and PostgreSQL has to learn the tables once for each
connection, which takes as long as many a test."""

import os
import sqlite3
from functools import cache
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import SQLModel

from workflow_core.store.database import schema
from workflow_core.store.database.engine import engine_for


@cache
def kept(url: str) -> Engine:
    """Return the engine of this process, and of those that it forks, for a database; who is done disposes of it."""
    engine = engine_for(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _without_power_cuts)
    else:
        event.listen(engine, "do_connect", _named)
    return engine


def _without_power_cuts(connection: sqlite3.Connection, _: object) -> None:
    """Let SQLite not wait for the disk: no test cuts the power, and what is committed outlives every process."""
    connection.execute("PRAGMA synchronous=OFF")


def _named(_dialect: object, _record: object, _arguments: object, options: dict[str, Any]) -> None:
    """Let a connection say whose it is."""
    options["application_name"] = _name()


def _name() -> str:
    return f"tests of {os.getpid()}"


OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
AND (application_name <> %s OR state <> 'idle')
"""
EMPTY = "; ".join(
    [
        "SET LOCAL session_replication_role = replica",  # or the history refuses
        *(f'DELETE FROM "{table}"' for table in SQLModel.metadata.tables),
        "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
)
"""Deleting takes a third of the time of truncating: a test has few rows."""


def empty(url: str) -> bool:
    """Empty a PostgreSQL in which nobody else is at work any more; says whether it has the tables of today.

    Raises:
        DBAPIError: there is no such database, or a test has left it without a table.
    """
    with kept(url).begin() as connection:
        if connection.exec_driver_sql(OTHERS, (_name(),)).all():
            kept(url).dispose()  # one that a test had left open may have been ours
        connection.exec_driver_sql(EMPTY)
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == schema.head()
