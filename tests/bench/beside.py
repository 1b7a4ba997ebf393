"""People beside the mover: how long they wait for the database while a flow's mover drains everything there is."""

import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

from tests.bench import ours
from tests.bench.arms import BATCH, Ran, peak
from workflow_core.store.database.engine import engine_for
from workflow_core.up import mover

THINKING = 0.01
"""Seconds between two items of the one person, who is as fast as many together."""
HEAD_START = 5
"""Batches that are there to be worked on before the person begins."""


def annotator(url: str) -> tuple[Ran, Ran]:
    """Let somebody claim and submit in `signs` while the mover fills it; returns the mover's run and theirs."""
    engine = engine_for(url)
    steps = ours.drain(engine, batch=BATCH)
    for _ in range(HEAD_START):
        next(steps, None)
    engine.dispose()
    context = get_context("spawn")
    here, there = context.Pipe()
    over = context.Event()
    process = context.Process(target=_work, args=(url, there, over), daemon=True)
    process.start()
    here.recv()
    engine = engine_for(url)
    moved, start = 0, time.perf_counter()
    for batch in mover.drain(engine):
        moved += batch.routed
    seconds = time.perf_counter() - start
    over.set()
    theirs = here.recv()
    process.join()
    engine.dispose()
    return Ran(moved, [seconds], peak()), theirs


def _work(url: str, pipe: Connection, over: Event) -> None:
    engine = engine_for(url)
    pairs = ours.work_through(engine, task="signs", pairs=10**9)
    next(pairs)
    pipe.send("ready")
    ran = Ran()
    while not over.is_set():
        start = time.perf_counter()
        ran.rows += next(pairs)
        ran.steps.append(time.perf_counter() - start)
        time.sleep(THINKING)
    ran.memory = peak()
    pipe.send(ran)
    engine.dispose()
