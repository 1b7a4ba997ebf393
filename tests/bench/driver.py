"""The bare driver, sqlite3 or psycopg, as who writes SQL by hand uses it: on connections as annoflow opens them."""

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from workflow_core.store.database.engine import Engine

LOOK = 0.001
"""Seconds between two looks at SQLite's writer: its own ones are up to a tenth apart, and miss the mover's pauses."""


class Driver:
    """A connection that executes SQL with `:names`, one statement after the other."""

    def __init__(self, engine: Engine) -> None:
        self.postgres = engine.dialect.name == "postgresql"
        self._held = engine.raw_connection()
        self._cursor: Any = self._held.driver_connection.cursor()
        if not self.postgres:
            self._cursor.execute("PRAGMA busy_timeout=0")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin, on SQLite as its one writer as soon as nobody else is, and commit."""
        while not self.postgres:
            try:
                self._cursor.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                time.sleep(LOOK)
            else:
                break
        yield
        self._held.commit()

    def run(self, sql: str, values: Mapping[str, object]) -> Any:
        """Execute a statement; returns the cursor."""
        return self._cursor.execute(_named(sql) if self.postgres else sql, values)


@cache
def _named(sql: str) -> str:
    return re.sub(r":(\w+)", r"%(\1)s", sql.replace("%", "%%"))
