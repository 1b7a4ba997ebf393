"""What all tables share: names of constraints, and short ways to say a column."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, String
from sqlmodel import Field, SQLModel

from workflow_core.store.database.columns import Document, Instant, Key

METADATA = SQLModel.metadata
METADATA.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


NEVER_AGAIN = {"sqlite_autoincrement": True}
"""For tables whose numbers the history knows: SQLite would give that of an erased row to the next one."""


class Table(SQLModel):
    """A table of annoflow."""


def key() -> Any:
    """Return an integer primary key; the database gives the number."""
    return Field(default=None, sa_column=Column(Key, primary_key=True, autoincrement=True))


def reference(column: str, *, null: bool = False, primary: bool = False) -> Any:
    """Return a foreign key to `table.column`."""
    default: Any = None if null else ...
    return Field(
        default=default,
        sa_column=Column(Key, ForeignKey(column), nullable=null, primary_key=primary, autoincrement=False),
    )


def on_sqlite_alone(**columns: str) -> Iterator[ForeignKeyConstraint]:
    """Yield foreign keys, each of a column to `table.column`, that PostgreSQL does without.

    There each row of a batch would be looked up in them, a third of what routing costs. For what is never deleted.
    """
    for name, column in columns.items():
        yield ForeignKeyConstraint([name], [column], info={"only": "sqlite"}).ddl_if(dialect="sqlite")


def number(*, null: bool = False, default: int | None = None) -> Any:
    """Return a 64-bit integer that is no key."""
    server = None if default is None else str(default)
    return Field(default=default, sa_column=Column(Key, nullable=null, server_default=server))


def path(length: int, *, default: Any = ...) -> Any:
    """Return a part of a path, which both databases order by code point, whatever the language of the database."""
    kind = String(length).with_variant(String(length, collation="C"), "postgresql")
    return Field(default=default, max_length=length, sa_column=Column(kind, nullable=False))


def document(*, null: bool = False, empty: type[dict[str, Any]] | type[list[Any]] = dict) -> Any:
    """Return a JSON document; assign a new one to change it, changes in place are not seen."""
    if null:
        return Field(default=None, sa_column=Column(Document, nullable=True))
    return Field(default_factory=empty, sa_column=Column(Document, nullable=False))


def instant(*, null: bool = False) -> Any:
    """Return a moment in UTC."""
    if null:
        return Field(default=None, sa_column=Column(Instant, nullable=True))
    return Field(sa_column=Column(Instant, nullable=False))
