"""Engines and sessions: one transaction per session, short, durable, alike on SQLite and PostgreSQL."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Transaction, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError, NoSuchModuleError
from sqlmodel import Session

from workflow_core.errors import InvalidInput
from workflow_core.store.database import faults
from workflow_core.store.database.columns import read_document
from workflow_core.store.database.sessions import Scope, after_commit, committed, keep, taken_back
from workflow_core.store.database.writers import ASKED, BUSY_MS, begin, queue_of

__all__ = [
    "Engine",
    "Session",
    "after_commit",
    "engine_for",
    "glance",
    "keep",
    "session_scope",
    "taken_back",
]

LOOKS: Mapping[str, Any] = {"read_only": True}
"""What SQLite's transactions are told that only read."""

IDLE = 1.0
"""Seconds after which a connection to PostgreSQL is asked whether it is still there: that costs a click a tenth."""


def engine_for(url: str, *, connections: int = 5) -> Engine:
    """Return an engine for `sqlite:///path` or `postgresql://...`, which keeps so many connections.

    Raises:
        InvalidInput: the URL is malformed or names another database.
    """
    # Last in, first out: the few in use soon have all pages at hand, all statements prepared, and plans for any values.
    kept: Mapping[str, Any] = {"pool_size": connections, "pool_use_lifo": True}
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        hint = f"; {faults.ESCAPED}" if "@" in url else ""
        raise InvalidInput(
            f"{url!r} is no database URL; try sqlite:///path/to/annoflow.db or postgresql://...{hint}"
        ) from error
    if "@" in (parsed.host or ""):
        raise InvalidInput(f"the database's address has more than one @; {faults.ESCAPED}")
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        queue = queue_of(parsed)
        if queue is not None:
            queue.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_MS / 1000}, **(kept if queue else {}))
        event.listen(engine, "connect", _prepare_sqlite)
        # Not as a listener: each connection would make its events anew, a quarter of the cost of an empty transaction.
        engine.dialect.do_begin = partial(begin, queue)  # type: ignore[method-assign]
        return engine
    if backend in {"postgresql", "postgres"}:
        try:
            parsed = parsed.set(drivername="postgresql+psycopg")
            engine = create_engine(parsed, json_deserializer=read_document, **kept)
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise InvalidInput("PostgreSQL needs its driver: pip install 'annoflow[postgres]'") from error
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_ask_if_idle, engine.dialect))
        return engine
    raise InvalidInput(f"annoflow keeps its state in SQLite or PostgreSQL, not in {backend!r}")


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _ask_if_idle(dialect: Any, connection: Any, record: Any, _proxy: Any) -> None:
    """Let the pool throw its connections away where the server has gone, or was started anew, since they were used."""
    now = time.monotonic()
    if now - record.info.get("used", now) < IDLE:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError("the server has closed the connection") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: they would be deferred, and an upgrade to a
    # writing one fails at once when somebody else has written.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what was erased is not left in free pages
        f"busy_timeout={BUSY_MS}",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def session_scope(
    engine: Engine, *, read_only: bool = False, durable: bool = True, wait: bool = True
) -> Iterator[Session]:
    """Open a session in one transaction: committed at the end, rolled back on an exception.

    A `read_only` session never waits for a writer and never makes one wait; it sees one state of everything. What is
    not `durable` PostgreSQL commits without waiting for the disk: if it crashes, what was committed last may be undone,
    from some commit on. So it is for what is acknowledged to nobody and done again then; what anybody commits
    afterwards, durably, keeps all that was before it. Who will not `wait` gets a Fault where somebody else writes to
    SQLite just now.
    """
    postgres = engine.dialect.name == "postgresql"
    options: Mapping[str, Any] = {}
    if read_only:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if postgres else LOOKS
    elif not wait:
        options = {"waits": False}
    with committed(Scope(partial(_begun, engine, options, relaxed=postgres and not durable)), _close) as session:
        yield session


@contextmanager
def glance(engine: Engine) -> Iterator[Session]:
    """Open a session for one statement that reads: it costs PostgreSQL one question, not three.

    On SQLite, which is not far away, it is a reading session like others.
    """
    postgres = engine.dialect.name == "postgresql"
    options = {"isolation_level": "AUTOCOMMIT"} if postgres else LOOKS
    with committed(Scope(partial(_begun, engine, options)), _close) as session:
        yield session


def _begun(engine: Engine, options: Mapping[str, Any], *, relaxed: bool = False) -> Transaction:
    # Options of the connection: those of an engine make an engine of their own, which costs as much as a statement.
    connection = engine.connect()
    try:
        if options:
            connection.execution_options(**options)
            connection.info[ASKED] = options
        transaction = connection.begin()
        if relaxed:
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
    except BaseException:
        connection.close()
        raise
    return transaction


def _close(scope: Scope) -> None:
    if scope.begun is not None:
        scope.begun.connection.close()
