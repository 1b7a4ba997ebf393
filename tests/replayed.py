"""What most tests begin with, a deploy in a new database, is done once; then the rows that it made are written again.

It took a third of a test of the services, on PostgreSQL half.
"""

from collections.abc import Callable, Hashable
from typing import Any

from psycopg.sql import Literal
from sqlalchemy import Connection
from sqlmodel import Session, SQLModel

_done: dict[tuple[str, Hashable], tuple[Any, Callable[[Connection], object]]] = {}

TABLES = [table.name for table in SQLModel.metadata.sorted_tables]
NEW = {
    "sqlite": "SELECT NOT EXISTS (SELECT 1 FROM project) AND NOT EXISTS (SELECT 1 FROM person)",
    "postgresql": "SELECT NOT (a.is_called OR b.is_called) FROM project_id_seq a, person_id_seq b",
}
"""Whether nobody was here before: PostgreSQL gives no number again, also where what had it was taken back."""
INTO = 'INSERT INTO "{0}" SELECT * FROM json_populate_recordset(NULL::"{0}", {1})'


def once(session: Session, key: Hashable, act: Callable[[], Any]) -> Any:
    """Do `act`; in a new database in which it was done before, write the same rows and give the same answer.

    `key` is all that these depend on.
    """
    connection = session.connection()
    dialect = connection.dialect.name
    if not connection.exec_driver_sql(NEW[dialect]).scalar_one():
        return act()
    if (dialect, key) in _done:
        answer, write = _done[dialect, key]
        write(connection)
    else:
        answer = act()
        session.flush()
        _done[dialect, key] = answer, (_in_sqlite if dialect == "sqlite" else _in_postgres)(connection)
    return answer


def _in_sqlite(made: Connection) -> Callable[[Connection], None]:
    found = {table: made.exec_driver_sql(f'SELECT * FROM "{table}"').all() for table in TABLES}
    inserts = {
        f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(rows[0]))})': [tuple(row) for row in rows]
        for table, rows in found.items()
        if rows
    }

    def write(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # some tables name each other
        for insert, rows in inserts.items():
            connection.exec_driver_sql(insert, rows)

    return write


def _in_postgres(made: Connection) -> Callable[[Connection], object]:
    rows = " UNION ALL ".join(
        f"SELECT '{table}', json_agg(t)::text FROM \"{table}\" t HAVING count(*) > 0" for table in TABLES
    )
    numbers = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    # In one statement, at whose end keys are looked up, since some tables name each other. Without triggers none would
    # be, but all plans that the connection has made are forgotten when these are switched off.
    rows_of = [INTO.format(table, Literal(of).as_string()) for table, of in made.exec_driver_sql(rows)]
    inserts = ", ".join(f"made_{n} AS ({insert})" for n, insert in enumerate(rows_of))
    last = ", ".join(f"setval('{name}', {last})" for name, last in made.exec_driver_sql(numbers))
    said = f"WITH {inserts} SELECT {last}".replace("%", "%%")
    return lambda connection: connection.exec_driver_sql(said)
