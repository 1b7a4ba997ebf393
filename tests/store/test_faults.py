"""What a database says when it cannot, in words for whoever runs it."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from workflow_core.errors import InvalidInput
from workflow_core.store.database import faults
from workflow_core.store.database.engine import engine_for


def said(url: str, *statements: str) -> str:
    """Run statements on a database; return how what it says is explained."""
    driver = make_url(url).set(drivername="postgresql+psycopg") if url.startswith("postgres") else url
    engine = create_engine(driver)
    try:
        with pytest.raises(DBAPIError) as raised, engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()
    return faults.explain(url, raised.value)


def test_a_file_that_is_read_only_names_whose_it_is(sqlite_url: str) -> None:
    told = said(sqlite_url, "PRAGMA query_only = ON", "DELETE FROM pipeline")
    file = Path(make_url(sqlite_url).database)
    owner = file.owner()
    assert told.startswith(f"the database {file} may not be written by {owner} (attempt to write a readonly database)")
    assert told.endswith(f"; run the command as {owner}, whose it is")


def test_a_file_without_room_or_without_a_folder_is_named(tmp_path: Path, sqlite_url: str) -> None:
    filled = said(sqlite_url, "PRAGMA max_page_count = 1", "CREATE TABLE t AS SELECT randomblob(1000000) AS b")
    assert f"the database {make_url(sqlite_url).database} has no room on its disk (database or disk is full)" in filled
    missing = said(f"sqlite:///{tmp_path}/nowhere/a.db", "SELECT 1")
    assert f"the database {tmp_path}/nowhere/a.db cannot be opened (unable to open database file)" in missing


def test_a_server_says_what_is_not_there(postgres_url: str) -> None:
    there = make_url(postgres_url)
    other = there.set(database="other").render_as_string(hide_password=False)
    assert "make it with createdb" in said(other, "SELECT 1")
    stranger = there.set(username="nobody_at_all").render_as_string(hide_password=False)
    assert "make them with createuser" in said(stranger, "SELECT 1")
    assert "run: annoflow up, or annoflow db upgrade" in said(postgres_url, "SELECT * FROM nosuch")
    assert "run: annoflow up, or annoflow db upgrade" in said(postgres_url, "SELECT nosuch FROM pipeline")
    assert "is read-only (" in said(postgres_url, "SET TRANSACTION READ ONLY", "DELETE FROM pipeline")
    nowhere = said("postgresql://ann:secret@nowhere.invalid/annoflow", "SELECT 1")
    assert nowhere.startswith(
        "the database postgresql://ann:***@nowhere.invalid/annoflow is on a host that nobody knows"
    )
    assert "write @ as %40" in nowhere


TO = 'connection failed: connection to server at "10.0.0.7", port 5432 failed: '


@pytest.mark.parametrize(
    ("driver", "why"),
    [
        (
            f'{TO}FATAL:  password authentication failed for user "ann"',
            "does not let us in (…); is the password right?",
        ),
        (
            f'{TO}FATAL:  no pg_hba.conf entry for host "10.0.0.8", user "ann", database "a"',
            "let us in (…); its pg_hba",
        ),
        (f"{TO}FATAL:  sorry, too many clients already", "has no connection left (…); raise max_connections, or start"),
        (f'{TO}FATAL:  too many connections for role "ann"', "has no connection left (…); raise max_connections"),
        (f"{TO}FATAL:  remaining connection slots are reserved for roles with SUPERUSER", "has no connection left"),
        (f"{TO}Connection timed out", "does not answer (…); does the server run, and is it reached from here?"),
        (f"{TO}No route to host", "does not answer (…); does the server run"),
        ("connection timeout expired", "does not answer (…); does the server run"),
        (
            f"{TO}FATAL:  the database system is starting up",
            "does not answer yet, or no more (…); wait until the server",
        ),
        ("canceling statement due to statement timeout", "says: …"),
        ('could not extend file "base/5/1": No space left on device', "has no room on its disk (…); free some"),
        ("permission denied for schema public", "does not allow it (…); let the user own the database"),
        ("must be owner of table item", "does not allow it (…); let the user own the database"),
    ],
)
def test_what_a_server_says_is_explained_by_its_cause_and_a_way_out(driver: str, why: str) -> None:
    told = faults.explain("postgresql://db/a", OSError(driver)).replace(driver, "…")
    assert told.startswith("the database postgresql://db/a ")
    assert why in told


@pytest.mark.parametrize(
    ("driver", "why"),
    [
        ("file is not a database", "is no SQLite database (…); name the right one: ANNOFLOW_DATABASE_URL=sqlite:///"),
        ("database disk image is malformed", "is damaged (…); stop annoflow and restore a backup; annoflow db check"),
        ("database is locked", "has long been written to by somebody else (…); see who else has it open"),
        ("unable to open database file", "cannot be opened (…); is its folder there, and may "),
    ],
)
def test_what_is_wrong_with_a_file_is_explained_by_its_cause_and_a_way_out(driver: str, why: str) -> None:
    told = faults.explain("sqlite:////srv/a.db", sqlite3.OperationalError(driver)).replace(driver, "…")
    assert told.startswith(f"the database /srv/a.db {why}")


def test_what_is_not_known_is_repeated_and_is_one_line() -> None:
    error = DBAPIError("SELECT 1", None, sqlite3.OperationalError("the moon is down\nand more"))
    assert faults.explain("sqlite:///a.db", error) == "the database a.db says: the moon is down"
    assert faults.explain("postgresql://db/a", OSError("gone")) == "the database postgresql://db/a says: gone"


def test_an_address_with_two_at_signs_says_what_to_write() -> None:
    for url in ("postgresql://u:p@ss@h/db", "postgresql://u:pass@h:x/db"):
        with pytest.raises(InvalidInput, match="write @ as %40"):
            engine_for(url)


def test_what_was_asked_wrongly_is_no_fault_of_the_database(database_url: str) -> None:
    driver = make_url(database_url)
    engine = create_engine(driver.set(drivername="postgresql+psycopg") if "postgres" in database_url else driver)
    key = "INSERT INTO lease (name, holder, until) VALUES ('a', 'me', 0)"
    for statements in (["SELEKT 1"], ["SELECT count(1, 2)"], [key, key], ["INSERT INTO lease (name) VALUES ('a')"]):
        with pytest.raises(DBAPIError) as raised, engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        assert not faults.is_its_own(database_url, raised.value), statements
    with pytest.raises(DBAPIError) as raised, engine.begin() as connection:
        connection.execute(text("SELECT * FROM nosuch"))
    assert faults.is_its_own(database_url, raised.value)
    engine.dispose()
