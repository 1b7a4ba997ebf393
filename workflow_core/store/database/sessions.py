"""Sessions in which statements go straight to the connection of their transaction.

SQLAlchemy's session looks that up for each statement, and begins and ends a transaction of its own around it, which was
a tenth of what a click takes. Here its own comes only with objects; savepoints are its own, too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Transaction
from sqlalchemy.exc import InvalidRequestError
from sqlmodel import Session, SQLModel


class Scope(Session):
    """A session of one transaction, which `begin`s with the first statement and is the session's to end."""

    def __init__(self, begin: Callable[[], Transaction]) -> None:
        super().__init__(expire_on_commit=False, join_transaction_mode="rollback_only")
        self._begun_by = begin
        self.begun: Transaction | None = None

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """Return the connection, on which the transaction has begun."""
        if self.begun is None:
            self.begun = self._begun_by()
        elif not self.begun.is_active:
            raise InvalidRequestError("the transaction of this session has ended")
        return self.begun.connection

    def connection(self, *args: Any, **options: Any) -> Connection:
        """Return it for a statement; in a savepoint once SQLAlchemy has set that, which it puts off until then."""
        if self.in_nested_transaction():
            return super().connection(*args, **options)
        return self.get_bind()

    def commit(self) -> None:
        """Write what was changed in objects, and commit."""
        if self.in_transaction():
            super().commit()
        if self.begun is not None and self.begun.is_active:
            self.begun.commit()

    def rollback(self) -> None:
        """Take everything back."""
        super().rollback()
        if self.begun is not None and self.begun.is_active:
            self.begun.rollback()

    def close(self) -> None:
        """Let go of objects, if there are any."""
        if self.in_transaction() or len(self.identity_map):
            super().close()


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


@contextmanager
def committed(session: Scope, end: Callable[[Scope], object]) -> Iterator[Session]:
    """Commit a session at the end, or roll it back on an exception; `end` gives back what it had of a connection.

    Who waits for the commit is called back when all of that is done.
    """
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()
        end(session)
    for call in session.info.pop("after_commit", ()):
        call()
