"""Engines and sessions: one transaction per session, short, durable, alike on SQLite and PostgreSQL."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError, NoSuchModuleError, OperationalError
from sqlmodel import Session, SQLModel

from workflow_core.errors import InvalidInput
from workflow_core.store.database import faults
from workflow_core.store.database.columns import read_document

__all__ = [
    "Engine",
    "Session",
    "after_commit",
    "engine_for",
    "keep",
    "session_scope",
    "somebody_waits",
    "taken_back",
    "tell_committed",
]

BUSY_MS = 30_000
"""How long a writer on SQLite waits for the one before it."""
IDLE = 1.0
"""Seconds after which a connection to PostgreSQL is asked whether it is still there: that costs a click a tenth."""
LOOK = 0.0001
"""Seconds between two looks of the writer on SQLite whose turn is next: on a busy machine half a millisecond is so long
that two thirds of the commits of eight processes were lost to it, and looks that are rarer cost no less of the CPU.
"""


def engine_for(url: str, *, connections: int = 5) -> Engine:
    """Return an engine for `sqlite:///path` or `postgresql://...`, which keeps so many connections.

    Raises:
        InvalidInput: the URL is malformed or names another database.
    """
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
        queue = _queue_of(parsed)
        if queue is not None:
            queue.parent.mkdir(parents=True, exist_ok=True)
        kept = {"pool_size": connections} if queue else {}
        engine = create_engine(parsed, connect_args={"timeout": BUSY_MS / 1000}, **kept)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", partial(_begin_immediate, queue))
        return engine
    if backend in {"postgresql", "postgres"}:
        try:
            engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"), pool_size=connections, json_deserializer=read_document
            )
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise InvalidInput("PostgreSQL needs its driver: pip install 'annoflow[postgres]'") from error
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_ask_if_idle, engine.dialect))
        return engine
    raise InvalidInput(f"annoflow keeps its state in SQLite or PostgreSQL, not in {backend!r}")


def _queue_of(url: URL) -> Path | None:
    """Return the file in front of which writers on SQLite wait; None where there is none."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(f"{url.database}-queue").expanduser().resolve()


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


def _begin_immediate(queue: Path | None, connection: Connection) -> None:
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("BEGIN")
        return
    deadline = time.monotonic() + BUSY_MS / 1000
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        with _first_in(queue):
            _begin_when_free(cursor, deadline)
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.close()


@contextmanager
def _first_in(queue: Path | None) -> Iterator[None]:
    """Wait until whoever came before has begun to write: the system lets those who wait for a file in by their order.

    Without it everybody looks whether the database is free, and who never looks at the right moment never writes.
    """
    if queue is None:
        yield
        return
    with _opened(queue) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def somebody_waits(session: Session) -> bool:
    """Say whether somebody waits to write until this session's transaction ends: on SQLite, which has one writer."""
    queue = _queue_of(session.connection().engine.url)
    if queue is None:
        return False
    with _opened(queue) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def _opened(queue: Path) -> Iterator[int]:
    file = os.open(queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        yield file
    finally:
        os.close(file)


def _begin_when_free(cursor: Any, deadline: float) -> None:
    """Begin to write as soon as nobody else does.

    SQLite itself looks again after up to a tenth of a second, and sleeps through the few milliseconds that the
    mover leaves to others between its batches.
    """
    while True:
        try:
            cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() >= deadline:
                raise OperationalError("BEGIN IMMEDIATE", None, error) from error
            time.sleep(LOOK)
        else:
            return


@contextmanager
def session_scope(engine: Engine, *, read_only: bool = False, durable: bool = True) -> Iterator[Session]:
    """Open a session in one transaction: committed at the end, rolled back on an exception.

    A `read_only` session never waits for a writer and never makes one wait; it sees one state of everything. What is
    not `durable` PostgreSQL commits without waiting for the disk: if it crashes, what was committed last may be undone,
    from some commit on. So it is for what is acknowledged to nobody and done again then; what anybody commits
    afterwards, durably, keeps all that was before it.
    """
    bound = engine
    if read_only and engine.dialect.name == "postgresql":
        bound = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    elif read_only:
        bound = engine.execution_options(read_only=True)
    with Session(bound, expire_on_commit=False) as session:
        with session.begin():
            if not durable and engine.dialect.name == "postgresql":
                session.connection().exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield session
        tell_committed(session)


def keep(session: Session, *rows: SQLModel) -> None:
    """Write new or changed rows at once: new ones have their numbers then."""
    session.add_all(rows)
    session.flush()


@contextmanager
def taken_back(session: Session) -> Iterator[None]:
    """Do in a savepoint what is only to be looked at: all of it is taken back at the end."""
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expire_all()


def after_commit(session: Session, *, call: Callable[[], object]) -> None:
    """Call back once what the session's scope did has been committed; never if it is rolled back."""
    session.info.setdefault("after_commit", []).append(call)


def tell_committed(session: Session) -> None:
    """Call back those who wait for the commit of a session's scope."""
    for call in session.info.pop("after_commit", ()):
        call()
