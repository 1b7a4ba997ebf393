"""Arms: one thing done to one database in batches, timed, then verified, each in a process of its own.

Arms that are compared take turns, batch by batch: whatever else the machine does meets them alike.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from tests.bench import by_hand, by_row, ours, verifying
from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import Engine, engine_for, session_scope

BATCH = 1_000


@dataclass(frozen=True)
class Arm:
    """What is done: a generator that does a batch at each step; and the look at the tables afterwards, not timed."""

    steps: Callable[[Engine, int], Iterator[int]]
    verify: Callable[[Engine, int], None]


ARMS: Mapping[str, Arm] = {
    "ours": Arm(lambda engine, rows: ours.drain(engine, batch=BATCH), verifying.routed),
    "by hand": Arm(lambda engine, rows: by_hand.drain(engine, batch=BATCH), verifying.routed),
    "by row": Arm(lambda engine, rows: by_row.drain(engine, rows=rows), verifying.routed),
    "exits": Arm(lambda engine, rows: ours.drain(engine, batch=BATCH), verifying.left),
    "review": Arm(lambda engine, rows: ours.drain(engine, batch=BATCH), verifying.queued),
    "ingest": Arm(lambda engine, rows: ours.take_in(engine, items=rows, batch=BATCH), verifying.queued),
    "claim": Arm(lambda engine, rows: ours.work_through(engine, task="cars", pairs=rows), verifying.nothing),
}


@dataclass
class Ran:
    """What an arm did: rows, seconds of each step, and the most memory that its process ever had, in MB."""

    rows: int = 0
    steps: list[float] = field(default_factory=list)
    memory: float = 0.0

    @property
    def seconds(self) -> float:
        """Return the seconds of all steps together."""
        return sum(self.steps)

    @property
    def rate(self) -> float:
        """Return rows per second."""
        return self.rows / self.seconds


def in_turn(entered: Sequence[tuple[str, str, int]]) -> list[Ran]:
    """Run arms, each given as (name, URL, rows), one step of each after the other until all are through."""
    context = get_context("spawn")
    pipes, processes, results = [], [], [Ran() for _ in entered]
    for name, url, rows in entered:
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(name, url, rows, there), daemon=True)
        process.start()
        there.close()
        assert here.recv() == "ready"
        pipes.append(here)
        processes.append(process)
    going = list(range(len(entered)))
    while going:
        for number in list(going):
            pipes[number].send("go")
            count, seconds = pipes[number].recv()
            if count is None:
                going.remove(number)
            else:
                results[number].rows += count
                results[number].steps.append(seconds)
    for result, pipe, process in zip(results, pipes, processes, strict=True):
        result.memory = pipe.recv()
        process.join()
    return results


def _serve(name: str, url: str, rows: int, pipe: Connection) -> None:
    engine = engine_for(url)
    with session_scope(engine) as session:
        run(session, "SELECT 1")
    steps = ARMS[name].steps(engine, rows)
    pipe.send("ready")
    while pipe.recv() == "go":
        start = time.perf_counter()
        count = next(steps, None)
        pipe.send((count, time.perf_counter() - start))
        if count is None:
            break
    memory = peak()
    ARMS[name].verify(engine, rows)
    engine.dispose()
    pipe.send(memory)


def peak() -> float:
    """Return the most memory that this process ever had, in MB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
