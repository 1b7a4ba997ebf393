"""Movers without Prefect: turns, hand-over, kills; on both databases."""

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from running import PATIENCE, wait_for, wait_until
from sqlmodel import col, func, select

from workflow_core.services.contributors import work
from workflow_core.services.running import leases, sweeps
from workflow_core.store.database import leases as store
from workflow_core.store.database.engine import engine_for, session_scope
from workflow_core.store.models import TaskItem
from workflow_core.store.routing import backlog
from workflow_core.up import mover
from workflow_core.up.standby import Standby

# Processes are forked from one that has loaded what they need: to load it takes each of them longer than to move.
forked = multiprocessing.get_context("forkserver")
forked.set_forkserver_preload(["httpx2", "psycopg", "workflow_core.services.contributors.work", mover.__name__])
LEASE = 1.0
LONG = 8.0
"""A lease that nobody loses because the machine is busy."""


def take_turns(url: str, lease: float = LEASE) -> None:
    turn = mover.Turn(engine_for(url), lease=lease)
    if turn.wait():
        for _ in turn.moves():
            pass


def drain(url: str) -> None:
    for _ in mover.drain(engine_for(url)):
        pass


@contextmanager
def process(target: Any, url: str) -> Iterator[Any]:
    running = forked.Process(target=target, args=(url,))
    running.start()
    try:
        yield running
    finally:
        running.kill()
        running.join()


def test_a_drain_moves_everything_and_ends(road: Any) -> None:
    road.complete(50)
    assert sum(moved.routed for moved in mover.drain(road.engine)) == 50
    assert list(mover.drain(road.engine)) == []
    road.check()


def test_a_drain_that_stays_takes_what_comes_later(road: Any) -> None:
    road.complete(1)
    later = threading.Timer(0.3, road.complete, [1])
    later.start()
    routed = 0
    for moved in mover.drain(road.engine, stay=PATIENCE):
        routed += moved.routed
        if routed == 2:
            break
    later.join()
    assert routed == 2


def test_a_drain_does_not_end_while_another_mover_has_what_is_left(road: Any) -> None:
    road.complete(5)
    routed: list[int] = []
    draining = threading.Thread(target=lambda: routed.append(sum(one.routed for one in mover.drain(road.engine))))
    with session_scope(road.engine) as session:
        for one in backlog.waiting(session, after=0):
            backlog.hold(session, one)
        draining.start()
        draining.join(0.5)
        assert draining.is_alive()
    draining.join()
    assert routed == [5]


def test_a_mover_killed_in_mid_batch_loses_nothing_and_the_next_one_goes_on(long_road: Any) -> None:
    chance = random.Random(4)
    for _ in range(4):
        long_road.complete(60)
        with process(take_turns, long_road.url) as running:
            wait_until(lambda: leases.holder(long_road.engine))
            setting = threading.Thread(target=long_road.complete, args=(20,))
            setting.start()
            time.sleep(chance.uniform(0.0, 0.06))
            os.kill(running.pid, signal.SIGKILL)
            setting.join()
    with process(take_turns, long_road.url):
        wait_for(long_road.unrouted, 0)
    assert len(long_road.done) == 320
    long_road.check()


def test_four_movers_at_once_move_every_item_exactly_once(long_road: Any) -> None:
    long_road.complete(300)
    drains = [forked.Process(target=drain, args=(long_road.url,)) for _ in range(4)]
    for one in drains:
        one.start()
    for one in drains:
        one.join()
    assert [one.exitcode for one in drains] == [0, 0, 0, 0]
    assert long_road.unrouted() == 0
    long_road.check()


def test_a_successor_takes_over_without_a_gap_and_a_third_one_goes_away(road: Any) -> None:
    stop = threading.Event()
    turns = [mover.Turn(engine_for(road.url), lease=PATIENCE, stop=stop.is_set) for _ in range(3)]
    assert turns[0].wait()
    came: list[bool] = []
    waiting = threading.Thread(target=lambda: came.append(turns[1].wait()), daemon=True)
    waiting.start()
    wait_until(lambda: leases.holder(road.engine, leases.NEXT))
    assert not turns[2].wait()
    turns[0]._renew = 0.0  # it looks at once who waits, though its lease is long
    list(turns[0].moves())
    waiting.join()
    assert came == [True]
    stop.set()
    list(turns[1].moves())
    assert not leases.holder(road.engine)


def test_the_lease_of_a_killed_mover_is_freed_at_once_where_it_was_and_kept_while_it_lives(road: Any) -> None:
    with process(take_turns, road.url) as running:
        wait_until(lambda: leases.holder(road.engine))
        assert not mover.bury(road.engine)
        os.kill(running.pid, signal.SIGKILL)
        running.join()
        assert mover.bury(road.engine)
        assert not leases.holder(road.engine)


def test_the_lease_of_another_machine_is_not_freed_by_a_process_number_that_is_unknown_here(road: Any) -> None:
    ended = forked.Process(target=time.time)
    ended.start()
    ended.join()
    here = mover.holder_name().partition("@")[2]
    for holder, freed in ((f"{ended.pid}@elsewhere/x", False), (f"{ended.pid}@{here}", True)):
        assert leases.hold(road.engine, leases.MOVER, holder=holder, ttl=timedelta(minutes=1))
        assert mover.bury(road.engine) == freed
        assert (leases.holder(road.engine) is None) == freed
        leases.release(road.engine, leases.MOVER, holder=holder)


def test_a_mover_waits_no_longer_than_a_lease_for_one_whose_clock_was_ahead(road: Any) -> None:
    def hold_ahead() -> None:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        with session_scope(road.engine) as session:
            store.hold(session, name=leases.MOVER, holder="ahead", now=tomorrow, ttl=timedelta(seconds=LEASE))

    looks: list[float] = []

    def late() -> bool:
        if not looks:  # once more, while somebody waits already
            hold_ahead()
        looks.append(time.monotonic())
        return looks[-1] > looks[0] + PATIENCE

    hold_ahead()
    turn = mover.Turn(engine_for(road.url), lease=LEASE, stop=late)
    assert turn.wait()
    assert leases.holder(road.engine, expired=True) == turn.holder


def test_a_mover_asked_to_stop_ends_its_shift_and_leaves_no_lease(road: Any) -> None:
    with process(partial(take_turns, lease=LONG), road.url) as running:
        wait_until(lambda: leases.holder(road.engine))
        assert mover.ask_to_stop(road.engine, patience=PATIENCE)
        running.join()
        assert running.exitcode == 0
    assert not leases.holder(road.engine, leases.NEXT)


def test_a_mover_whose_parent_is_gone_ends_by_itself(road: Any) -> None:
    alive, writing = forked.Pipe(duplex=False)
    parent = forked.Process(target=start_and_vanish, args=(road.url, writing))
    parent.start()
    writing.close()
    parent.join()
    assert alive.poll(PATIENCE), "the mover still holds its end of the pipe"
    assert not leases.holder(road.engine)


def start_and_vanish(url: str, writing: Any) -> None:
    forked.Process(target=take_turns_holding, args=(url, writing)).start()
    engine = engine_for(url)
    wait_until(lambda: leases.holder(engine))
    os._exit(0)


def take_turns_holding(url: str, writing: Any) -> None:
    take_turns(url)
    writing.close()


def test_every_status_reaches_the_next_task_across_a_change_of_movers(long_road: Any) -> None:
    def step() -> int | None:
        long_road.complete(1)
        wait_for(long_road.unrouted, 0, pause=0.01)
        return holder(long_road)

    with process(take_turns, long_road.url) as first:
        wait_for(lambda: holder(long_road), first.pid)
        for _ in range(20):
            step()
        with process(take_turns, long_road.url) as successor:
            wait_until(lambda: step() == successor.pid)
            for _ in range(20):
                step()
    long_road.check()


def holder(road: Any) -> int | None:
    """Return the process that moves, between two turns None."""
    found = leases.holder(road.engine)
    return int(found.partition("@")[0]) if found else None


def test_what_moves_in_prefects_place_gives_back_what_nobody_works_on(road: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(sweeps, "EVERY", 0.1)
    with session_scope(road.engine) as session:
        task_id = session.get_one(TaskItem, road.todo[0]).task_id
        work.claim_next(session, actor=road.ann, task_id=task_id, now=datetime.now(UTC) - timedelta(days=1))
    stop = threading.Event()
    standby = Standby(road.url, lease=LEASE, say=lambda _: None, stop=stop)
    standby.look(since=0.0, ask=None)
    try:
        wait_for(lambda: claimed(road), 0)
    finally:
        stop.set()
        standby.end(patience=PATIENCE, elsewhere=False)


def claimed(road: Any) -> int:
    with session_scope(road.engine, read_only=True) as session:
        return session.exec(select(func.count()).where(col(TaskItem.state) == "claimed")).one()
