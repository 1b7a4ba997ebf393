"""What is answered while the database cannot do its work: that it is worth asking again, and nothing it said."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from stage import Stage

from workflow_core.store.database import writers

on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
SignIn = Callable[..., TestClient]


def assert_worth_asking_again(answer: Any) -> None:
    assert answer.status_code == 503, answer.text
    assert (answer.json()["code"], int(answer.headers["Retry-After"]) > 0) == ("unavailable", True)
    for word in ("psycopg", "sqlite", "SELECT", "accepting", "locked", "timeout"):
        assert word not in answer.text


@contextmanager
def taken_away(url: str) -> Iterator[None]:
    """Let nobody into a database of PostgreSQL, and throw out who is in."""
    there = make_url(url).set(drivername="postgresql+psycopg")
    server = create_engine(there.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {there.database} ALLOW_CONNECTIONS false")
        connection.exec_driver_sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{there.database}'"
        )
        try:
            yield
        finally:
            connection.exec_driver_sql(f"ALTER DATABASE {there.database} ALLOW_CONNECTIONS true")
    server.dispose()


@on_postgres
def test_a_server_that_lets_nobody_in_is_told_to_its_operator_alone(
    stage: Stage, as_: SignIn, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    ann = as_("ann")
    (share,) = ann.get("/api/me/assignments").json()
    with taken_away(database_url):
        for answer in (ann.get("/api/me/assignments"), ann.post(f"/api/tasks/{share['task_id']}/claims")):
            assert_worth_asking_again(answer)
            assert f"{answer.json()['request']}: the database" in caplog.text
        assert_worth_asking_again(ann.get("/ready"))
    assert ann.get("/api/me/assignments").status_code == 200


@on_postgres
def test_a_statement_that_takes_too_long_is_worth_asking_again(stage: Stage, as_: SignIn) -> None:
    stage.add_items(1)
    ann = as_("ann")
    (share,) = ann.get("/api/me/assignments").json()

    def hurry(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL statement_timeout = '50ms'")

    with stage.engine.begin() as other:
        other.exec_driver_sql("SELECT 1 FROM task_item FOR UPDATE")
        assert ann.post(f"/api/tasks/{share['task_id']}/claims").json() == []  # whoever claims waits for nobody
        other.exec_driver_sql("LOCK TABLE task_item")
        event.listen(ann.app.state.engine, "begin", hurry)  # of the engine: its pool is there for the next test, too
        assert_worth_asking_again(ann.post(f"/api/tasks/{share['task_id']}/claims"))
        event.remove(ann.app.state.engine, "begin", hurry)
    assert len(ann.post(f"/api/tasks/{share['task_id']}/claims").json()) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_somebody_writes_for_long_is_worth_asking_again(
    stage: Stage, as_: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.add_items(1)
    ann = as_("ann")
    (share,) = ann.get("/api/me/assignments").json()
    monkeypatch.setattr(writers, "BUSY_MS", 50)
    with stage.engine.begin():
        assert_worth_asking_again(ann.post(f"/api/tasks/{share['task_id']}/claims"))
        assert ann.get("/api/me/assignments").status_code == 200
    assert len(ann.post(f"/api/tasks/{share['task_id']}/claims").json()) == 1
