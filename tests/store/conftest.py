"""A database of a hundred thousand items, filled once for all tests of plans."""

import shutil

import pytest
from crowded import settle
from sqlalchemy import create_engine, make_url
from sqlmodel import Session

from workflow_core.store.database.engine import engine_for


def one_worker(database):
    """Have what takes long to fill filled once."""
    return pytest.param(database, marks=pytest.mark.xdist_group(f"plans-{database}"))


@pytest.fixture(scope="session", params=[one_worker("sqlite"), one_worker("postgres")])
def full(request, tmp_path_factory):
    """An engine on a database of a hundred thousand items, in every state."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("plans") / "annoflow.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        template = request.getfixturevalue("postgres_template")
        url = make_url(request.getfixturevalue("postgres_server"))
        server = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS plans WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE plans TEMPLATE {template}")
        server.dispose()
        url = url.set(database="plans").render_as_string(hide_password=False)
    engine = engine_for(url)
    settle(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def thrown_away(full):
    """A session whose work is thrown away."""
    with Session(full) as session:
        if full.dialect.name == "postgresql":
            # By the work that a plan is, whatever helpers would share it.
            session.connection().exec_driver_sql("SET LOCAL max_parallel_workers_per_gather = 0")
        yield session
        session.rollback()
