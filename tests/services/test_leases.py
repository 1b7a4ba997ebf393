"""Of all who want to do a job, one does it at a time."""

import threading
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session
from stage import START

from workflow_core.store.database import leases
from workflow_core.store.database.engine import session_scope

TTL = timedelta(seconds=30)


def until(session: Session) -> datetime | None:
    found = leases.find(session, name="mover")
    return found.until if found else None


def test_one_holder_keeps_others_out_until_the_lease_is_over(session: Session) -> None:
    assert leases.hold(session, name="mover", holder="a", now=START, ttl=TTL)
    assert not leases.hold(session, name="mover", holder="b", now=START + TTL / 2, ttl=TTL)
    assert leases.hold(session, name="mover", holder="b", now=START + TTL, ttl=TTL)
    assert not leases.hold(session, name="mover", holder="a", now=START + TTL, ttl=TTL)


def test_the_holder_renews_and_nobody_else_comes_in(session: Session) -> None:
    for seconds in range(0, 100, 10):
        now = START + timedelta(seconds=seconds)
        assert leases.hold(session, name="mover", holder="a", now=now, ttl=TTL)
        assert not leases.hold(session, name="mover", holder="b", now=now, ttl=TTL)
        assert until(session) == now + TTL


def test_only_the_holder_gives_a_lease_up(session: Session) -> None:
    assert until(session) is None
    leases.hold(session, name="mover", holder="a", now=START, ttl=TTL)
    leases.release(session, name="mover", holder="b")
    assert until(session) == START + TTL
    leases.release(session, name="mover", holder="a")
    assert until(session) is None
    assert leases.hold(session, name="mover", holder="b", now=START, ttl=TTL)


def test_a_lease_of_a_clock_that_was_ahead_is_believed_no_longer_than_its_length(session: Session) -> None:
    assert leases.hold(session, name="mover", holder="ahead", now=START + timedelta(days=1), ttl=TTL)
    assert not leases.hold(session, name="mover", holder="b", now=START, ttl=TTL)
    assert until(session) == START + TTL
    assert not leases.hold(session, name="mover", holder="b", now=START + TTL / 2, ttl=TTL)
    assert until(session) == START + TTL
    assert leases.hold(session, name="mover", holder="b", now=START + TTL, ttl=TTL)


def test_a_holder_whose_clock_is_ahead_keeps_its_lease_while_it_renews_it(session: Session) -> None:
    for number in range(4):
        now = START + number * TTL / 2
        assert leases.hold(session, name="mover", holder="ahead", now=now + timedelta(days=1), ttl=TTL)
        assert not leases.hold(session, name="mover", holder="b", now=now, ttl=TTL)


def test_leases_of_other_names_are_other_leases(session: Session) -> None:
    assert leases.hold(session, name="mover", holder="a", now=START, ttl=TTL)
    assert leases.hold(session, name="next", holder="b", now=START, ttl=TTL)


def test_of_many_who_come_at_once_one_gets_it(engine: Engine) -> None:
    start = threading.Barrier(6)
    got: list[str] = []

    def come(holder: str) -> None:
        start.wait()
        with session_scope(engine) as session:
            if leases.hold(session, name="mover", holder=holder, now=START, ttl=TTL):
                got.append(holder)

    crowd = [threading.Thread(target=come, args=(f"process {number}",)) for number in range(6)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert len(got) == 1
