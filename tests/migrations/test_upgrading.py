import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from running import PATIENCE, wait_for
from sqlalchemy import Column, Integer, create_engine, inspect, make_url, text

from workflow_core.errors import Conflict, InvalidInput, Unavailable
from workflow_core.services.running.schema import check, upgrade
from workflow_core.store.database import schema
from workflow_core.store.database.engine import engine_for

UPGRADE = "import sys; from workflow_core.services.running.schema import upgrade; print(upgrade(sys.argv[1]))"
HANGS = """
import sys, time
from workflow_core.services.running.schema import upgrade
from workflow_core.store.database import schema
whole = schema.command.upgrade
def half(*arguments):
    whole(*arguments)
    print("all tables made", flush=True)
    time.sleep(60)
schema.command.upgrade = half
upgrade(sys.argv[1])
"""


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'a.db'}"
    url = request.getfixturevalue("postgres_url")
    engine = engine_for(url)
    schema.downgrade(engine, "base")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()
    return str(url)


on_both = pytest.mark.parametrize("empty_url", ["sqlite", "postgres"], indirect=True)


def start(script: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE, text=True, env={**os.environ})


@on_both
@pytest.mark.filterwarnings("ignore:autogenerate skipping")
def test_an_empty_database_is_brought_up_to_date_and_says_so(empty_url: str) -> None:
    (before,) = check(empty_url)
    assert before.endswith("run: annoflow up, or annoflow db upgrade")
    assert upgrade(empty_url) == (None, schema.head())
    assert upgrade(empty_url) == (schema.head(), schema.head())
    assert check(empty_url) == []


@on_both
def test_an_upgrade_killed_in_the_middle_leaves_nothing_and_the_next_one_finishes(empty_url: str) -> None:
    child = start(HANGS, empty_url)
    assert child.stdout is not None
    assert child.stdout.readline() == "all tables made\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    engine = engine_for(empty_url)
    wait_for(lambda: inspect(engine).get_table_names(), [])  # PostgreSQL notices in a while that its client is gone
    engine.dispose()
    assert upgrade(empty_url) == (None, schema.head())


@on_both
@pytest.mark.filterwarnings("ignore:autogenerate skipping")
def test_two_upgrades_at_once_both_succeed(empty_url: str) -> None:
    both = [start(UPGRADE, empty_url) for _ in range(2)]
    assert [child.communicate(timeout=PATIENCE)[0] != "" and child.returncode for child in both] == [0, 0]
    assert check(empty_url) == []


def test_a_newer_database_is_left_alone(database_url: str) -> None:
    engine = engine_for(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    (why,) = check(database_url)
    assert why == "the database is at revision 9999, which this annoflow does not know: it is of a newer one, use that"
    with pytest.raises(Conflict, match=re.escape(why)):
        upgrade(database_url)


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_database_of_before_the_first_migration_is_refused_and_its_work_shown_the_way(
    database_url: str, revision: str
) -> None:
    engine = engine_for(database_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO project (name, created_at) VALUES ('kept', 1)"))
        connection.execute(text("UPDATE alembic_version SET version_num = :old"), {"old": revision})
    (why,) = check(database_url)
    assert why == (
        f"the database is at revision {revision}, of an annoflow before the first release, and cannot be upgraded:"
        " export from it with the annoflow that made it (annoflow export),"
        " then import that into a new database (annoflow import)"
    )
    with pytest.raises(Conflict, match=re.escape(why)):
        upgrade(database_url)
    assert schema.current(engine) == revision
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM project")).scalars().all() == ["kept"]
    engine.dispose()


@on_both
def test_another_programs_tables_are_left_alone(empty_url: str) -> None:
    engine = engine_for(empty_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE task (x INTEGER)"))
    with pytest.raises(Conflict, match=r"task.*database of its own"):
        upgrade(empty_url)
    assert inspect(engine).get_table_names() == ["task"]
    engine.dispose()


def test_a_look_does_not_make_a_file(tmp_path: Path) -> None:
    assert "there is no database" in check(f"sqlite:///{tmp_path / 'a.db'}")[0]
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_said_to_be_unreachable(postgres_url: str) -> None:
    gone = make_url(postgres_url).set(database="gone").render_as_string(hide_password=False)
    with pytest.raises(Unavailable, match=r"gone is not there .* make it with createdb"):
        check(gone)


@pytest.mark.parametrize("url", ["mysql://x/y", "annoflow.db", ""])
def test_a_url_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        upgrade(url)


def test_rows_keep_their_references_while_a_table_is_remade(sqlite_url: str) -> None:
    engine = engine_for(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO project (id, name, created_at) VALUES (1, 'p', 1)"))
        connection.execute(text("INSERT INTO dataset (project_id, name, created_at) VALUES (1, 'd', 1)"))
    with schema._transaction(engine) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("project", recreate="always") as table:
            table.add_column(Column("note", Integer))
    plain = create_engine(sqlite_url)
    with plain.connect() as connection:
        assert (
            connection.execute(text("SELECT count(*) FROM dataset JOIN project p ON p.id = project_id")).scalar() == 1
        )
    plain.dispose()
    with pytest.raises(Conflict, match="breaks a reference"), schema._transaction(engine) as connection:
        connection.execute(text("DELETE FROM project"))
    engine.dispose()
