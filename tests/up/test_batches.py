"""How much a mover moves at a time: more on a backlog, little where people wait, and nothing twice after a crash."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import leftovers
import postgresql
import pytest
from running import is_there, wait_for
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlmodel import select

from workflow_core.services import people
from workflow_core.services.contributors import work
from workflow_core.services.running import verification
from workflow_core.services.running.moves import Moved
from workflow_core.store.database import schema
from workflow_core.store.database.engine import Session, engine_for, session_scope
from workflow_core.store.models import Event as Happened
from workflow_core.store.models import Task
from workflow_core.up import batches
from workflow_core.up.batches import Batches


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Batches of two to ten, for which there is always time."""
    for name, value in {"BATCH": 2, "MOST": 10, "LONGEST": 600}.items():
        monkeypatch.setattr(batches, name, value)
    return monkeypatch


def now() -> datetime:
    return datetime.now(UTC)


def sizes(road: Any) -> list[int]:
    return [moved.routed for moved in iter(partial(Batches(road.engine).move, now=now()), Moved())]


def test_batches_grow_on_a_backlog_up_to_the_largest(road: Any, small: pytest.MonkeyPatch) -> None:
    road.complete(36)
    assert sizes(road) == [2, 4, 8, 10, 10, 2]


def test_a_batch_that_was_not_full_says_nothing_of_the_next_one(road: Any, small: pytest.MonkeyPatch) -> None:
    mover = Batches(road.engine)
    for completed, moved in ((5, [2, 3]), (6, [4, 2])):
        road.complete(completed)
        assert [mover.move(now=now()).routed for _ in moved] == moved


def test_batches_stay_small_where_larger_ones_take_too_long(road: Any, small: pytest.MonkeyPatch) -> None:
    small.setattr(batches, "LONGEST", 0)
    road.complete(6)
    assert sizes(road) == [2, 2, 2]


def test_batches_are_small_from_the_moment_when_somebody_waits_until_nobody_has_for_a_while(
    road: Any, small: pytest.MonkeyPatch
) -> None:
    answers = iter([False, True])
    small.setattr(batches, "somebody_waits", lambda _: next(answers, False))
    road.complete(12)
    mover = Batches(road.engine)
    assert [mover.move(now=now()).routed for _ in range(4)] == [2, 4, 2, 2]
    small.setattr(batches, "COMPANY", 0)
    road.complete(6)
    assert [mover.move(now=now()).routed for _ in range(3)] == [2, 4, 2]


def test_the_next_batch_is_of_the_next_pipeline(road: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []

    def advance(session: Session, *, limit: int, after: int, now: datetime) -> Moved:
        turns.append(after)
        return Moved(routed=1, pipeline_id=after + 1)

    monkeypatch.setattr(batches, "advance", advance)
    mover = Batches(road.engine)
    for _ in range(3):
        mover.move(now=now())
    assert turns == [0, 1, 2]


class Clock:
    """A clock that only what happens moves on."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_who_waits_has_three_times_as_long_to_themselves_as_the_batch_took_without_what_it_waited_for_itself(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()

    def advance(session: Session, **_: Any) -> Moved:
        session.connection()
        clock.now += 2
        return Moved(routed=1)

    def begin(_: Any) -> None:
        clock.now += 50

    monkeypatch.setattr(batches, "advance", advance)
    monkeypatch.setattr(batches, "somebody_waits", lambda _: True)
    monkeypatch.setattr(batches, "time", clock)
    event.listen(sqlite_engine, "begin", begin)
    Batches(sqlite_engine).move(now=now())
    assert clock.slept == [6]


class Server:
    """A PostgreSQL that can be killed, and started again on what it had on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = postgresql.started(folder)
        self.url = make_url(self._server.get_uri()).set(database="annoflow").render_as_string(hide_password=False)
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            # What need not be on disk is written there as late as possible.
            for statement in ("ALTER SYSTEM SET wal_writer_delay = '10s'", "SELECT pg_reload_conf()"):
                connection.execute(text(statement))
            connection.execute(text("CREATE DATABASE annoflow"))
        engine.dispose()
        engine = engine_for(self.url)
        schema.upgrade(engine)
        engine.dispose()

    def crash(self) -> None:
        """Kill all of its processes with -9, and start it again."""
        pid = self._server.get_pid()
        assert pid
        pids = [pid, *children(pid)]
        for one in pids:
            os.kill(one, signal.SIGKILL)
        wait_for(lambda: [one for one in pids if is_there(one)], [])
        for lock in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self._folder / lock).unlink()  # nobody may have noticed that it is dead
        self._server.ensure_postgres_running()

    def end(self) -> None:
        self._server.cleanup()


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        found += [int(entry.parent.name)] if parent == pid else []
    return found


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix=leftovers.folder_name(), ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        yield server
        server.end()


def test_a_crash_of_the_server_undoes_only_what_is_moved_again_and_nothing_that_anybody_was_told(
    server: Server, road_in: Callable[[str, int], Any]
) -> None:
    road = road_in(server.url, 12)
    road.complete(4)
    assert sizes(road) == [4]
    server.crash()
    road.engine.dispose()
    assert sum(sizes(road)) in (0, 4)
    road.complete(4)
    assert sizes(road) == [4]
    with session_scope(road.engine) as session:
        bo = people.person(session, email="bo@example.org")
        (signs,) = session.exec(select(Task.id).where(Task.name == "signs"))
        claim = work.claim_next(session, actor=bo, task_id=signs, now=now())
    assert claim is not None
    with session_scope(road.engine) as session:
        # When he is told, it is on disk, and with it all that was committed before: that the item came to him, too.
        told = work.submit(session, actor=bo, task_item_id=claim.id, status="completed", now=now())
    server.crash()
    road.engine.dispose()
    with session_scope(road.engine, read_only=True) as session:
        assert session.get_one(Happened, told.event_id).verb == "submitted"
    sizes(road)
    assert (road.unrouted(), road.moved()) == (0, 8)
    with session_scope(road.engine, read_only=True) as session:
        assert verification.check(session) == []


def test_a_mover_does_not_wait_for_the_disk_and_everybody_else_does(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_for(postgres_url)
    waits = []

    def look(session: Session, **_: object) -> Moved:
        waits.append(session.connection().exec_driver_sql("SHOW synchronous_commit").scalar())
        return Moved()

    monkeypatch.setattr(batches, "advance", look)
    Batches(engine).move(now=now())
    with session_scope(engine) as session:
        look(session)
    assert waits == ["off", "on"]
    engine.dispose()
