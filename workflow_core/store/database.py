"""Engines and sessions: one transaction per session, short, durable, alike on SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlmodel import Session

from workflow_core.errors import InvalidInput

__all__ = ["Engine", "Session", "engine_for", "session_scope"]

BUSY_MS = 30_000
"""How long a writer on SQLite waits for the one before it."""


def engine_for(url: str) -> Engine:
    """Return an engine for `sqlite:///path` or `postgresql://...`.

    Raises:
        InvalidInput: the URL is malformed or names another database.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidInput(
            f"{url!r} is no database URL; try sqlite:///path/to/annoflow.db or postgresql://..."
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).expanduser().resolve().parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_MS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    if backend in {"postgresql", "postgres"}:
        try:
            return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=5)
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise InvalidInput("PostgreSQL needs its driver: pip install 'annoflow[postgres]'") from error
    raise InvalidInput(f"annoflow keeps its state in SQLite or PostgreSQL, not in {backend!r}")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: they would be deferred, and an upgrade to a
    # writing one fails at once when somebody else has written.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        f"busy_timeout={BUSY_MS}",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def session_scope(engine: Engine, *, read_only: bool = False) -> Iterator[Session]:
    """Open a session in one transaction: committed at the end, rolled back on an exception.

    A `read_only` session never waits for a writer and never makes one wait; it sees one state of everything.
    """
    bound = engine
    if read_only and engine.dialect.name == "postgresql":
        bound = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    elif read_only:
        bound = engine.execution_options(read_only=True)
    with Session(bound, expire_on_commit=False) as session, session.begin():
        yield session
