"""Databases for tests: every store and service test runs on SQLite and on a real PostgreSQL."""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import leftovers
import migrated
import pytest
from engines import empty, forget, kept
from hypothesis import HealthCheck, settings
from running import PATIENCE
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from workflow_core.store.database import schema, writers
from workflow_core.store.database.engine import engine_for, session_scope

settings.register_profile(
    "busy",
    deadline=None,  # what is made up is judged by what it shows, not by how long it took here
    derandomize="ANNOFLOW_SOAK" not in os.environ,  # a new example is found by a soak, and not far from who wrote it
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("busy")


def pytest_configure() -> None:
    leftovers.end_with_this_run()
    writers.BUSY_MS = int(1_000 * PATIENCE)  # nobody gives up because others write slowly here


EARLY = ("prefect", "chromium", "xdist_group", "long")
"""What is begun first is marked with: what waits for Prefect's clocks and for browsers leaves the cores to the others
that way, and no worker has something long to do when all others are done."""
PROCESSES = {"api", "cli", "client", "demo", "docs", "flows", "up", "web"}
"""Folders of tests that start browsers, servers and other processes, and wait for them."""
SECOND_TRY = bool(os.environ.get("ANNOFLOW_SECOND_TRY"))
"""Whether such a test that fails is run again, and told of: where nobody can see what else the machine did."""


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for examples only where there are some: looking at all that a file knows takes each worker a second."""
    found = yield
    return [one for one in found if type(one) is pytest.Module or ">>>" in file_path.read_text()]


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Give one worker all that needs a Prefect server, one all that needs a browser, and begin with what is long."""
    for item in items:
        of = "prefect" if item.get_closest_marker("prefect") else "chromium"
        wanted = of == "prefect" or of in getattr(item, "fixturenames", ())
        if wanted:
            item.add_marker(of)
        if wanted and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(of))
        if SECOND_TRY and item.path.parent.parent == Path(__file__).parent and item.path.parent.name in PROCESSES:
            item.add_marker(pytest.mark.flaky(reruns=1))
    yield
    items.sort(key=lambda item: [item.get_closest_marker(mark) is None for mark in EARLY])


def pytest_collection_finish() -> None:
    """Keep what is there by now from being looked through for garbage again and again: it stays until the end."""
    gc.collect()
    gc.freeze()


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
def prefect_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prefect's database as its first start makes it, for homes in which that start is not what is tested."""
    own = tmp_path_factory.getbasetemp()
    return migrated.history(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


TESTED = "annoflow"
"""The database of all tests of a worker."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of our own, in a folder that goes away; a socket in it, no port."""
    import postgresql

    # Not below pytest's own folder: another run beside this one tidies that up.
    with tempfile.TemporaryDirectory(prefix=leftovers.folder_name(), ignore_cleanup_errors=True) as folder:
        server = postgresql.started(folder)
        # No test cuts the power; what a killed client had committed is there without it.
        for setting in ("fsync", "full_page_writes"):
            _execute(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
        # Nor has one many rows: to plan a statement for each value takes longer than what it does.
        _execute(server.get_uri(), "ALTER SYSTEM SET plan_cache_mode = force_generic_plan")
        # Tables that were just emptied, looked at between two tests, would count as empty for good: a thousand rows are
        # then joined one by one, for minutes.
        _execute(server.get_uri(), "ALTER SYSTEM SET autovacuum_analyze_threshold = 2000000000")
        _execute(server.get_uri(), "SELECT pg_reload_conf()")
        yield server.get_uri()
        forget(_database(server.get_uri(), TESTED))
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
    return new_sqlite(sqlite_template)


def new_sqlite(sqlite_template: Path) -> str:
    """Return the one address for all tests of a worker, with a file of its own for each."""
    path = sqlite_template.with_name("annoflow.db")
    url = f"sqlite:///{path}"
    kept(url).dispose()
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy(sqlite_template, path)
    return url


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> str:
    return new_postgres(postgres_server, postgres_template)


def new_postgres(postgres_server: str, postgres_template: str) -> str:
    """Return the one database for all tests of a worker, emptied before each: making one takes longer."""
    url = _database(postgres_server, TESTED)
    try:
        as_it_was = empty(url)
    except DBAPIError:
        as_it_was = False
    if not as_it_was:
        forget(url)
        _execute(postgres_server, f"DROP DATABASE IF EXISTS {TESTED} WITH (FORCE)")
        _execute(postgres_server, f"CREATE DATABASE {TESTED} TEMPLATE {postgres_template}")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of this test's own."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared_session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """One transaction for the tests of a module that take back what they do, and use no other database."""
    if request.param == "sqlite":
        url = new_sqlite(request.getfixturevalue("sqlite_template"))
    else:
        url = new_postgres(*map(request.getfixturevalue, ("postgres_server", "postgres_template")))
    with session_scope(kept(url)) as session:
        yield session
        session.rollback()


@pytest.fixture
def engine(database_url: str) -> Engine:
    """As good as a new one: who listens to it hears nothing of the next test."""
    return kept(database_url).execution_options()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Engine:
    return kept(sqlite_url).execution_options()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One transaction; committed at the end unless the test failed inside it."""
    with session_scope(engine) as session:
        yield session


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
