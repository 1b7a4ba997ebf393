"""Arms: processes that work when told to, in turn, so that whatever else the machine does meets them alike."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import uniform
from typing import NamedTuple

from workflow_core.store.database.engine import Engine, engine_for

FORK = get_context("fork")
"""So that 32 processes start at once; none of the engines that the parent has had is open then."""


@dataclass(frozen=True)
class Arm:
    """What a process does to a database: each step yields how many rows it has done, or None in the midst of a pair.

    It pauses between steps for so many seconds, on average.
    """

    url: str
    steps: Callable[[Engine], Iterator[int | None]]
    pause: float = 0


@dataclass
class Ran:
    """What an arm did: rows; seconds of each step and of each first half of one, of all and of own CPU; memory in MB.

    It is `over` where nothing is left to do.
    """

    rows: int = 0
    steps: list[float] = field(default_factory=list)
    halves: list[float] = field(default_factory=list)
    seconds: float = 0
    cpu: float = 0
    memory: float = 0
    over: bool = False

    @property
    def rate(self) -> float:
        """Return rows per second."""
        return self.rows / self.seconds

    def add(self, other: "Ran", *, beside: bool = False) -> None:
        """Add what was done afterwards, or at the same time by another process."""
        self.rows += other.rows
        self.steps += other.steps
        self.halves += other.halves
        self.seconds = max(self.seconds, other.seconds) if beside else self.seconds + other.seconds
        self.cpu += other.cpu
        self.memory = max(self.memory, other.memory)


def in_turn(arms: Sequence[Arm]) -> list[Ran]:
    """Run arms until all are through, always a step of the one that has done the least."""
    results = [Ran() for _ in arms]
    with _started(arms) as pipes:
        going = list(range(len(arms)))
        while going:
            number = min(going, key=lambda one: results[one].rows)
            pipes[number].send(0)
            ran: Ran = pipes[number].recv()
            results[number].add(ran)
            if ran.over:
                going.remove(number)
    return results


def in_rounds(crews: Sequence[Sequence[Arm]], *, seconds: Sequence[float]) -> list[list[list[Ran]]]:
    """Let crews work in turn, all arms of one at the same time; returns by crew and round what each arm did.

    `seconds` has those of each round.
    """
    results: list[list[list[Ran]]] = [[] for _ in crews]
    with _started([arm for crew in crews for arm in crew]) as pipes:
        for one in seconds:
            first = 0
            for crew, result in zip(crews, results, strict=True):
                result.append(_at_once(pipes[first : first + len(crew)], one))
                first += len(crew)
    return results


def until_over(crew: Sequence[Arm], *, warming: float, seconds: float) -> list[Ran]:
    """Let arms work at the same time until the last of them has nothing left to do; returns what each did in all.

    Before, the others warm up; of that it only counts how many rows they did.
    """
    results = [Ran() for _ in crew]
    with _started(crew) as pipes:
        for result, ran in zip(results, _at_once(pipes[:-1], warming), strict=False):
            result.rows = ran.rows
        while not results[-1].over:
            for result, ran in zip(results, _at_once(pipes, seconds), strict=True):
                result.add(ran)
                result.over = ran.over
    return results


def _at_once(pipes: Sequence[Connection], seconds: float) -> list[Ran]:
    for pipe in pipes:
        pipe.send(seconds)
    return [pipe.recv() for pipe in pipes]


@contextmanager
def _started(arms: Sequence[Arm]) -> Iterator[list[Connection]]:
    pipes, processes = [], []
    for arm in arms:
        here, there = FORK.Pipe()
        process = FORK.Process(target=_serve, args=(arm, there), daemon=True)
        process.start()
        there.close()
        pipes.append(here)
        processes.append(process)
    yield pipes
    for pipe, process in zip(pipes, processes, strict=True):
        pipe.send(None)
        process.join()


def _serve(arm: Arm, pipe: Connection) -> None:
    engine = engine_for(arm.url)
    engine.raw_connection().close()
    steps = arm.steps(engine)
    while (seconds := pipe.recv()) is not None:
        pipe.send(_work(steps, seconds, arm.pause))
    engine.dispose()


def _work(steps: Iterator[int | None], seconds: float, pause: float) -> Ran:
    """Do steps until the time is over, at least one."""
    ran = Ran(over=True)
    start, cpu = time.perf_counter(), time.process_time()
    time.sleep(pause * uniform(0.5, 1.5))
    since = time.perf_counter()
    for count in steps:
        now = time.perf_counter()
        if count is None:
            ran.halves.append(now - since)
        else:
            ran.rows += count
            ran.steps.append(now - since)
            if now - start >= seconds:
                ran.over = False
                break
            time.sleep(pause * uniform(0.5, 1.5))
        since = time.perf_counter()
    ran.seconds, ran.cpu, ran.memory = time.perf_counter() - start, time.process_time() - cpu, peak()
    return ran


class Ms(NamedTuple):
    """Milliseconds that half of all steps took at most, and 99 of a hundred."""

    p50: float
    p99: float


def milliseconds(steps: Sequence[float]) -> Ms:
    """Return the two of steps given in seconds."""
    ordered = sorted(steps)
    return Ms(*(1000 * ordered[len(ordered) * share // 100] for share in (50, 99)))


def peak() -> float:
    """Return the most memory that this process ever had, in MB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
