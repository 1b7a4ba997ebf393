"""One writer at a time on SQLite: the others wait, take their turn at once, and do not wait for ever."""

import threading
from pathlib import Path

import pytest
from running import PATIENCE, wait_until
from sqlalchemy.exc import OperationalError
from sqlmodel import text

from workflow_core.store.database import writers
from workflow_core.store.database.engine import session_scope
from workflow_core.store.database.faults import Fault
from workflow_core.store.database.writers import somebody_waits


def held(engine, until):
    """Hold the writer's turn in another thread until an event; returns the thread, once it holds it."""
    holds = threading.Event()

    def hold():
        with session_scope(engine) as session:
            session.connection()
            holds.set()
            until.wait(PATIENCE)

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(PATIENCE)
    return thread


def test_a_writer_waits_for_the_one_before_it(sqlite_engine):
    until = threading.Event()
    thread = held(sqlite_engine, until)
    threading.Timer(0.2, until.set).start()
    with session_scope(sqlite_engine) as session:
        session.connection()
        assert until.is_set()
    thread.join()


def test_a_writer_that_waits_too_long_is_told_that_the_database_is_locked(sqlite_engine, monkeypatch):
    monkeypatch.setattr(writers, "BUSY_MS", 50)
    until = threading.Event()
    thread = held(sqlite_engine, until)
    with pytest.raises(OperationalError, match="locked"), session_scope(sqlite_engine) as session:
        session.connection()
    until.set()
    thread.join()


def test_a_writer_that_will_not_wait_is_told_at_once_that_another_writes(sqlite_engine):
    with session_scope(sqlite_engine, wait=False) as session:
        session.connection()
    until = threading.Event()
    thread = held(sqlite_engine, until)
    with pytest.raises(Fault, match="locked"), session_scope(sqlite_engine, wait=False) as session:
        session.connection()
    assert not until.is_set()
    until.set()
    thread.join()


def test_a_reader_does_not_wait_for_a_writer(sqlite_engine):
    until = threading.Event()
    thread = held(sqlite_engine, until)
    with session_scope(sqlite_engine, read_only=True) as session:
        session.connection().execute(text("SELECT count(*) FROM task_item"))
    assert not until.is_set()
    until.set()
    thread.join()


def at(path):
    """Return how many hold or want the lock of a file, as the kernel tells it."""
    return Path("/proc/locks").read_text().count(f":{path.stat().st_ino} ")


def test_writers_have_their_turn_in_the_order_in_which_they_came(sqlite_engine):
    queue = Path(f"{sqlite_engine.url.database}-queue")
    until, turns = threading.Event(), []
    threads = [held(sqlite_engine, until)]

    def write(number):
        with session_scope(sqlite_engine) as session:
            session.connection()
            turns.append(number)

    for number in range(12):
        threads.append(threading.Thread(target=write, args=(number,)))
        threads[-1].start()
        wait_until(lambda number=number: at(queue) > number, look=0.001)
    until.set()
    for thread in threads:
        thread.join()
    assert turns == list(range(12))


def test_who_writes_sees_whether_somebody_waits_for_it(sqlite_engine):
    seen = []

    def write():
        with session_scope(sqlite_engine) as session:
            session.connection()
            seen.append(somebody_waits(session))

    thread = threading.Thread(target=write)
    with session_scope(sqlite_engine) as session:
        assert not somebody_waits(session)
        thread.start()
        wait_until(lambda: somebody_waits(session), look=0.001)
    thread.join()
    assert seen == [False]


def test_what_one_transaction_is_told_the_next_one_of_its_connection_is_not(sqlite_engine):
    for told in ({"read_only": True}, {"wait": False}):
        with session_scope(sqlite_engine, **told) as session:
            before = session.connection().connection.driver_connection
        with session_scope(sqlite_engine) as session:
            assert session.connection().connection.driver_connection is before
            with pytest.raises(Fault, match="locked"), session_scope(sqlite_engine, wait=False) as other:
                other.connection()
