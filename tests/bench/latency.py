"""How long an acknowledged status takes until its item is open to the next person, under `annoflow up`.

A small team works at a steady pace while Prefect runs the movers, and shifts are so short that they change twice.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.acts import seats
from tests.bench.arms import Ran, peak
from workflow_core.demo.stopwatch import Stopwatch
from workflow_core.services.contributors import work
from workflow_core.services.running import leases
from workflow_core.store.database.engine import Engine, engine_for, session_scope

UP = "from workflow_core.cli.machine.up import up; up(None, None)"
PATIENCE = 120.0
"""Seconds that Prefect may take to start."""
SHIFT = 15.0
CHANGES = 2
PACE = 0.1
"""Seconds between two statuses of one person; two people work, in `cars` and in `signs`."""


def under_the_flow(url: str, home: Path) -> tuple[Ran, int]:
    """Measure over two changes of shift; each step is what one status took, with the number of movers seen."""
    engine = engine_for(url)
    acknowledged: dict[int, float] = {}
    over = threading.Event()
    movers: set[str] = set()
    with _up(url, home), Stopwatch(engine) as stopwatch:
        _await_mover(engine, movers)
        team = [threading.Thread(target=_work, args=(url, task, acknowledged, over)) for task in ("cars", "signs")]
        for one in team:
            one.start()
        end = time.monotonic() + PATIENCE
        while len(movers) <= CHANGES and time.monotonic() < end:
            time.sleep(0.5)
            movers |= _mover(engine)
        time.sleep(SHIFT / 3)
        over.set()
        for one in team:
            one.join()
        time.sleep(1)
    took = stopwatch.milliseconds(acknowledged)
    engine.dispose()
    if len(took) != len(acknowledged):
        raise AssertionError(f"{len(acknowledged)} statuses were acknowledged, {len(took)} seen to move")
    steps = [one / 1000 for one in took]
    return Ran(len(took), steps, seconds=sum(steps), memory=peak()), len(movers)


@contextmanager
def _up(url: str, home: Path) -> Iterator[None]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ports = {"PREFECT_PORT": str(port), "PORT": "0"}
    settings = {"HOME": str(home), "DATABASE_URL": url, **ports, "SHIFT_SECONDS": str(SHIFT)}
    process = subprocess.Popen(
        [sys.executable, "-c", UP],
        env={**os.environ, **{f"ANNOFLOW_{name}": value for name, value in settings.items()}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _await_mover(engine: Engine, movers: set[str]) -> None:
    end = time.monotonic() + PATIENCE
    while not movers:
        if time.monotonic() > end:
            raise TimeoutError(f"no mover came within {PATIENCE:.0f} s")
        time.sleep(0.2)
        movers |= _mover(engine)


def _mover(engine: Engine) -> set[str]:
    holder = leases.holder(engine)
    return {holder} if holder else set()


def _work(url: str, task: str, acknowledged: dict[int, float], over: threading.Event) -> None:
    engine = engine_for(url)
    task_id, actor = seats(engine, task=task)[0]
    while not over.wait(PACE):
        with session_scope(engine) as session:
            task_item = work.claim_next(session, actor=actor, task_id=task_id, now=datetime.now(UTC))
        if task_item is None:
            continue
        with session_scope(engine) as session:
            done = work.submit(
                session,
                actor=actor,
                task_item_id=task_item.id,
                status="completed",
                token=task_item.token,
                now=datetime.now(UTC),
            )
        acknowledged[done.event_id] = time.monotonic()
    engine.dispose()
