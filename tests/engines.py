"""Engines that outlive a test: one compiles each statement once, and PostgreSQL has to learn the tables once for each
connection, which takes as long as many a test.
"""

import os
import sqlite3
from functools import cache
from typing import Any

from psycopg import Connection
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
        event.listen(engine, "connect", _remembering)
    return engine


def _without_power_cuts(connection: sqlite3.Connection, _: object) -> None:
    """Let SQLite not wait for the disk: no test cuts the power, and what is committed outlives every process."""
    connection.execute("PRAGMA synchronous=OFF")


def _named(_dialect: object, _record: object, _arguments: object, options: dict[str, Any]) -> None:
    """Let a connection say whose it is."""
    options["application_name"] = _name()


def _name() -> str:
    return f"tests of {os.getpid()}"


def _remembering(connection: Connection[Any], _: object) -> None:
    """Prepare at once, and keep what was prepared for any test: of hundreds each would drive out another one."""
    connection.prepare_threshold = 0
    connection.prepared_max = 1_000


OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
AND (application_name <> %s OR state <> 'idle')
"""
EMPTYING = f"""
CREATE FUNCTION pg_temp.emptied() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
    {" ".join(f'DELETE FROM "{table}";' for table in SQLModel.metadata.tables)}
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' AND relpersistence = 'p';
    RETURN (SELECT version_num FROM alembic_version);
END $$
"""
"""Deleting takes a third of the time of truncating, a test has few rows; and a function is planned once."""


@cache
def _beside(url: str) -> Engine:
    """Return an engine whose connection empties a PostgreSQL: it alone does what the history refuses, since all plans
    of a connection are forgotten when triggers are switched off there."""
    engine = engine_for(url, connections=1)
    event.listen(engine, "do_connect", _named)
    event.listen(engine, "connect", _emptying)
    return engine


def _emptying(connection: Connection[Any], _: object) -> None:
    connection.execute("SET session_replication_role = replica")
    connection.execute(EMPTYING)
    connection.commit()


def empty(url: str) -> bool:
    """Empty a PostgreSQL in which nobody else is at work any more; says whether it has the tables of today.

    Raises:
        DBAPIError: there is no such database, or a test has left it without a table.
    """
    with _beside(url).begin() as connection:
        if connection.exec_driver_sql(OTHERS, (_name(),)).all():
            kept(url).dispose()  # one that a test had left open may have been ours
        return connection.exec_driver_sql("SELECT pg_temp.emptied()").scalar() == schema.head()


def forget(url: str) -> None:
    """Close all connections of this process to a database."""
    for engine in (kept(url), _beside(url)):
        engine.dispose()
