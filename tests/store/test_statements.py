"""Statements that go to the driver as they are: what is bound, what comes back, and what goes wrong."""

from contextlib import nullcontext

import pytest
from counting import statements
from sqlalchemy.exc import IntegrityError, OperationalError

from workflow_core.store.database import engine as database
from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import engine_for, session_scope


def test_values_are_bound_by_name_and_what_only_looks_like_one_is_left_alone(session):
    found = run(session, """SELECT :n % 3 AS rest, 'a%:' AS word, '{"n": 1}' AS text, :n AS again""", n=7).one()
    assert (found.rest, found.word, found.text, found.again) == (1, "a%:", '{"n": 1}', 7)


def test_rows_are_taken_whole_one_by_one_by_name_or_by_their_first_column(session):
    two = "SELECT 1 AS id, 'a' AS name UNION ALL SELECT 2, 'b' ORDER BY id"
    assert run(session, two).all() == list(run(session, two)) == [(1, "a"), (2, "b")]
    assert run(session, two).mappings() == [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
    assert run(session, two).scalars() == [1, 2]
    assert (run(session, two).first().name, run(session, two).scalar()) == ("a", 1)
    none = "SELECT 1 AS id WHERE 1 = 0"
    assert (run(session, none).first(), run(session, none).scalar()) == (None, None)
    with pytest.raises(ValueError):
        run(session, two).one()


def test_what_the_database_refuses_is_an_error_of_sqlalchemy_with_the_statement(engine):
    with pytest.raises(IntegrityError, match=r"INSERT INTO draft"), session_scope(engine) as session:
        values = "(task_item_id, person_id, content, updated_at) VALUES (:id, :id, NULL, 0)"
        run(session, f"INSERT INTO draft {values}", id=1)


def test_who_listens_to_an_engine_hears_its_statements(engine):
    with session_scope(engine) as session, statements(engine) as said:
        run(session, "SELECT 1")
    assert said == ["SELECT 1"]


def test_a_connection_that_is_gone_is_not_used_again(postgres_url):
    engine = engine_for(postgres_url)
    with pytest.raises(OperationalError, match="pg_terminate_backend") as gone, session_scope(engine) as session:
        run(session, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert gone.value.connection_invalidated
    with session_scope(engine) as session:
        assert run(session, "SELECT 1").scalar() == 1
    engine.dispose()


@pytest.mark.parametrize("idle", [0, 60])
def test_a_connection_that_lay_idle_is_asked_whether_it_is_there_before_it_is_used(postgres_url, monkeypatch, idle):
    monkeypatch.setattr(database, "IDLE", idle)
    engine, another = engine_for(postgres_url), engine_for(postgres_url)
    with session_scope(engine) as session:
        key = run(session, "SELECT pg_backend_pid()").scalar()
    with session_scope(another) as session:
        run(session, "SELECT pg_terminate_backend(:key, 5000)", key=key)
    fails = nullcontext() if idle == 0 else pytest.raises(OperationalError)
    with fails, session_scope(engine) as session:
        run(session, "SELECT 1")
    engine.dispose()
    another.dispose()
