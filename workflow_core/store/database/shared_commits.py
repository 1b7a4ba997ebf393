"""Acts of one process that share a commit: SQLite has one writer, and waits for the disk with each commit.

Who wants to write while somebody writes joins their transaction when it is their turn, with a savepoint of their own: a
refusal takes back that alone. Nobody is done before all is committed. Nobody waits for company, either: the transaction
ends as soon as nobody else wants in, so that who is alone commits at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from sqlalchemy import Engine
from sqlalchemy.engine import Transaction
from sqlmodel import Session

from workflow_core.store.database.engine import session_scope
from workflow_core.store.database.sessions import Scope, committed

MOST = 16
"""How many acts share a commit: other processes wait for all of them."""


class _Transaction:
    """What some acts do together; `failed` is why it could not be committed."""

    def __init__(self, engine: Engine) -> None:
        self.connection = engine.connect()
        self.acts = 0
        self.failed: BaseException | None = None
        self.ended = Event()

    def commit(self) -> None:
        try:
            self.connection.commit()
        except BaseException as error:
            self.failed = error
            self.connection.invalidate()  # else the pool would keep it with its transaction open
        finally:
            self.connection.close()
            self.ended.set()


class Writers:
    """Those in a process who write to a database by turns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = Lock()
        self._counting = Lock()
        self._waiting = 0
        self._open: _Transaction | None = None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session for one act; its turn begins with its first statement, and at the end it is durable.

        On PostgreSQL, whose writers need not wait for each other, each has a transaction of its own.
        """
        if self._engine.dialect.name == "postgresql":
            with session_scope(self._engine) as session:
                yield session
            return
        joined: list[_Transaction] = []

        def begin() -> Transaction:
            joined.append(self._join())
            return joined[0].connection.begin_nested()

        def leave(_: Scope) -> None:
            if joined:
                self._leave(joined[0])

        with committed(Scope(begin), leave) as session:
            yield session

    def _join(self) -> _Transaction:
        """Wait for one's turn; returns the transaction to write in, which everybody who joins has to leave."""
        with self._counting:
            self._waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._counting:
                self._waiting -= 1
        try:
            self._open = self._open or self._begun()
        except BaseException:
            self._turn.release()
            raise
        self._open.acts += 1
        return self._open

    def _begun(self) -> _Transaction:
        transaction = _Transaction(self._engine)
        try:
            transaction.connection.begin()
        except BaseException:
            transaction.connection.close()
            raise
        return transaction

    def _leave(self, transaction: _Transaction) -> None:
        with self._counting:
            others = self._waiting > 0
        if not others or transaction.acts >= MOST:
            self._open = None
            transaction.commit()
        self._turn.release()
        transaction.ended.wait()
        if transaction.failed is not None:
            raise transaction.failed
