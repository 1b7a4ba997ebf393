"""One writer at a time on SQLite: the others wait, take their turn at once, and do not wait for ever."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import text

from workflow_core.store.database import engine as engines
from workflow_core.store.database.engine import session_scope, somebody_waits


def held(engine, until):
    """Hold the writer's turn in another thread until an event; returns the thread, once it holds it."""
    holds = threading.Event()

    def hold():
        with session_scope(engine) as session:
            session.connection()
            holds.set()
            until.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(5)
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
    monkeypatch.setattr(engines, "BUSY_MS", 50)
    until = threading.Event()
    thread = held(sqlite_engine, until)
    with pytest.raises(OperationalError, match="locked"), session_scope(sqlite_engine) as session:
        session.connection()
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
        soon = time.monotonic() + 5
        while at(queue) <= number and time.monotonic() < soon:
            time.sleep(0.001)
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
        soon = time.monotonic() + 5
        while not somebody_waits(session) and time.monotonic() < soon:
            time.sleep(0.001)
        assert somebody_waits(session)
    thread.join()
    assert seen == [False]
