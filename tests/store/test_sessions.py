"""Sessions whose statements go straight to the connection: beside objects, in savepoints, and after a rollback."""

import pytest
from sqlalchemy.exc import InvalidRequestError

from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import engine_for, glance, keep, session_scope, taken_back
from workflow_core.store.models import Person

ADD = "INSERT INTO lease (name, holder, until) VALUES ('one', 'me', 0)"
COUNT = "SELECT count(*) FROM lease"


def test_what_is_done_in_a_savepoint_is_taken_back_though_no_object_took_part(engine):
    with session_scope(engine) as session:
        with taken_back(session):
            run(session, ADD)
            assert run(session, COUNT).scalar() == 1
        assert run(session, COUNT).scalar() == 0
        run(session, ADD)
    with session_scope(engine) as session:
        assert run(session, COUNT).scalar() == 1


def test_objects_and_statements_see_each_other_and_are_kept_together(engine, now):
    with session_scope(engine) as session:
        ann = Person(email="ann@example.org", created_at=now)
        keep(session, ann)
        ann.name = "Ann"
        assert run(session, "SELECT name FROM person WHERE id = :id", id=ann.id).scalar() == "Ann"
        ann.name = "Anna"
    with session_scope(engine) as session:
        assert session.get_one(Person, ann.id).name == "Anna"


def test_what_was_rolled_back_is_over_and_nothing_is_written_after_it(engine):
    with session_scope(engine) as session:
        run(session, ADD)
        session.rollback()
        with pytest.raises(InvalidRequestError, match="ended"):
            run(session, ADD)
    with session_scope(engine) as session:
        assert run(session, COUNT).scalar() == 0


def in_transaction(session):
    """Say whether the driver has a transaction open for a session."""
    driver = session.connection().connection.driver_connection
    return bool(driver.info.transaction_status) if hasattr(driver, "info") else driver.in_transaction


@pytest.mark.parametrize("opened", [session_scope, glance])
def test_a_glance_is_in_no_transaction_on_postgresql_and_in_one_on_sqlite(engine, opened):
    with opened(engine) as session:
        run(session, COUNT).scalar()
        assert in_transaction(session) == (opened is session_scope or engine.dialect.name == "sqlite")


def test_the_connection_that_was_used_last_is_used_next(database_url: str) -> None:
    engine = engine_for(database_url)
    with engine.connect() as first:
        last = first.connection.driver_connection
        engine.connect().close()
    with engine.connect() as next:
        assert next.connection.driver_connection is last
    engine.dispose()
