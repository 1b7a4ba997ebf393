"""The few places where SQLite and PostgreSQL say the same thing in other words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from json import dumps
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from workflow_core.domain.items.sampling import PRIME, SCALE, Seed
from workflow_core.store.database.columns import micros
from workflow_core.store.database.statements import Rows, execute


def is_postgres(session: Session) -> bool:
    """Say whether the session talks to PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def run(session: Session, sql: str, /, **values: Any) -> Rows:
    """Execute one statement; moments are bound as the database keeps them, in microseconds.

    What was changed in objects of the session is written before, so that the statement sees it.
    """
    if session.in_transaction() and (session.new or session.dirty or session.deleted):
        session.flush()
    bound: Mapping[str, Any] = {
        name: micros(value) if isinstance(value, datetime) else value for name, value in values.items()
    }
    return execute(session.connection(), sql, bound)


def run_many(session: Session, sql: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Execute one statement for each of some rows, in one go."""
    session.connection().execute(text(sql), rows)


def listed(ids: Iterable[int]) -> str:
    """Return keys as SQL lists them; an empty list matches nothing."""
    return ", ".join(str(int(one)) for one in ids) or "NULL"


def among(session: Session, ids: Sequence[int]) -> tuple[str, object]:
    """Return the SQL that what stands before it is one of the keys bound as `ids`, and how these are bound.

    A single one is bound as it is: for a list, however short, PostgreSQL would plan the statement anew each time.
    """
    if len(ids) == 1:
        return "= :ids", ids[0]
    if is_postgres(session):
        return "= ANY(CAST(:ids AS BIGINT[]))", list(ids)
    return "IN (SELECT value FROM json_each(:ids))", dumps(list(ids))


def rows(
    session: Session, name: str, *, keys: Sequence[str], texts: Sequence[str] = (), documents: Sequence[str] = ()
) -> str:
    """Return the SQL of a table `d` of what is bound by a name: a list in JSON, of mappings of these columns."""
    return _rows(is_postgres(session), name, tuple(keys), tuple(texts), tuple(documents))


@cache
def _rows(postgres: bool, name: str, keys: Sequence[str], texts: Sequence[str], documents: Sequence[str]) -> str:
    if postgres:
        types = dict.fromkeys(keys, "BIGINT") | dict.fromkeys(texts, "TEXT") | dict.fromkeys(documents, "JSONB")
        columns = ", ".join(f"{column} {type}" for column, type in types.items())
        return f"jsonb_to_recordset(CAST(:{name} AS JSONB)) AS d({columns})"
    columns = ", ".join(
        [f"value ->> '{one}' AS {one}" for one in (*keys, *texts)] + [f"value -> '{one}' AS {one}" for one in documents]
    )
    return f"(SELECT {columns} FROM json_each(:{name})) AS d"


def gathered(session: Session, columns: str, of: str) -> str:
    """Return the SQL of a list in JSON with a list of these columns for each row; `of` is what follows FROM."""
    one, all_of = ("json_build_array", "json_agg") if is_postgres(session) else ("json_array", "json_group_array")
    return f"(SELECT CAST(coalesce({all_of}({one}({columns})), '[]') AS TEXT) FROM {of})"


def draw(seed: Seed) -> str:
    """Return the SQL of `domain.items.sampling.draw` of an item."""
    x = f"((item.id % {PRIME}) * {seed.a} + {seed.b}) % {PRIME}"
    x = f"(({x}) * ({x}) + {seed.c}) % {PRIME}"
    return f"((({x}) * {seed.a} + {seed.b}) % {PRIME}) * {SCALE} / {PRIME}"


def json(session: Session) -> str:
    """Return the type to which text is cast to be kept as a document."""
    return "JSONB" if is_postgres(session) else "TEXT"


def notify(session: Session) -> None:
    """Wake the movers when this transaction commits; on SQLite they see the file change."""
    if is_postgres(session):
        run(session, "SELECT pg_notify('annoflow_status', '')")
