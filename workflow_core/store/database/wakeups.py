"""Wait for a commit by somebody else, without asking the tables: data_version on SQLite, LISTEN on PostgreSQL."""

import time
from typing import Protocol

from sqlalchemy import Engine

POLL = 0.015
"""Seconds between two looks at SQLite's file; each takes a few microseconds."""


class Wakeup(Protocol):
    """Waits for changes by other connections."""

    def wait(self, timeout: float) -> bool:
        """Return True as soon as something may have changed since the last call, False after `timeout` seconds."""

    def close(self) -> None:
        """Give the connection back."""


def wakeup(engine: Engine) -> Wakeup:
    """Return a waiter on a connection of its own; changes from now on are noticed."""
    return _PostgresWakeup(engine) if engine.dialect.name == "postgresql" else _SqliteWakeup(engine)


class _SqliteWakeup:
    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection()
        self._seen = self._version()

    def _version(self) -> int:
        cursor = self._connection.cursor()
        try:
            return int(cursor.execute("PRAGMA data_version").fetchone()[0])
        finally:
            cursor.close()

    def wait(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        while (version := self._version()) == self._seen:
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(POLL, left))
        self._seen = version
        return True

    def close(self) -> None:
        self._connection.close()


class _PostgresWakeup:
    def __init__(self, engine: Engine) -> None:
        import psycopg

        url = engine.url.set(drivername="postgresql")
        self._connection = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
        self._connection.execute("LISTEN annoflow_status")

    def wait(self, timeout: float) -> bool:
        woken = False
        for _ in self._connection.notifies(timeout=timeout, stop_after=1):
            woken = True
        for _ in self._connection.notifies(timeout=0):
            pass
        return woken

    def close(self) -> None:
        self._connection.close()
