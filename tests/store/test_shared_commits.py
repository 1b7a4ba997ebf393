"""Acts of one process that share a commit: each for itself what is refused, all together what is durable."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from running import wait_until
from sqlalchemy import Engine, event
from sqlmodel import Session

from workflow_core.errors import NotFound
from workflow_core.store.database import shared_commits
from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import after_commit, engine_for, session_scope
from workflow_core.store.database.shared_commits import Writers

ADD = "INSERT INTO lease (name, holder, until) VALUES (:name, 'me', 0)"


@contextmanager
def commits(engine: Engine) -> Iterator[list[int]]:
    """Collect how many leases were there at each commit."""
    found: list[int] = []

    def count(connection):
        found.append(connection.exec_driver_sql("SELECT count(*) FROM lease").scalar_one())

    event.listen(engine, "commit", count)
    yield found
    event.remove(engine, "commit", count)


def add(name: str, *, refused: bool = False) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        run(session, ADD, name=name)
        if refused:
            raise NotFound(name)

    return act


def at_once(engine: Engine, acts: Sequence[Callable[[Session], None]]) -> list[Future[None]]:
    """Let the first act go on until all others wait for their turn; returns what became of each."""
    writers = Writers(engine)

    def do(act: Callable[[Session], None]) -> None:
        with writers.session() as session:
            act(session)

    def first(session: Session) -> None:
        run(session, "SELECT 1")
        joined.set()
        wait_until(lambda: writers._waiting == len(acts) - 1, look=0.001)
        acts[0](session)

    joined = Event()
    with ThreadPoolExecutor(len(acts)) as pool:
        one = pool.submit(do, first)
        joined.wait()
        return [one, *[pool.submit(do, act) for act in acts[1:]]]


def names(engine: Engine) -> set[str]:
    with session_scope(engine) as session:
        return set(run(session, "SELECT name FROM lease").scalars())


def test_who_is_alone_commits_at_once(sqlite_engine):
    writers = Writers(sqlite_engine)
    with commits(sqlite_engine) as found:
        for name in "ab":
            with writers.session() as session:
                add(name)(session)
    assert found == [1, 2]


def test_who_comes_meanwhile_shares_the_commit(sqlite_engine):
    with commits(sqlite_engine) as found:
        done = at_once(sqlite_engine, [add(name) for name in "abcd"])
    assert [one.exception() for one in done] == [None] * 4
    assert found == [4]


def test_what_is_refused_takes_back_itself_alone(sqlite_engine):
    refused = at_once(sqlite_engine, [add("a"), add("b", refused=True), add("c", refused=True), add("d")])
    assert [type(one.exception()) for one in refused] == [type(None), NotFound, NotFound, type(None)]
    assert names(sqlite_engine) == {"a", "d"}


def test_nobody_is_done_before_the_commit_and_without_it_nobody_is(sqlite_engine):
    done: list[str] = []

    def noting(name: str) -> Callable[[Session], None]:
        def act(session: Session) -> None:
            add(name)(session)
            after_commit(session, call=lambda: done.append(name))

        return act

    def fail(_):
        assert done == []
        raise OSError("the disk is full")

    event.listen(sqlite_engine, "commit", fail)
    failed = at_once(sqlite_engine, [noting(name) for name in "abc"])
    event.remove(sqlite_engine, "commit", fail)
    assert [str(one.exception()) for one in failed] == ["the disk is full"] * 3
    assert (done, names(sqlite_engine)) == ([], set())
    at_once(sqlite_engine, [noting(name) for name in "abc"])
    assert sorted(done) == ["a", "b", "c"]


def test_after_some_acts_others_than_this_process_have_their_turn(sqlite_engine, monkeypatch):
    monkeypatch.setattr(shared_commits, "MOST", 2)
    with commits(sqlite_engine) as found:
        at_once(sqlite_engine, [add(name) for name in "abcde"])
    assert found == [2, 4, 5]


def test_who_cannot_begin_keeps_nobody_else_out(sqlite_engine):
    def fail(_):
        raise OSError("no such file")

    writers = Writers(sqlite_engine)
    event.listen(sqlite_engine, "begin", fail)
    with pytest.raises(OSError, match="no such file"), writers.session() as session:
        add("a")(session)
    event.remove(sqlite_engine, "begin", fail)
    with writers.session() as session:
        add("b")(session)
    assert names(sqlite_engine) == {"b"}


def test_who_does_nothing_waits_for_nobody(sqlite_engine):
    writers = Writers(sqlite_engine)
    with writers.session() as session:
        add("a")(session)
        with writers.session():
            pass
    assert names(sqlite_engine) == {"a"}


def test_on_postgresql_everybody_has_a_transaction_of_their_own(postgres_url):
    engine = engine_for(postgres_url)
    writers = Writers(engine)
    with writers.session() as one, writers.session() as another:
        add("a")(one)
        add("b")(another)
    assert names(engine) == {"a", "b"}
    engine.dispose()
