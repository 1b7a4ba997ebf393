"""Statements as the driver takes them, and what it answers.

SQLAlchemy makes a statement of each text anew, and a result of what comes back: for a click, which is a dozen small
statements, that was a third of its time, on SQLite inside the one writer's. Its transactions, pools and errors stay,
and who listens to what an engine executes hears these, too.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


class _Statement:
    """A statement as the driver takes it, and its columns once it was answered: psycopg looks up each name anew."""

    def __init__(self, sql: str, paramstyle: str) -> None:
        self.text = _in_percents(sql) if paramstyle == "pyformat" else sql
        self._names: tuple[str, ...] = ()

    def names(self, cursor: Any) -> tuple[str, ...]:
        """Return the names of the columns."""
        # Interned, so that a value made by these names finds its fields at once, and not by comparing texts.
        self._names = self._names or tuple(sys.intern(column[0]) for column in cursor.description)
        return self._names


_statement = lru_cache(maxsize=512)(_Statement)


class Rows:
    """What a statement answers: rows with names, to be taken once, and how many it changed."""

    def __init__(self, cursor: Any, statement: _Statement) -> None:
        self._cursor = cursor
        self._statement = statement

    def __iter__(self) -> Iterator[Any]:
        return map(self._row(), self._cursor.fetchall())

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return int(self._cursor.rowcount)

    def all(self) -> list[Any]:
        """Return all rows."""
        return list(self)

    def one(self) -> Any:
        """Return the only row."""
        (found,) = self
        return found

    def first(self) -> Any:
        """Return the first row; None where there is none."""
        found = self._cursor.fetchone()
        row = None if found is None else self._row()(found)
        self._cursor.close()
        return row

    def scalar(self) -> Any:
        """Return the first column of the first row; None where there is none."""
        found = self.first()
        return None if found is None else found[0]

    def scalars(self) -> list[Any]:
        """Return the first column of all rows."""
        return [row[0] for row in self._cursor.fetchall()]

    def mappings(self) -> list[dict[str, Any]]:
        """Return all rows by the names of their columns."""
        names = self._statement.names(self._cursor)
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]

    def _row(self) -> type[tuple[Any, ...]]:
        return _row(self._statement.names(self._cursor))


def execute(connection: Connection, sql: str, values: Mapping[str, Any]) -> Rows:
    """Execute one statement, in which each value is bound as `:name`.

    Raises:
        DBAPIError: as SQLAlchemy raises it.
    """
    dialect = connection.dialect
    statement = _statement(sql, dialect.paramstyle)
    text, cursor = statement.text, connection.connection.cursor()
    listened = connection.engine.dispatch  # the connection's own one is made anew for each transaction
    for hear in listened.before_cursor_execute:
        text, values = hear(connection, cursor, text, values, None, False)
    try:
        cursor.execute(text, values)
    except dialect.loaded_dbapi.Error as error:
        gone = dialect.is_disconnect(error, connection.connection.driver_connection, cursor)
        if gone:
            connection.invalidate(error)
        raise DBAPIError.instance(
            text, values, error, dialect.loaded_dbapi.Error, connection_invalidated=gone, dialect=dialect
        ) from error
    for hear in listened.after_cursor_execute:
        hear(connection, cursor, text, values, None, False)
    return Rows(cursor, statement)


def _in_percents(sql: str) -> str:
    """Return a statement as psycopg takes it.

    >>> _in_percents("SELECT :n % 2, CAST('{\\"n\\": 1}' AS JSONB)")
    'SELECT %(n)s %% 2, CAST(\\'{"n": 1}\\' AS JSONB)'
    """
    return re.sub(r"(?<![:\w]):(\w+)", r"%(\1)s", sql.replace("%", "%%"))


@lru_cache(maxsize=512)
def _row(names: tuple[str, ...]) -> type[tuple[Any, ...]]:
    """Return the class of rows that have these columns."""
    columns = {name: property(itemgetter(place)) for place, name in enumerate(names)}
    return type("Row", (tuple,), {"__slots__": (), **columns})
