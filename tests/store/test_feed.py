"""Events are read on by number: each once, whatever transactions are open meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine
from stage import Stage

from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models.history import LOCK_BITS
from workflow_core.store.reads import feed

PIPELINE = """
project: {0}
pipeline: {0}
dataset: d
tasks: {{cars: {{type: annotation, recipe: {{labels: [car]}}, assignees: [ann@example.org], on: {{completed: done}}}}}}
exits: {{done: {{}}}}
"""
EVENT = "INSERT INTO event (at, verb, project_id) VALUES (1, 'placed', 1)"
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


def horizon(engine: Engine) -> int:
    with session_scope(engine, read_only=True) as session:
        return feed.horizon(session)


def read(engine: Engine) -> list[int]:
    """Return the events that may be told now."""
    until = horizon(engine)
    with session_scope(engine, read_only=True) as session:
        return list(run(session, "SELECT id FROM event WHERE id <= :until ORDER BY id", until=until).scalars())


@contextmanager
def writing(engine: Engine, events: int = 1) -> Iterator[Connection]:
    """Hold a transaction open that has written events."""
    with engine.connect() as connection, connection.begin():
        for _ in range(events):
            connection.exec_driver_sql(EVENT)
        yield connection


@on_postgres
def test_nothing_is_passed_that_an_open_transaction_may_yet_write(engine: Engine) -> None:
    with writing(engine):
        pass
    with writing(engine, 2) as first:  # 2 and 3
        with writing(engine) as second:  # 4
            with writing(engine):  # 5
                pass
            assert read(engine) == [1]
            second.exec_driver_sql(EVENT)  # 6
        assert read(engine) == [1]
        first.exec_driver_sql(EVENT)  # 7
        assert read(engine) == [1]
    assert read(engine) == [1, 2, 3, 4, 5, 6, 7]


@on_postgres
def test_what_is_taken_back_holds_nobody_up(engine: Engine) -> None:
    with pytest.raises(RuntimeError), writing(engine):
        raise RuntimeError
    with writing(engine):
        pass
    assert (read(engine), horizon(engine)) == ([2], 2)
    with engine.connect() as connection, connection.begin():
        with pytest.raises(RuntimeError), connection.begin_nested():
            connection.exec_driver_sql(EVENT)
            raise RuntimeError
        with writing(engine):
            pass
        connection.exec_driver_sql(EVENT)
        assert read(engine) == [2, 4]
    assert read(engine) == [2, 4, 5]


@on_postgres
def test_a_lock_has_only_the_low_bits_of_a_number(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT setval('event_id_seq', {3 * (LOCK_BITS + 1) - 2})")
    with writing(engine):
        before = read(engine)
        with writing(engine, 4):
            pass
        assert (before, read(engine)) == ([], [])
    assert len(read(engine)) == 5


def test_one_transaction_has_one_lock_however_much_it_writes(engine: Engine) -> None:
    with writing(engine, 50) as connection:
        if engine.dialect.name == "postgresql":
            locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            assert connection.exec_driver_sql(locks).scalar_one() == 1
        assert read(engine) == []
    assert read(engine) == list(range(1, 51))


def test_every_event_knows_its_project(engine: Engine) -> None:
    stage = Stage(engine)
    for stage.pipeline in ("one", "two"):
        stage.deploy(PIPELINE.format(stage.pipeline))
        stage.add_items(2)
        stage.do("ann", "cars", "completed")
        stage.advance()
    with stage.session() as session:
        asked = "SELECT e.project_id, count(*), count(DISTINCT e.item_id) FROM event e GROUP BY 1 ORDER BY 1"
        (_, *first), (_, *second) = run(session, asked).all()
        assert first == second == [8, 2]
