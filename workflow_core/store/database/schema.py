"""Bring a database to the newest migration, whole or not at all."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from workflow_core.errors import Conflict, Unavailable
from workflow_core.store.database import faults
from workflow_core.store.database.engine import engine_for, session_scope
from workflow_core.store.models import METADATA

UPGRADE_LOCK = 4_216_517
"""The advisory lock that lets one process at a time upgrade a PostgreSQL database."""
GUARDS = {
    "postgresql": frozenset({"event_is_append_only", "event_is_not_emptied", "event_may_still_come"}),
    "sqlite": frozenset({"event_no_delete", "event_no_replace", "event_no_update"}),
}
"""The triggers that refuse any change of the history, and tell what of it may still come."""
BEFORE_THE_FIRST = frozenset({"0001", "0002"})
"""The revisions of databases from before the migrations began anew; nothing leads on from them."""


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, without any file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Open an engine for a while, and say so in plain words where its database cannot be reached.

    Raises:
        Unavailable: the database cannot be reached.
        InvalidInput: the URL is malformed.
    """
    engine = engine_for(url)
    try:
        yield engine
    except OperationalError as error:
        raise Unavailable(faults.explain(url, error)) from error
    finally:
        engine.dispose()


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction for the whole upgrade: DDL is transactional on both databases, as `database` opens it."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A table is altered by making a new one and dropping the old, which foreign keys would take for a
            # deletion of its rows; they cannot be switched inside the transaction, and are checked at its end.
            _foreign_keys(connection, on=False)
        try:
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
                    connection.execute(text("SET LOCAL lock_timeout = '30s'"))
                yield connection
                if engine.dialect.name == "sqlite" and (broken := connection.exec_driver_sql(_BROKEN).first()):
                    why = f"the migration breaks a reference from table {broken[0]!r} to {broken[2]!r}"
                    raise Conflict(why, code="broken-reference", tables=[broken[0], broken[2]])
        finally:
            if engine.dialect.name == "sqlite":
                _foreign_keys(connection, on=True)


_BROKEN = "PRAGMA foreign_key_check"


def _foreign_keys(connection: Connection, *, on: bool) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Go up to a revision; what is there already stays.

    Raises:
        Conflict: the database is a newer annoflow's, one of before the first migration, or another program's.
    """
    with _transaction(engine) as connection:
        _refuse_foreign(connection)
        command.upgrade(configuration(connection), revision)


def _refuse_foreign(connection: Connection) -> None:
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and (why := unusable(present)):
        raise Conflict(why, code="wrong-database", revision=present, tables=[])
    tables = set(inspect(connection).get_table_names())
    if present is None and (others := sorted(tables & METADATA.tables.keys())):
        why = (
            f"the database has tables of these names that annoflow did not make: {', '.join(others[:5])};"
            " give annoflow a database of its own"
        )
        raise Conflict(why, code="wrong-database", revision=None, tables=others)


def downgrade(engine: Engine, revision: str) -> None:
    """Go down to a revision; `base` leaves an empty database."""
    with _transaction(engine) as connection:
        command.downgrade(configuration(connection), revision)


def head() -> str:
    """Return the newest revision."""
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    assert revision is not None
    return revision


def unusable(revision: str) -> str | None:
    """Say why this annoflow cannot use or upgrade a database of a revision, and what to do; None where it can."""
    if revision in BEFORE_THE_FIRST:
        return (
            f"the database is at revision {revision}, of an annoflow before the first release, and cannot be upgraded:"
            " export from it with the annoflow that made it (annoflow export),"
            " then import that into a new database (annoflow import)"
        )
    if any(one.revision == revision for one in ScriptDirectory.from_config(configuration()).walk_revisions()):
        return None
    return f"the database is at revision {revision}, which this annoflow does not know: it is of a newer one, use that"


def current(engine: Engine) -> str | None:
    """Return the database's revision; None for an empty one."""
    with session_scope(engine, read_only=True) as session:
        connection = session.connection()
        return MigrationContext.configure(connection).get_current_revision()


def contents(engine: Engine) -> dict[str, int]:
    """Return how many pipelines, items and events the database has."""
    counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in ("pipeline", "item", "event"))
    with session_scope(engine, read_only=True) as session:
        connection = session.connection()
        return dict(connection.exec_driver_sql(f"SELECT {counts}").mappings().one())


def differences(engine: Engine) -> list[str]:
    """Return in what tables, columns, indexes, foreign keys and guards the database differs from the models."""
    with session_scope(engine, read_only=True) as session:
        connection = session.connection()
        here = (None, engine.dialect.name)
        opts = {"compare_type": True, "include_object": lambda one, *_: one.info.get("only") in here}
        context = MigrationContext.configure(connection, opts=opts)
        with warnings.catch_warnings():
            # On SQLite an index of an expression cannot be compared; nobody who asks can do anything about it.
            warnings.filterwarnings("ignore", message=".*expression-based index")
            found = [str(one) for one in compare_metadata(context, METADATA)]
        triggers = _TRIGGERS[engine.dialect.name]
        missing = GUARDS[engine.dialect.name] - set(connection.exec_driver_sql(triggers).scalars())
        return found + [f"the trigger {guard} is missing or off" for guard in sorted(missing)]


_TRIGGERS = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('event') AND tgenabled = 'O'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'",
}
