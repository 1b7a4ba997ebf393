"""Writers on SQLite, which has one at a time: they queue in front of a file, and begin when their turn has come."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, PoolProxiedConnection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

BUSY_MS = 30_000
"""How long a writer on SQLite waits in all, in the queue and at its front: behind one that is stuck everybody gives up
after that, and not one after the other.
"""
LOOK = 0.0001
"""Seconds between two looks of the writer on SQLite whose turn is next: on a busy machine half a millisecond is so long
that two thirds of the commits of eight processes were lost to it, and looks that are rarer cost no less of the CPU.
"""


def queue_of(url: URL) -> Path | None:
    """Return the file in front of which writers on SQLite wait; None where there is none."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(f"{url.database}-queue").expanduser().resolve()


ASKED = "asked"
"""What the next transaction of a connection to SQLite is told, in the connection's `info`: `read_only`, `waits`."""
NOTHING: Mapping[str, Any] = {}


def begin(queue: Path | None, connection: PoolProxiedConnection) -> None:
    """Begin a transaction: one that only reads at once, one that writes when nobody else does."""
    options, cursor = connection.info.pop(ASKED, NOTHING), connection.cursor()
    if options.get("read_only"):
        _set_patience(connection, cursor, BUSY_MS)
        cursor.execute("BEGIN")
        return
    waits = options.get("waits", True)
    deadline = time.monotonic() + (BUSY_MS / 1000 if waits else 0)
    _set_patience(connection, cursor, 0)
    if queue is None or not waits:
        _begin_when_free(cursor, deadline)
        return
    with _opened(queue) as file:
        # The system lets those who wait for a file in by their order, and whoever is in front looks when the database
        # is free. Else everybody would, and who never looks at the right moment never writes.
        fcntl.flock(file, fcntl.LOCK_EX)
        _begin_when_free(cursor, deadline)


def _set_patience(connection: PoolProxiedConnection, cursor: Any, milliseconds: int) -> None:
    """Say how long SQLite itself waits from now on in a connection, if it is not as long as before."""
    if connection.info.get("patience") != milliseconds:
        cursor.execute(f"PRAGMA busy_timeout={milliseconds}")
        connection.info["patience"] = milliseconds


def somebody_waits(session: Session) -> bool:
    """Say whether somebody waits to write until this session's transaction ends: on SQLite, which has one writer."""
    queue = queue_of(session.connection().engine.url)
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
